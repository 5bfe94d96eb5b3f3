/* trace_curves.c - see trace_curves.h. */
#include "model/measure/trace_curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/distance_rows.h"
#include "model/measure/trace_bounds.h"
#include "model/numeric/arena.h"
#include "model/source/source.h"

enum known { TOP1, SAME_ARGMAX, TAIL_MASS, KNOWN_COUNT };
enum bounded { ENTROPY, TV_NEXT, JS_NEXT, TV_WINDOW_MAX, BOUNDED_COUNT };

static const char *const KNOWN_NAMES[KNOWN_COUNT] = {"top1", "same_argmax", "tail_mass"};
static const char *const BOUNDED_NAMES[BOUNDED_COUNT] = {"entropy_nats", "tv_next", "js_next",
                                                         "tv_window_max"};

/* Means over the samples at one position. */
struct point {
    double known[KNOWN_COUNT];
    struct mg_range bounded[BOUNDED_COUNT];
};

/* Does a first step list all masks of its sample's prompt, which are those of `layout`? */
static bool fits(const struct mg_trace *trace, size_t sample,
                 const struct mg_distance_layout *layout)
{
    const int *prompt = trace->prompts + sample * trace->length;
    const struct mg_trace_answer *first = mg_trace_first(trace, sample);
    const struct mg_trace_answer *end = trace->answers + trace->n_answers;

    for (size_t i = 0; i < trace->length; i++) {
        const bool masked = i >= layout->left && i < layout->left + layout->run;

        if ((prompt[i] == MG_MASK) != masked) {
            return false;
        }
    }
    for (size_t i = 0; i < layout->run; i++) {
        if (first + i >= end || first[i].sample != sample || first[i].step != 0) {
            return false;
        }
    }
    return true;
}

bool mg_trace_firsts_find(struct mg_trace_firsts *firsts, const struct mg_trace *trace)
{
    struct mg_distance_layout *layout = &firsts->layout;

    *firsts = (struct mg_trace_firsts){.n = 1};
    while (layout->left < trace->length && trace->prompts[layout->left] != MG_MASK) {
        layout->left++;
    }
    while (layout->left + layout->run < trace->length &&
           trace->prompts[layout->left + layout->run] == MG_MASK) {
        layout->run++;
    }
    layout->right = trace->length - layout->left - layout->run;
    for (size_t s = 0; s < trace->n_samples; s++) {
        if (trace->top == 0 || !fits(trace, s, layout)) {
            return false;
        }
        if (memcmp(trace->prompts, trace->prompts + s * trace->length,
                   trace->length * sizeof(int)) != 0) {
            firsts->n = trace->n_samples;
        }
    }
    return true;
}

const struct mg_trace_answer *mg_trace_first(const struct mg_trace *trace, size_t sample)
{
    size_t lo = 0;
    size_t hi = trace->n_answers;

    while (lo < hi) {
        const size_t middle = lo + (hi - lo) / 2;

        if (trace->answers[middle].sample < sample) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    return trace->answers + lo;
}

static void add(struct mg_range *mean, struct mg_range range, size_t n)
{
    mean->least += range.least / (double)n;
    mean->most += range.most / (double)n;
}

/* Largest TV between two positions, by the nearer one's distance; then as far or farther. */
static void take_pairs(struct point *points, struct mg_trace_bounds *bounds,
                       const struct mg_trace_answer *first, const struct mg_trace_firsts *firsts,
                       const size_t *distance, struct mg_range *window)
{
    const size_t run = firsts->layout.run;

    memset(window, 0, (run + 1) * sizeof(*window));
    for (size_t i = 0; i < run; i++) {
        for (size_t j = i + 1; j < run; j++) {
            const size_t near = distance[i] < distance[j] ? distance[i] : distance[j];
            struct mg_range tv;
            struct mg_range js_nats;

            mg_trace_apart(&tv, &js_nats, bounds, first + i, first + j);
            window[near].least = fmax(window[near].least, tv.least);
            window[near].most = fmax(window[near].most, tv.most);
            if (j == i + 1) {
                add(&points[i].bounded[TV_NEXT], tv, firsts->n);
                add(&points[i].bounded[JS_NEXT], js_nats, firsts->n);
            }
        }
    }
    for (size_t d = run; d-- > 0;) {
        window[d].least = fmax(window[d].least, window[d + 1].least);
        window[d].most = fmax(window[d].most, window[d + 1].most);
    }
    for (size_t i = 0; i < run; i++) {
        add(&points[i].bounded[TV_WINDOW_MAX], window[distance[i]], firsts->n);
    }
}

static void take_positions(struct point *points, const struct mg_trace *trace,
                           const struct mg_trace_answer *first,
                           const struct mg_trace_firsts *firsts)
{
    const double share = 1.0 / (double)firsts->n;
    double top1;
    double next;

    for (size_t i = 0; i < firsts->layout.run; i++) {
        const int best = mg_trace_best(&top1, trace, first + i);

        points[i].known[TOP1] += share * top1;
        points[i].known[TAIL_MASS] += share * mg_trace_tail(trace, first + i);
        add(&points[i].bounded[ENTROPY], mg_trace_entropy_nats(trace, first + i), firsts->n);
        if (i + 1 < firsts->layout.run) {
            points[i].known[SAME_ARGMAX] +=
                best == mg_trace_best(&next, trace, first + i + 1) ? share : 0.0;
        }
    }
}

static void emit(struct mg_sink *sink, const struct mg_trace_firsts *firsts, const size_t *distance,
                 size_t i, const char *quantity, double value)
{
    MG_EMIT(sink, MG_TABLE_distance_curves, mg_text(mg_distance_side(&firsts->layout)),
            mg_int((int64_t)(firsts->layout.left + i)),
            distance[i] > 0 ? mg_int((int64_t)distance[i]) : mg_null(), mg_text(quantity),
            mg_real(value), mg_null(), mg_null());
}

static void emit_point(struct mg_sink *sink, const struct mg_trace *trace,
                       const struct mg_trace_firsts *firsts, const size_t *distance, size_t i,
                       const struct point *point)
{
    const bool last = i + 1 == firsts->layout.run;
    char name[64];

    for (size_t k = 0; k < KNOWN_COUNT; k++) {
        if (k != SAME_ARGMAX || !last) {
            emit(sink, firsts, distance, i, KNOWN_NAMES[k], point->known[k]);
        }
    }
    for (size_t b = 0; b < BOUNDED_COUNT; b++) {
        if ((b == TV_NEXT || b == JS_NEXT) && last) {
            continue;
        }
        if (mg_trace_is_whole(trace)) {
            emit(sink, firsts, distance, i, BOUNDED_NAMES[b], point->bounded[b].most);
            continue;
        }
        (void)snprintf(name, sizeof(name), "%s_least", BOUNDED_NAMES[b]);
        emit(sink, firsts, distance, i, name, point->bounded[b].least);
        (void)snprintf(name, sizeof(name), "%s_most", BOUNDED_NAMES[b]);
        emit(sink, firsts, distance, i, name, point->bounded[b].most);
    }
}

void mg_trace_curves_emit(struct mg_sink *sink, const struct mg_trace *trace,
                          const struct mg_trace_firsts *firsts)
{
    const size_t run = firsts->layout.run;
    struct point *points = mg_allocate(run, sizeof(*points));
    size_t *distance = mg_allocate(run, sizeof(*distance));
    struct mg_range *window = mg_allocate(run + 1, sizeof(*window));
    struct mg_trace_bounds *bounds = mg_trace_bounds_new(trace);

    mg_distance_fill(distance, &firsts->layout);
    for (size_t s = 0; s < firsts->n; s++) {
        const struct mg_trace_answer *first = mg_trace_first(trace, s);

        take_positions(points, trace, first, firsts);
        take_pairs(points, bounds, first, firsts, distance, window);
    }
    for (size_t i = 0; i < run; i++) {
        emit_point(sink, trace, firsts, distance, i, &points[i]);
    }
    mg_trace_bounds_free(bounds);
    free(window);
    free(distance);
    free(points);
}
