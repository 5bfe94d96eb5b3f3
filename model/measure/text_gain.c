/* text_gain.c - see text_gain.h. */
#include "model/measure/text_gain.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/source/text.h"

enum {
    WINDOWS_MAX = 3000, /* half to pick the order of the n-gram, half to score it */
    ORDER_MAX = 6,
    REACH = 24,  /* tokens from the context; English letters tell nothing further than about 9 */
    SLOTS = 8192 /* of the hash table, a power of two above 2 WINDOWS_MAX */
};
static const double COUNTS_MAX = 67108864.0;        /* 2^26 counters in all */
static const double ROOM_MAX = 16777216.0;          /* 2^24 of them at a time, 64 MB */
static const uint64_t CODES_MAX = UINT64_MAX >> 21; /* a code times V, V <= 2^20, does not wrap */

/* One side, seen so that the context comes first: the right side reversed. */
struct side {
    const struct mg_text *text;
    size_t vocab;
    size_t reach;      /* distances looked at */
    size_t orders;     /* tokens of context used, at most */
    size_t windows;    /* W */
    uint32_t *train;   /* (n_train) */
    uint32_t *context; /* (W, orders) the tokens next to the run, the nearest first */
    uint32_t *target;  /* (W, reach) */
    double *p;         /* (W, reach) probability of each target so far */
    size_t first;      /* distance counted now, and */
    size_t width;      /* so many from it on */
    uint32_t *counts;  /* (distinct contexts, width, V) */
    size_t *number;    /* (W) of each window's context */
    uint64_t slot_code[SLOTS];
    uint32_t slot_number[SLOTS]; /* plus 1; 0: empty */
};

static size_t slot_of(const struct side *side, uint64_t code)
{
    size_t slot = (size_t)((code * 0x9E3779B97F4A7C15ULL) >> 51); /* 13 bits; Knuth 6.4 */

    while (side->slot_number[slot] != 0 && side->slot_code[slot] != code) {
        slot = (slot + 1) % SLOTS;
    }
    return slot;
}

/* Number the distinct contexts of k tokens that the windows have. */
static void list_contexts(struct side *side, size_t k)
{
    uint32_t n = 0;

    memset(side->slot_number, 0, sizeof(side->slot_number));
    for (size_t w = 0; w < side->windows; w++) {
        uint64_t code = 0;
        size_t slot;

        for (size_t i = k; i-- > 0;) { /* the nearest token is the lowest digit */
            code = code * side->vocab + side->context[w * side->orders + i];
        }
        slot = slot_of(side, code);
        if (side->slot_number[slot] == 0) {
            side->slot_code[slot] = code;
            side->slot_number[slot] = ++n;
        }
        side->number[w] = side->slot_number[slot] - 1;
    }
}

/* Count what follows these contexts in the training part, at the distances of now. */
static void count(struct side *side, size_t k)
{
    const size_t n = side->text->n_train;
    const size_t cells = side->width * side->vocab;
    uint64_t codes = 1;
    uint64_t code = 0;

    memset(side->counts, 0, side->windows * cells * sizeof(*side->counts));
    for (size_t i = 0; i < k; i++) {
        codes *= side->vocab;
    }
    for (size_t t = 0; t + side->first < n; t++) {
        const size_t left = n - 1 - t - side->first;
        const size_t width = left < side->width ? left : side->width;
        size_t slot;

        code = (code * side->vocab + side->train[t]) % codes;
        slot = slot_of(side, code);
        if (t + 1 >= k && side->slot_number[slot] != 0) {
            uint32_t *counts = side->counts + (side->slot_number[slot] - 1) * cells;

            for (size_t d = 0; d < width; d++) {
                counts[d * side->vocab + side->train[t + 1 + side->first + d]]++;
            }
        }
    }
}

/* p = (count + types * p of the order below) / (all + types). */
static void smooth(struct side *side)
{
    for (size_t w = 0; w < side->windows; w++) {
        for (size_t d = 0; d < side->width; d++) {
            const uint32_t *counts =
                side->counts + (side->number[w] * side->width + d) * side->vocab;
            const size_t at = w * side->reach + side->first + d;
            double all = 0.0;
            double types = 0.0;

            for (size_t v = 0; v < side->vocab; v++) {
                all += (double)counts[v];
                types += counts[v] > 0 ? 1.0 : 0.0;
            }
            if (all > 0.0) {
                side->p[at] =
                    ((double)counts[side->target[at]] + types * side->p[at]) / (all + types);
            }
        }
    }
}

/* Mean gain at distance d over the windows from begin to end. */
static double gain_of(const struct side *side, size_t d, size_t begin, size_t end)
{
    double sum = 0.0;

    for (size_t w = begin; w < end; w++) {
        const size_t at = w * side->reach + d;
        const double u = side->text->unigram[side->target[at]];

        sum += u > 0.0 ? log(side->p[at] / u) : 0.0; /* a token training lacks: both know nothing */
    }
    return sum / (double)(end - begin);
}

/* Windows of the held-out part, and the training part, as this side sees them. */
static void fill_side(struct side *side, const struct mg_source *source,
                      const struct mg_distance_layout *layout, bool right, struct mg_stream stream)
{
    const size_t n = side->text->n_train;
    int *row = mg_allocate(source->length, sizeof(*row));

    for (size_t t = 0; t < n; t++) {
        side->train[t] = side->text->tokens[right ? n - 1 - t : t];
    }
    for (size_t w = 0; w < side->windows; w++) {
        struct mg_rng rng = mg_rng_at(stream, w, 2);

        mg_source_draw_held_out(source, &rng, row);
        for (size_t i = 0; i < side->orders; i++) {
            side->context[w * side->orders + i] =
                (uint32_t)row[right ? layout->left + layout->run + i : layout->left - 1 - i];
        }
        for (size_t d = 0; d < side->reach; d++) {
            const int token = row[right ? layout->left + layout->run - 1 - d : layout->left + d];

            side->target[w * side->reach + d] = (uint32_t)token;
            side->p[w * side->reach + d] = side->text->unigram[token];
        }
    }
    free(row);
}

/* picked, scored (reach) out: gain of the best order on either half of the windows. */
static void take_orders(struct side *side, double *picked, double *scored)
{
    const size_t half = side->windows / 2;
    const size_t most = side->width; /* distances that there is room for */

    for (size_t k = 1; k <= side->orders; k++) {
        list_contexts(side, k);
        for (side->first = 0; side->first < side->reach; side->first += most) {
            const size_t left = side->reach - side->first;

            side->width = left < most ? left : most;
            count(side, k);
            smooth(side);
        }
        for (size_t d = 0; d < side->reach; d++) {
            const double gain = gain_of(side, d, 0, half);

            if (gain > picked[d]) {
                picked[d] = gain;
                scored[d] = gain_of(side, d, half, side->windows);
            }
        }
    }
}

/* One side's picked and scored gains (reach), zeroed by the caller. */
static void take_side(double *picked, double *scored, size_t reach, const struct mg_source *source,
                      const struct mg_distance_layout *layout, bool right, struct mg_stream stream)
{
    struct side *side = mg_allocate(1, sizeof(*side));
    const size_t width = right ? layout->right : layout->left;
    const double fits = COUNTS_MAX / ((double)reach * (double)source->vocab);
    uint64_t codes = 1;

    side->text = mg_source_text(source);
    side->vocab = source->vocab;
    side->reach = reach;
    while (side->orders < width && side->orders < ORDER_MAX && codes <= CODES_MAX / side->vocab) {
        codes *= side->vocab;
        side->orders++;
    }
    side->windows = fits < WINDOWS_MAX ? (size_t)fits / 2 * 2 : WINDOWS_MAX;
    if (side->orders > 0 && side->windows >= 2) {
        side->train = mg_allocate(side->text->n_train, sizeof(*side->train));
        side->context = mg_allocate(side->windows * side->orders, sizeof(*side->context));
        side->target = mg_allocate(side->windows * reach, sizeof(*side->target));
        side->p = mg_allocate(side->windows * reach, sizeof(*side->p));
        side->number = mg_allocate(side->windows, sizeof(*side->number));
        side->width = (size_t)fmax(
            1.0, fmin((double)reach, ROOM_MAX / ((double)side->windows * (double)side->vocab)));
        side->counts =
            mg_allocate(side->windows * side->width * side->vocab, sizeof(*side->counts));
        fill_side(side, source, layout, right, stream);
        take_orders(side, picked, scored);
    }
    free(side->counts);
    free(side->number);
    free(side->p);
    free(side->target);
    free(side->context);
    free(side->train);
    free(side);
}

void mg_text_gain_bound(double *bound, const struct mg_source *source,
                        const struct mg_distance_layout *layout, struct mg_stream stream)
{
    const size_t reach = layout->run < REACH ? layout->run : REACH;
    double picked[2][REACH] = {{0.0}};
    double scored[2][REACH] = {{0.0}};

    assert(mg_source_text(source) != NULL);
    for (size_t s = 0; s < 2; s++) {
        take_side(picked[s], scored[s], reach, source, layout, s == 1, stream);
    }
    for (size_t i = 0; i < layout->run; i++) {
        const size_t away[2] = {i, layout->run - 1 - i};
        double best = 0.0;

        bound[i] = 0.0;
        for (size_t s = 0; s < 2; s++) {
            if (away[s] < reach && picked[s][away[s]] > best) {
                best = picked[s][away[s]];
                bound[i] = fmax(0.0, scored[s][away[s]]); /* information is never less */
            }
        }
    }
}

void mg_text_gain_add(double *gain, const struct mg_measure_input *input,
                      const struct mg_distance_layout *layout, size_t c, const double *q)
{
    const struct mg_source *source = input->source;
    const double *unigram = mg_source_text(source)->unigram;
    struct mg_rng rng = mg_rng_at(input->streams->order, c, 0);
    int *row = mg_allocate(source->length, sizeof(*row));

    mg_source_draw_held_out(source, &rng, row);
    for (size_t i = 0; i < layout->run; i++) {
        const int token = row[layout->left + i];

        gain[i] +=
            unigram[token] > 0.0 ? log(q[i * source->vocab + (size_t)token] / unigram[token]) : 0.0;
    }
    free(row);
}

void mg_text_gain_emit(const struct mg_measure_input *input,
                       const struct mg_distance_layout *layout, const char *side,
                       const size_t *distance, const double *gain, size_t n)
{
    double *bound = mg_allocate(layout->run, sizeof(*bound));

    mg_text_gain_bound(bound, input->source, layout, input->streams->order);
    for (size_t i = 0; i < layout->run; i++) {
        MG_EMIT(input->sink, MG_TABLE_distance_curves, mg_text(side),
                mg_int((int64_t)(layout->left + i)), mg_int((int64_t)distance[i]),
                mg_text("held_out_gain_nats"), mg_real(gain[i] / (double)n), mg_null(),
                mg_real(bound[i]));
    }
    free(bound);
}
