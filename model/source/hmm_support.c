/* hmm_support.c - see hmm_support.h. */
#include "model/source/hmm_support.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/source/array.h"

/*
 * next (S) out: 1 for the states in which token v can be emitted one step after a state of now (S),
 * or first when now is NULL. Returns whether there is one.
 */
static bool advance(unsigned char *next, const unsigned char *now, const struct mg_hmm_view *hmm,
                    size_t v)
{
    const size_t S = hmm->lattice->states;
    bool any = false;

    for (size_t t = 0; t < S; t++) {
        bool reached = now == NULL && hmm->lattice->start[t] > 0.0;
        for (size_t s = 0; now != NULL && !reached && s < S; s++) {
            reached = now[s] != 0 && hmm->lattice->transposed[t * S + s] > 0.0;
        }
        next[t] = reached && hmm->emitted[v * S + t] > 0.0;
        any = any || next[t] != 0;
    }
    return any;
}

struct walk {
    const struct mg_hmm_view *hmm;
    mg_support_visitor *visit;
    void *ctx;
    int *tokens;         /* (L) */
    unsigned char *sets; /* (L, S) */
    double *alpha;       /* (L, S) law of the state given the tokens so far */
    bool *exact;         /* (L) no entry of alpha has become too small */
    double *log_prob;    /* (L) of the tokens so far */
};

/* Extend alpha and log_prob by token v at position i, whose set is known not to be empty. */
static void extend(const struct walk *walk, size_t i, size_t v)
{
    const struct mg_lattice *lattice = walk->hmm->lattice;
    const size_t S = lattice->states;
    double *row = walk->alpha + i * S;
    double sum = 0.0;

    walk->exact[i] = i == 0 ? !lattice->tiny : walk->exact[i - 1];
    if (i == 0) {
        memcpy(row, lattice->start, S * sizeof(*row));
    } else {
        mg_lattice_step(row, row - S, lattice->transition, S);
    }
    for (size_t s = 0; s < S; s++) {
        row[s] *= walk->hmm->emitted[v * S + s];
        sum += row[s];
    }
    for (size_t s = 0; s < S; s++) {
        const bool small = walk->sets[i * S + s] != 0 && row[s] < sum * MG_LATTICE_SAFE;
        walk->exact[i] = walk->exact[i] && !small;
        row[s] = sum > 0.0 ? row[s] / sum : 0.0;
    }
    walk->log_prob[i] = (i == 0 ? 0.0 : walk->log_prob[i - 1]) + log(sum);
}

/* Visit all continuations of the first i tokens; false to stop. */
static bool walk_support(const struct walk *walk, size_t i)
{
    const struct mg_source *source = walk->hmm->source;
    const size_t S = walk->hmm->lattice->states;
    unsigned char *set = walk->sets + i * S;
    bool go_on = true;

    if (i == source->length) {
        const double log_prob =
            walk->exact[i - 1] ? walk->log_prob[i - 1] : mg_source_log_mass(source, walk->tokens);
        return walk->visit(walk->ctx, walk->tokens, log_prob);
    }
    for (size_t v = 0; go_on && v < source->vocab; v++) {
        if (advance(set, i == 0 ? NULL : set - S, walk->hmm, v)) {
            walk->tokens[i] = (int)v;
            extend(walk, i, v);
            go_on = walk_support(walk, i + 1);
        }
    }
    return go_on;
}

void mg_hmm_support(const struct mg_hmm_view *hmm, mg_support_visitor *visit, void *ctx)
{
    const size_t L = hmm->source->length;
    const size_t S = hmm->lattice->states;
    struct walk walk = {.hmm = hmm, .visit = visit, .ctx = ctx};

    walk.tokens = mg_array_new(L, sizeof(*walk.tokens));
    walk.sets = mg_array_new(L * S, sizeof(*walk.sets));
    walk.alpha = mg_array_new(L * S, sizeof(*walk.alpha));
    walk.exact = mg_array_new(L, sizeof(*walk.exact));
    walk.log_prob = mg_array_new(L, sizeof(*walk.log_prob));
    (void)walk_support(&walk, 0);
    free(walk.tokens);
    free(walk.sets);
    free(walk.alpha);
    free(walk.exact);
    free(walk.log_prob);
}

/* Different sets of one position, each with the number of token prefixes that lead to it. */
struct sets {
    size_t n;
    size_t states;
    unsigned char *member; /* (MG_HMM_SETS_MAX, S) */
    double *prefixes;      /* (MG_HMM_SETS_MAX) */
    size_t *slots;         /* (SLOTS) open addressing: set + 1, or 0 for empty */
    size_t *slot_of;       /* (MG_HMM_SETS_MAX) where each set is */
};

enum { SLOTS = 2 * MG_HMM_SETS_MAX };

static void sets_init(struct sets *sets, size_t states)
{
    *sets = (struct sets){.states = states};
    sets->member = mg_array_new(MG_HMM_SETS_MAX * states, sizeof(*sets->member));
    sets->prefixes = mg_array_new(MG_HMM_SETS_MAX, sizeof(*sets->prefixes));
    sets->slots = mg_array_new(SLOTS, sizeof(*sets->slots));
    sets->slot_of = mg_array_new(MG_HMM_SETS_MAX, sizeof(*sets->slot_of));
}

static void sets_release(struct sets *sets)
{
    free(sets->member);
    free(sets->prefixes);
    free(sets->slots);
    free(sets->slot_of);
}

static void sets_clear(struct sets *sets)
{
    while (sets->n > 0) {
        sets->slots[sets->slot_of[--sets->n]] = 0;
    }
}

/* FNV-1a (Fowler, Noll, Vo 1991). */
static size_t hash(const unsigned char *bytes, size_t n)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < n; i++) {
        h = (h ^ bytes[i]) * 1099511628211u;
    }
    return (size_t)(h % SLOTS);
}

/* Count more prefixes that lead to a set; false when there is no room for a new one. */
static bool sets_add(struct sets *sets, const unsigned char *set, double prefixes)
{
    const size_t S = sets->states;
    size_t slot = hash(set, S);

    while (sets->slots[slot] != 0 &&
           memcmp(sets->member + (sets->slots[slot] - 1) * S, set, S) != 0) {
        slot = (slot + 1) % SLOTS;
    }
    if (sets->slots[slot] == 0) {
        if (sets->n == MG_HMM_SETS_MAX) {
            return false;
        }
        memcpy(sets->member + sets->n * S, set, S);
        sets->prefixes[sets->n] = 0.0;
        sets->slot_of[sets->n] = slot;
        sets->slots[slot] = ++sets->n;
    }
    sets->prefixes[sets->slots[slot] - 1] += prefixes;
    return true;
}

/* Sets after one more token; now NULL for the first. False when they do not fit. */
static bool sets_advance(struct sets *next, const struct sets *now, const struct mg_hmm_view *hmm,
                         unsigned char *set)
{
    const size_t n_now = now == NULL ? 1 : now->n;
    bool fits = true;

    sets_clear(next);
    for (size_t k = 0; k < n_now; k++) {
        const unsigned char *from = now == NULL ? NULL : now->member + k * now->states;
        for (size_t v = 0; fits && v < hmm->source->vocab; v++) {
            if (advance(set, from, hmm, v)) {
                fits = sets_add(next, set, now == NULL ? 1.0 : now->prefixes[k]);
            }
        }
    }
    return fits;
}

double mg_hmm_support_size(const struct mg_hmm_view *hmm)
{
    const size_t S = hmm->lattice->states;
    struct sets sets[2];
    unsigned char *set = mg_array_new(S, sizeof(*set));
    size_t now = 0;
    double size = 0.0;
    bool fits;

    sets_init(&sets[0], S);
    sets_init(&sets[1], S);
    fits = sets_advance(&sets[now], NULL, hmm, set);
    for (size_t i = 1; fits && i < hmm->source->length; i++) {
        fits = sets_advance(&sets[1 - now], &sets[now], hmm, set);
        now = 1 - now;
    }
    for (size_t k = 0; k < sets[now].n; k++) {
        size += sets[now].prefixes[k];
    }
    sets_release(&sets[0]);
    sets_release(&sets[1]);
    free(set);
    return fits ? size : HUGE_VAL;
}
