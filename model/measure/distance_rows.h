/*
 * distance_rows.h - homogenization as rows: curves over a run of masks, model beside exact.
 *
 * What was asked and what a model said come from outside: the measure `distance` asks its
 * predictor, `trace` reads what was recorded.
 */
#ifndef MG_MEASURE_DISTANCE_ROWS_H
#define MG_MEASURE_DISTANCE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/measure/distance_bounds.h"
#include "model/measure/measure.h"

/*
 * The predictions (R, V) at the run in context c, which stay until the next call. All contexts are
 * asked for in ascending order, and perhaps again from the first on, for the same bits.
 */
typedef const double *mg_distance_predict(void *ctx, size_t c);

/* Borrowed. */
struct mg_distance_answers {
    struct mg_distance_layout layout;
    size_t n;            /* C: contexts, at least one */
    const int *contexts; /* (C, L) */
    mg_distance_predict *predict;
    void *ctx;
    bool exact; /* the predictions are the source's own */
    bool
        drawn; /* the contexts are those that the measure's stream draws: whole windows of a text */
};

/* "left", "right", "both" or "none": where a layout has revealed tokens. */
const char *mg_distance_side(const struct mg_distance_layout *layout);

/* distance (R) out: to the nearest revealed token, from 1; 0 where nothing is revealed. */
void mg_distance_fill(size_t *distance, const struct mg_distance_layout *layout);

/*
 * Write distance_curves, position_pairs and information; of the input source, streams and sink are
 * used. MG_NO, after the rows, when a prediction is not a number.
 */
enum mg_status mg_distance_rows(const struct mg_measure_input *input,
                                const struct mg_distance_answers *answers, struct mg_error *err);

#endif
