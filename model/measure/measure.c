/* measure.c - the table of measures; see measure.h. */
#include "model/measure/measure.h"

#include <assert.h>
#include <string.h>

#include "model/measure/kinds.h"

static const struct mg_measure *const MEASURES[] = {
    &mg_measure_joint,       &mg_measure_distance,      &mg_measure_law,
    &mg_measure_samples,     &mg_measure_schedule,      &mg_measure_likelihood,
    &mg_measure_order,       &mg_measure_consistency,   &mg_measure_marginal_error,
    &mg_measure_certificate, &mg_measure_bidirectional, &mg_measure_top,
    &mg_measure_trace,
};

enum { MEASURE_COUNT = sizeof(MEASURES) / sizeof(MEASURES[0]) };

const struct mg_measure *const *mg_measures(size_t *n)
{
    assert(n != NULL);
    *n = MEASURE_COUNT;
    return MEASURES;
}

const struct mg_measure *mg_measure_find(const char *kind)
{
    assert(kind != NULL);
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        if (strcmp(MEASURES[i]->kind, kind) == 0) {
            return MEASURES[i];
        }
    }
    return NULL;
}
