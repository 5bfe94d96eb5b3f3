/* order_rows.c - see order_rows.h. */
#include "model/measure/order_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/arness.h"
#include "model/measure/lexicon.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

struct mg_order_rows {
    size_t length;
    double value[MG_ARNESS_COUNT]; /* sums over draws */
    double chance[MG_ARNESS_COUNT];
    size_t n[MG_ARNESS_COUNT];  /* draws for which it is defined */
    struct mg_moments *step;    /* (L) the step that reveals each position; none for the prompt */
    struct mg_lexicon *lexicon; /* NULL where the source is no text */
    bool *given;                /* (L) scratch: positions of the prompt */
};

struct mg_order_rows *mg_order_rows_new(const struct mg_source *source)
{
    struct mg_order_rows *rows = mg_allocate(1, sizeof(*rows));

    rows->length = source->length;
    rows->step = mg_allocate(source->length, sizeof(rows->step[0]));
    rows->given = mg_allocate(source->length, sizeof(rows->given[0]));
    rows->lexicon = mg_lexicon_new(source);
    return rows;
}

void mg_order_rows_free(struct mg_order_rows *rows)
{
    if (rows != NULL) {
        mg_lexicon_free(rows->lexicon);
        free(rows->given);
        free(rows->step);
        free(rows);
    }
}

void mg_order_rows_add(struct mg_order_rows *rows, const int *tokens, const int *step_of,
                       size_t block, size_t first)
{
    struct mg_arness arness;

    mg_arness_of(&arness, step_of, rows->length, block, first);
    for (size_t q = 0; q < MG_ARNESS_COUNT; q++) {
        if (!isnan(arness.value[q])) {
            rows->value[q] += arness.value[q];
            rows->chance[q] += arness.chance[q];
            rows->n[q]++;
        }
    }
    for (size_t i = 0; i < rows->length; i++) {
        rows->given[i] = step_of[i] < 0;
        if (!rows->given[i]) {
            mg_moments_add(&rows->step[i], (double)step_of[i]);
        }
    }
    if (rows->lexicon != NULL) {
        mg_lexicon_add(rows->lexicon, tokens, rows->given, rows->length);
    }
}

static void clear(struct mg_order_rows *rows)
{
    memset(rows->value, 0, sizeof(rows->value));
    memset(rows->chance, 0, sizeof(rows->chance));
    memset(rows->n, 0, sizeof(rows->n));
    memset(rows->step, 0, rows->length * sizeof(rows->step[0]));
    if (rows->lexicon != NULL) {
        mg_lexicon_clear(rows->lexicon);
    }
}

void mg_order_rows_emit(struct mg_order_rows *rows, struct mg_sink *sink, const char *sampler)
{
    for (size_t q = 0; q < MG_ARNESS_COUNT; q++) {
        const char *name = mg_arness_name((enum mg_arness_quantity)q);
        const double n = (double)rows->n[q];
        char quantity[128];

        (void)snprintf(quantity, sizeof(quantity), "%s.%s", sampler, name);
        MG_EMIT(sink, MG_TABLE_information, mg_text(quantity),
                mg_real_if(rows->n[q] > 0, rows->value[q] / n), mg_null());
        (void)snprintf(quantity, sizeof(quantity), "%s.%s_chance", sampler, name);
        MG_EMIT(sink, MG_TABLE_information, mg_text(quantity),
                mg_real_if(rows->n[q] > 0, rows->chance[q] / n), mg_null());
    }
    for (size_t i = 0; i < rows->length; i++) {
        const struct mg_moments *step = &rows->step[i];

        if (step->n > 0) {
            MG_EMIT(sink, MG_TABLE_reveals, mg_text(sampler), mg_int((int64_t)i),
                    mg_real(step->mean), mg_real(mg_moments_sd(step)));
        }
    }
    if (rows->lexicon != NULL) {
        mg_lexicon_emit(rows->lexicon, sink, sampler);
    }
    clear(rows);
}
