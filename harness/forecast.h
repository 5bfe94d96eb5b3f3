/*
 * forecast.h - how long a training will take, from a few of its steps, taken here and now.
 *
 * Past times are of another machine, another build or other settings as often as not, and a count
 * of operations alone is off by a factor of three between small networks and large ones. So a few
 * steps of each shape of network and batch are timed, with fewer rows where they are long.
 */
#ifndef MG_HARNESS_FORECAST_H
#define MG_HARNESS_FORECAST_H

#include <stddef.h>

#include "harness/spec.h"

struct mg_forecast;

/*
 * For computations of so many threads. Once steps were timed for budget_s, further shapes are told
 * by their count of operations (flops.h) from the timed one that is nearest by it; so are networks
 * too large to be made for this, and where nothing was timed, by a core's usual speed. Free with
 * mg_forecast_free (NULL is fine).
 */
struct mg_forecast *mg_forecast_new(size_t threads, double budget_s);
void mg_forecast_free(struct mg_forecast *forecast);

/* Seconds of the training of this point, which trains. */
double mg_forecast_training_s(struct mg_forecast *forecast, const struct mg_point *point);

#endif
