/* forecast.c - how long a training will take; see forecast.h. */
#include "harness/forecast.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/identity.h"
#include "harness/progress.h"
#include "harness/run.h"
#include "model/network/flops.h"
#include "model/numeric/arena.h"

#define STEP_FLOP_MAX 4e9  /* of a timed step: about 50 ms; with more it has fewer rows */
#define TIMED_S       0.02 /* of steps that are timed together */
#define FLOP_PER_S    8e10 /* of a core, where nothing was timed, */
#define LEAST_STEP_S  2e-5 /* and what comes to every step: drawing, recording, the optimiser */

enum {
    BYTES_MAX = 1 << 30, /* of a network that is made to be timed */
    STEPS_MAX = 256,     /* timed together */
    SHAPE_TEXT = 400
};

/* A shape of network and batch, and its step. */
struct known {
    char shape[SHAPE_TEXT];
    double flop;   /* of a step */
    double step_s; /* NaN: not timed */
};

struct mg_forecast {
    size_t threads;
    double left_s; /* of the budget */
    struct known *items;
    size_t n;
};

struct mg_forecast *mg_forecast_new(size_t threads, double budget_s)
{
    struct mg_forecast *forecast = mg_allocate(1, sizeof(*forecast));

    forecast->threads = threads > 0 ? threads : 1;
    forecast->left_s = budget_s;
    return forecast;
}

void mg_forecast_free(struct mg_forecast *forecast)
{
    if (forecast != NULL) {
        free(forecast->items);
        free(forecast);
    }
}

/* Everything that decides how long a step takes. */
static void write_shape(char *text, const struct mg_point *point)
{
    const struct mg_transformer_config *n = &point->network;

    snprintf(text, SHAPE_TEXT, "%s %s %zu: %zu %zu %zu %zu %zu %zu %d %d %zu %zu %zu",
             point->source_kind, point->train.objective->name, point->train.batch, n->vocab,
             n->length, n->layers, n->width, n->heads, n->hidden, (int)n->positions, n->causal,
             n->components, n->window, n->block);
}

/* Of a step with so many rows; half of the positions are asked for on average. */
static double step_flop(const struct mg_point *point, size_t rows)
{
    return mg_training_flops(&point->network, rows, (rows * point->network.length + 1) / 2);
}

/* So many steps of a training of so many rows: seconds of all. */
static double take_steps(struct mg_transformer *transformer, const struct mg_point *point,
                         size_t rows, size_t steps)
{
    const struct mg_streams streams = mg_streams_for_training(0, 0);
    struct mg_train_config config = point->train;
    struct mg_error ignored = {0}; /* that it diverges takes no longer */
    struct mg_step_stats stats;
    struct mg_trainer *trainer;
    double begin_s;

    config.batch = rows;
    config.steps = steps;
    config.warmup = 0;
    trainer = mg_trainer_new(&config, transformer, point->source, &streams);
    begin_s = mg_clock_s();
    for (size_t step = 0; step < steps; step++) {
        (void)mg_trainer_step(trainer, step, &stats, &ignored);
    }
    begin_s = mg_clock_s() - begin_s;
    mg_trainer_free(trainer);
    return begin_s;
}

/* A step of the whole batch: the better of two rounds, since all that disturbs takes longer. */
static double time_step_s(const struct mg_forecast *forecast, const struct mg_point *point)
{
    const struct mg_stream init = mg_streams_for_training(0, 0).init;
    struct mg_error err = {0};
    struct mg_transformer *transformer;
    size_t rows = point->train.batch;
    size_t steps;
    double first_s;
    double round_s;

    while (rows > MG_SHARDS && step_flop(point, rows) > STEP_FLOP_MAX) {
        rows = rows / 2 < MG_SHARDS ? (size_t)MG_SHARDS : rows / 2;
    }
    transformer = mg_transformer_new(&point->network, rows, true, init);
    if (mg_transformer_set_threads(transformer, forecast->threads, &err) != MG_OK) {
        mg_transformer_free(transformer); /* the run will say so */
        return (double)NAN;
    }
    first_s = take_steps(transformer, point, rows, 1);
    steps = first_s * STEPS_MAX < TIMED_S ? (size_t)STEPS_MAX : (size_t)(TIMED_S / first_s) + 1;
    round_s = take_steps(transformer, point, rows, steps);
    round_s = fmin(round_s, take_steps(transformer, point, rows, steps));
    mg_transformer_free(transformer);
    return round_s / (double)steps * (double)point->train.batch / (double)rows;
}

/* From the timed shape that has nearly as many operations. */
static double guess_step_s(const struct mg_forecast *forecast, double flop)
{
    double nearest = HUGE_VAL;
    double step_s = flop / FLOP_PER_S / (double)forecast->threads + LEAST_STEP_S;

    for (size_t i = 0; i < forecast->n; i++) {
        const double distance = fabs(log(flop / forecast->items[i].flop));

        if (!isnan(forecast->items[i].step_s) && distance < nearest) {
            nearest = distance;
            step_s = forecast->items[i].step_s * flop / forecast->items[i].flop;
        }
    }
    return step_s;
}

/* The shape of a point, timed if there is time; at most until the next call. */
static const struct known *know(struct mg_forecast *forecast, const struct mg_point *point)
{
    struct known shape = {.flop = step_flop(point, point->train.batch), .step_s = (double)NAN};

    write_shape(shape.shape, point);
    for (size_t i = forecast->n; i-- > 0;) { /* mostly the last one */
        if (strcmp(forecast->items[i].shape, shape.shape) == 0) {
            return &forecast->items[i];
        }
    }
    if (forecast->left_s > 0.0 && mg_run_bytes(point, forecast->threads) <= BYTES_MAX) {
        const double begin_s = mg_clock_s();

        shape.step_s = time_step_s(forecast, point);
        forecast->left_s -= mg_clock_s() - begin_s;
    }
    forecast->items = realloc(forecast->items, (forecast->n + 1) * sizeof(*forecast->items));
    if (forecast->items == NULL) {
        abort();
    }
    forecast->items[forecast->n] = shape;
    return &forecast->items[forecast->n++];
}

double mg_forecast_training_s(struct mg_forecast *forecast, const struct mg_point *point)
{
    const struct known *known;

    assert(point->trains);
    known = know(forecast, point);
    return mg_run_train_steps(point) *
           (isnan(known->step_s) ? guess_step_s(forecast, known->flop) : known->step_s);
}
