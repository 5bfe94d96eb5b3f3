/* schedule.c - the measure of what is known before decoding; step sizes, see schedule.h. */
#include "model/measure/schedule.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/measure/partition.h"
#include "model/measure/set_entropy.h"

static const double TIE_NATS = 1e-12;

enum {
    EVERY_NFE_MAX = 32,     /* longer sequences: plans at powers of two only */
    BEST_PARTITION_MAX = 12 /* positions; longer ones are searched only when a sampler asks */
};

double mg_step_sizes_kl_nats(const double *h_nats, const size_t *sizes, size_t n_steps)
{
    size_t revealed = 0;
    double kl = 0.0;

    for (size_t step = 0; step < n_steps; step++) {
        for (size_t r = 0; r < sizes[step]; r++) {
            kl += h_nats[revealed] - h_nats[revealed + r];
        }
        revealed += sizes[step];
    }
    return kl;
}

void mg_step_sizes_even(size_t *sizes, size_t n_steps, size_t length)
{
    assert(n_steps >= 1 && n_steps <= length);
    for (size_t step = 0; step < n_steps; step++) {
        sizes[step] = length / n_steps + (step < length % n_steps ? 1 : 0);
    }
}

void mg_step_sizes_optimal(size_t *sizes, const double *h_nats, size_t length)
{
    const size_t width = length + 1;
    double *cost = calloc(width * width, sizeof(*cost)); /* (steps left, revealed) */
    size_t *take = calloc(width * width, sizeof(*take));

    assert(cost != NULL);
    assert(take != NULL);
    for (size_t i = 0; i < width * width; i++) {
        cost[i] = (double)INFINITY;
    }
    cost[length] = 0.0;
    for (size_t left = 1; left <= length; left++) {
        for (size_t revealed = 0; revealed < length; revealed++) {
            double *best = &cost[left * width + revealed];
            double step = 0.0;

            for (size_t size = 1; revealed + size <= length; size++) {
                double total;

                step += h_nats[revealed] - h_nats[revealed + size - 1];
                total = step + cost[(left - 1) * width + revealed + size];
                if (total < *best - TIE_NATS) {
                    *best = total;
                    take[left * width + revealed] = size;
                }
            }
        }
    }
    for (size_t steps = 1; steps <= length; steps++) {
        size_t revealed = 0;

        for (size_t step = 0; step < steps; step++) {
            const size_t size = take[(steps - step) * width + revealed];

            sizes[steps * length + step] = size;
            revealed += size;
        }
    }
    free(take);
    free(cost);
}

/* Everything the rows of one run are written from. */
struct plans {
    struct mg_sink *sink;
    const struct mg_set_entropy *entropy;
    size_t length;
    const double *h_nats;      /* (L) */
    const size_t *optimal;     /* (L + 1, L) of mg_step_sizes_optimal */
    const double *best;        /* (L + 1) of mg_partition_search, NULL when not searched */
    const size_t *best_groups; /* (L + 1, L) */
    char *text;                /* room for any plan */
};

/* "2 2 1" */
static void write_sizes(const struct plans *plans, const size_t *sizes, size_t n_steps)
{
    char *at = plans->text;

    for (size_t step = 0; step < n_steps; step++) {
        at += sprintf(at, step == 0 ? "%zu" : " %zu", sizes[step]);
    }
}

/* "0 4|2|1 3": positions by step */
static void write_groups(const struct plans *plans, const size_t *group_of, size_t n_steps)
{
    char *at = plans->text;

    for (size_t step = 0; step < n_steps; step++) {
        const char *before = step == 0 ? "" : "|";

        for (size_t i = 0; i < plans->length; i++) {
            if (group_of[i] == step) {
                at += sprintf(at, "%s%zu", before, i);
                before = " ";
            }
        }
    }
}

static void emit_plan(const struct plans *plans, const char *rule, size_t nfe, double kl_nats,
                      double least_nats, const char *against)
{
    MG_EMIT(plans->sink, MG_TABLE_plans, mg_text(rule), mg_int((int64_t)nfe), mg_text(plans->text),
            mg_real(kl_nats), against != NULL ? mg_real(kl_nats - least_nats) : mg_null(),
            against != NULL ? mg_text(against) : mg_null());
}

/* Plans of one number of steps: means over random orders, then fixed orders. */
static void emit_plans(const struct plans *plans, size_t nfe)
{
    const size_t length = plans->length;
    const size_t *optimal = plans->optimal + nfe * length;
    const double least = mg_step_sizes_kl_nats(plans->h_nats, optimal, nfe);
    const char *against = plans->best != NULL ? "best_partition" : NULL;
    const double best = plans->best != NULL ? plans->best[nfe] : 0.0;
    size_t *even = calloc(nfe, sizeof(*even));
    size_t *groups = calloc(length, sizeof(*groups));
    size_t position = 0;

    assert(even != NULL);
    assert(groups != NULL);
    mg_step_sizes_even(even, nfe, length);
    write_sizes(plans, even, nfe);
    emit_plan(plans, "random_even_sizes", nfe, mg_step_sizes_kl_nats(plans->h_nats, even, nfe),
              least, "random_best_sizes");
    write_sizes(plans, optimal, nfe);
    emit_plan(plans, "random_best_sizes", nfe, least, least, "random_best_sizes");
    for (size_t step = 0; step < nfe; step++) {
        for (size_t i = 0; i < even[step]; i++) {
            groups[position++] = step;
        }
    }
    write_groups(plans, groups, nfe);
    emit_plan(plans, "contiguous", nfe, mg_partition_kl_nats(plans->entropy, groups, nfe), best,
              against);
    if (plans->best != NULL) {
        write_groups(plans, plans->best_groups + nfe * length, nfe);
        emit_plan(plans, "best_partition", nfe, best, best, against);
    }
    free(groups);
    free(even);
}

static void emit_curve(struct mg_sink *sink, const double *h_nats, size_t length)
{
    for (size_t j = 0; j <= length; j++) {
        MG_EMIT(sink, MG_TABLE_schedules, mg_int((int64_t)j),
                j < length ? mg_real(h_nats[j]) : mg_null(),
                j > 0 ? mg_real(h_nats[0] - h_nats[j - 1]) : mg_null());
    }
}

static void emit_totals(struct mg_sink *sink, const double *h_nats, size_t length)
{
    const double last = h_nats[0] - h_nats[length - 1];
    double entropy = 0.0;
    double total = 0.0;

    for (size_t j = 0; j < length; j++) {
        entropy += h_nats[j];
        total += h_nats[0] - h_nats[j];
    }
    MG_EMIT(sink, MG_TABLE_information, mg_text("entropy_nats"), mg_null(), mg_real(entropy));
    MG_EMIT(sink, MG_TABLE_information, mg_text("total_correlation_nats"), mg_null(),
            mg_real(total));
    MG_EMIT(sink, MG_TABLE_information, mg_text("dual_total_correlation_nats"), mg_null(),
            mg_real((double)length * last - total));
}

static enum mg_status schedule_check(const struct mg_measure_spec *spec,
                                     const struct mg_source *source, struct mg_error *err)
{
    (void)spec;
    return mg_set_entropy_check(source, "schedule", err);
}

/* best (L + 1) and groups (L + 1, L) out. */
static void search_partitions(double *best, size_t *groups, const struct mg_set_entropy *entropy,
                              size_t length)
{
    double *table = calloc((size_t)1 << length, sizeof(*table));

    assert(table != NULL);
    mg_set_entropy_table(table, entropy);
    mg_partition_search(best, groups, table, length, 0);
    free(table);
}

static enum mg_status schedule_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const size_t length = input->source->length;
    const bool searched = length <= BEST_PARTITION_MAX;
    struct mg_set_entropy *entropy = mg_set_entropy_new(input->source);
    double *h_nats = calloc(length, sizeof(*h_nats));
    size_t *optimal = calloc((length + 1) * length, sizeof(*optimal));
    double *best = calloc(length + 1, sizeof(*best));
    size_t *groups = calloc((length + 1) * length, sizeof(*groups));
    char *text = calloc(length, 24); /* a number of 64 bits and a separator each */
    struct plans plans;

    (void)err;
    assert(h_nats != NULL && optimal != NULL && best != NULL && groups != NULL && text != NULL);
    mg_information_curve(h_nats, entropy);
    mg_step_sizes_optimal(optimal, h_nats, length);
    if (searched) {
        search_partitions(best, groups, entropy, length);
    }
    plans = (struct plans){input->sink, entropy, length, h_nats, optimal, searched ? best : NULL,
                           groups,      text};
    emit_curve(input->sink, h_nats, length);
    emit_totals(input->sink, h_nats, length);
    for (size_t nfe = 1; nfe <= length; nfe++) {
        if (length <= EVERY_NFE_MAX || (nfe & (nfe - 1)) == 0 || nfe == length) {
            emit_plans(&plans, nfe);
        }
    }
    free(text);
    free(groups);
    free(best);
    free(optimal);
    free(h_nats);
    mg_set_entropy_free(entropy);
    return MG_OK;
}

const struct mg_measure mg_measure_schedule = {
    .kind = "schedule",
    .help = "information curve of the source, best step sizes, best ordered partition",
    .check = schedule_check,
    .prefixes_alone = mg_asks_no_network,
    .run = schedule_run,
};
