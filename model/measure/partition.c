/* partition.c - see partition.h. */
#include "model/measure/partition.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "model/measure/set_entropy.h"

static const double TIE_NATS = 1e-12;

enum mg_status mg_partition_check(const struct mg_source *source, struct mg_error *err)
{
    if (source->length > MG_PARTITION_LENGTH_MAX) {
        return mg_fail(err, MG_EUSAGE,
                       "the best partition is searched for up to %d positions, not %zu",
                       MG_PARTITION_LENGTH_MAX, source->length);
    }
    return mg_set_entropy_check(source, "the search for the best partition", err);
}

/* (revealed set, steps left) -> least cost of revealing the rest, and the set that starts it. */
struct search {
    size_t length;
    size_t per_step;
    const double *entropy;
    double *cost;    /* (2^L, L + 1) */
    uint32_t *start; /* (2^L, L + 1) */
    double *alone;   /* (2^L) scratch: summed conditional entropies of a set's members */
};

static size_t count(size_t set)
{
    return (size_t)__builtin_popcountll(set);
}

/* alone[G] for every G of hidden positions: sum over its members of H(X_i | revealed). */
static void fill_alone(struct search *search, size_t revealed, size_t hidden)
{
    search->alone[0] = 0.0;
    for (size_t set = (0 - hidden) & hidden; set != 0; set = (set - hidden) & hidden) {
        const size_t lowest = set & (0 - set);

        search->alone[set] = search->alone[set ^ lowest] + search->entropy[revealed | lowest] -
                             search->entropy[revealed];
    }
}

/* Try every next set from one revealed set; sets ascend, so the first of equals is the lowest. */
static void decide(struct search *search, size_t revealed)
{
    const size_t sets = (size_t)1 << search->length;
    const size_t hidden = (sets - 1) & ~revealed;
    const size_t n_hidden = count(hidden);
    const size_t width = search->length + 1;

    fill_alone(search, revealed, hidden);
    for (size_t set = (0 - hidden) & hidden; set != 0; set = (set - hidden) & hidden) {
        const size_t size = count(set);
        const double together = search->entropy[revealed | set] - search->entropy[revealed];
        const double tc = fmax(search->alone[set] - together, 0.0);

        if (search->per_step > 0 && size != search->per_step &&
            !(size == n_hidden && size < search->per_step)) {
            continue;
        }
        for (size_t left = 1; left <= n_hidden; left++) {
            const double total = tc + search->cost[(revealed | set) * width + left - 1];
            const size_t at = revealed * width + left;

            if (total < search->cost[at] - TIE_NATS) {
                search->cost[at] = total;
                search->start[at] = (uint32_t)set;
            }
        }
    }
}

static void read_partition(size_t *group_of, const struct search *search, size_t steps)
{
    size_t revealed = 0;

    for (size_t step = 0; step < steps; step++) {
        const size_t set = search->start[revealed * (search->length + 1) + steps - step];

        for (size_t i = 0; i < search->length; i++) {
            if ((set >> i & 1) != 0) {
                group_of[i] = step;
            }
        }
        revealed |= set;
    }
    assert(count(revealed) == search->length);
}

void mg_partition_search(double *best, size_t *group_of, const double *entropy, size_t length,
                         size_t per_step)
{
    const size_t sets = (size_t)1 << length;
    struct search search = {
        .length = length,
        .per_step = per_step,
        .entropy = entropy,
        .cost = calloc((length + 1) * sets, sizeof(double)),
        .start = calloc((length + 1) * sets, sizeof(uint32_t)),
        .alone = calloc(sets, sizeof(double)),
    };

    assert(length >= 1 && length <= MG_PARTITION_LENGTH_MAX);
    assert(search.cost != NULL && search.start != NULL && search.alone != NULL);
    for (size_t i = 0; i < (length + 1) * sets; i++) {
        search.cost[i] = (double)INFINITY;
    }
    search.cost[(sets - 1) * (length + 1)] = 0.0;
    for (size_t revealed = sets - 1; revealed-- > 0;) {
        decide(&search, revealed);
    }
    best[0] = (double)INFINITY;
    for (size_t steps = 1; steps <= length; steps++) {
        best[steps] = search.cost[steps];
        if (isfinite(best[steps])) {
            read_partition(group_of + steps * length, &search, steps);
        }
    }
    free(search.alone);
    free(search.start);
    free(search.cost);
}

double mg_partition_optimal(size_t *group_of, const struct mg_source *source, size_t per_step,
                            size_t steps)
{
    const size_t length = source->length;
    struct mg_set_entropy *law = mg_set_entropy_new(source);
    double *entropy = calloc((size_t)1 << length, sizeof(*entropy));
    double *best = calloc(length + 1, sizeof(*best));
    size_t *groups = calloc((length + 1) * length, sizeof(*groups));
    double kl_nats;

    assert((per_step > 0) != (steps > 0));
    assert(entropy != NULL && best != NULL && groups != NULL);
    if (per_step > 0) {
        steps = (length + per_step - 1) / per_step;
    }
    assert(steps <= length);
    mg_set_entropy_table(entropy, law);
    mg_partition_search(best, groups, entropy, length, per_step);
    kl_nats = best[steps];
    for (size_t i = 0; i < length; i++) {
        group_of[i] = groups[steps * length + i];
    }
    free(groups);
    free(best);
    free(entropy);
    mg_set_entropy_free(law);
    return kl_nats;
}
