/* arness.c - see arness.h. */
#include "model/measure/arness.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "model/numeric/arena.h"

static const char *const NAMES[MG_ARNESS_COUNT] = {"global_1", "global_8",    "successor",
                                                   "adjacent", "right_known", "tau"};

struct step {
    size_t size;   /* positions it revealed */
    size_t block;  /* which block they are in */
    size_t before; /* positions of the block revealed in earlier steps */
};

/* One draw, arranged by step and by block. */
struct draw {
    const int *step_of;
    size_t length;
    size_t block;
    size_t first; /* where block 0 begins */
    size_t n_steps;
    size_t n;           /* positions revealed */
    struct step *steps; /* (n_steps) */
    size_t *in_block;   /* (length) positions that a block reveals, by block number */
};

const char *mg_arness_name(enum mg_arness_quantity quantity)
{
    assert((size_t)quantity < MG_ARNESS_COUNT);
    return NAMES[quantity];
}

static size_t block_of(const struct draw *draw, size_t position)
{
    return draw->block == 0 ? 0 : (position - draw->first) / draw->block;
}

static void draw_init(struct draw *draw, const int *step_of, size_t length, size_t block,
                      size_t first)
{
    *draw = (struct draw){.step_of = step_of, .length = length, .block = block, .first = first};
    for (size_t i = 0; i < length; i++) {
        if (step_of[i] >= 0 && (size_t)step_of[i] + 1 > draw->n_steps) {
            draw->n_steps = (size_t)step_of[i] + 1;
        }
    }
    draw->steps = mg_allocate(draw->n_steps, sizeof(draw->steps[0]));
    draw->in_block = mg_allocate(length, sizeof(draw->in_block[0]));
    for (size_t i = 0; i < length; i++) {
        if (step_of[i] >= 0) {
            draw->steps[step_of[i]].size++;
            draw->steps[step_of[i]].block = block_of(draw, i);
            draw->in_block[block_of(draw, i)]++;
            draw->n++;
        }
    }
    for (size_t t = 0; t < draw->n_steps; t++) {
        const struct step *last = t == 0 ? NULL : &draw->steps[t - 1];

        assert(draw->steps[t].size > 0);
        if (last != NULL && last->block == draw->steps[t].block) {
            draw->steps[t].before = last->before + last->size;
        }
    }
}

static void draw_release(struct draw *draw)
{
    free(draw->in_block);
    free(draw->steps);
}

/* Positions of step t among the first `reach` masks that it found. */
static size_t among_first(const struct draw *draw, size_t t, size_t reach)
{
    size_t masks = 0;
    size_t found = 0;

    for (size_t i = 0; i < draw->length && masks < reach; i++) {
        if (draw->step_of[i] >= (int)t) {
            masks++;
            found += draw->step_of[i] == (int)t;
        }
    }
    return found;
}

static void measure_global(struct mg_arness *arness, const struct draw *draw,
                           enum mg_arness_quantity quantity, size_t k)
{
    double value = 0.0;
    double chance = 0.0;

    for (size_t t = 0; t < draw->n_steps; t++) {
        const struct step *step = &draw->steps[t];
        const size_t masks = draw->in_block[step->block] - step->before; /* it may choose from */
        const size_t reach = k + step->size - 1;

        value += (double)among_first(draw, t, reach) / (double)step->size;
        chance += reach < masks ? (double)reach / (double)masks : 1.0;
    }
    arness->value[quantity] = value / (double)draw->n_steps;
    arness->chance[quantity] = chance / (double)draw->n_steps;
}

static bool revealed(const struct draw *draw, size_t position)
{
    return draw->step_of[position] >= 0;
}

/* First (or last) step of a block. */
static const struct step *step_of_block(const struct draw *draw, size_t block, bool last)
{
    const struct step *found = NULL;

    for (size_t t = 0; t < draw->n_steps; t++) {
        if (draw->steps[t].block == block && (found == NULL || last)) {
            found = &draw->steps[t];
        }
    }
    assert(found != NULL);
    return found;
}

/*
 * P(i is in some step t >= 1 and i - 1 in step t - 1 or t) in a random order: within a block any
 * two places of the order are equally likely; across blocks only the last step of one and the
 * first of the next count.
 */
static double chance_of_successor(const struct draw *draw, size_t i)
{
    const size_t own = block_of(draw, i);
    const size_t other = block_of(draw, i - 1);
    const double places = (double)draw->in_block[own];
    double pairs = 0.0;

    if (own != other) {
        return (double)step_of_block(draw, own, false)->size / places *
               (double)step_of_block(draw, other, true)->size / (double)draw->in_block[other];
    }
    for (size_t t = 1; t < draw->n_steps; t++) {
        const struct step *step = &draw->steps[t];

        if (step->block == own) {
            const size_t last = step->before > 0 ? draw->steps[t - 1].size : 0;

            pairs += (double)step->size * (double)(last + step->size - 1);
        }
    }
    return pairs / (places * (places - 1.0));
}

static void measure_successor(struct mg_arness *arness, const struct draw *draw)
{
    const double later = (double)(draw->n - draw->steps[0].size);
    double value = 0.0;
    double chance = 0.0;

    for (size_t i = 1; i < draw->length; i++) {
        if (revealed(draw, i) && revealed(draw, i - 1)) {
            const int gap = draw->step_of[i] - draw->step_of[i - 1];

            value += draw->step_of[i] > 0 && (gap == 0 || gap == 1) ? 1.0 : 0.0;
            chance += chance_of_successor(draw, i);
        }
    }
    arness->value[MG_ARNESS_SUCCESSOR] = later > 0.0 ? value / later : (double)NAN;
    arness->chance[MG_ARNESS_SUCCESSOR] = later > 0.0 ? chance / later : (double)NAN;
}

/*
 * P(some of `rivals` other positions of its block comes before a position) in a random order: one
 * less the chance that none of them has a place before its step.
 */
static double chance_of_before(const struct draw *draw, size_t block, size_t rivals)
{
    const double places = (double)draw->in_block[block];
    double none = 0.0;

    for (size_t t = 0; t < draw->n_steps; t++) {
        const struct step *step = &draw->steps[t];

        if (step->block == block) {
            const double open = places - (double)step->before - 1.0; /* the others not before t */
            double missed = (double)step->size / places;

            for (size_t r = 0; r < rivals; r++) {
                missed *= fmax(0.0, open - (double)r) / (places - 1.0 - (double)r);
            }
            none += missed;
        }
    }
    return 1.0 - none;
}

/* P(some neighbour of i is known before i) in a random order. */
static double chance_of_adjacent(const struct draw *draw, size_t i)
{
    const size_t own = block_of(draw, i);
    size_t rivals = 0; /* neighbours in the same block: known before i only by chance */

    if (i > 0) {
        if (!revealed(draw, i - 1) || block_of(draw, i - 1) != own) {
            return 1.0; /* prompt, or an earlier block */
        }
        rivals++;
    }
    if (i + 1 < draw->length) {
        if (!revealed(draw, i + 1)) {
            return 1.0;
        }
        rivals += block_of(draw, i + 1) == own;
    }
    return chance_of_before(draw, own, rivals);
}

static void measure_adjacent(struct mg_arness *arness, const struct draw *draw)
{
    double value = 0.0;
    double chance = 0.0;

    for (size_t i = 0; i < draw->length; i++) {
        if (revealed(draw, i)) {
            const int step = draw->step_of[i];
            const bool left = i > 0 && draw->step_of[i - 1] < step;
            const bool right = i + 1 < draw->length && draw->step_of[i + 1] < step;

            value += left || right ? 1.0 : 0.0;
            chance += chance_of_adjacent(draw, i);
        }
    }
    arness->value[MG_ARNESS_ADJACENT] = value / (double)draw->n;
    arness->chance[MG_ARNESS_ADJACENT] = chance / (double)draw->n;
}

static void measure_right_known(struct mg_arness *arness, const struct draw *draw)
{
    double value = 0.0;
    double chance = 0.0;

    for (size_t i = 0; i < draw->length; i++) {
        size_t rivals = 0; /* on its right in the same block */
        bool given = false;
        bool known = false;

        for (size_t j = i + 1; j < draw->length; j++) {
            given = given || !revealed(draw, j);
            known = known || draw->step_of[j] < draw->step_of[i];
            rivals += revealed(draw, j) && block_of(draw, j) == block_of(draw, i);
        }
        if (revealed(draw, i)) {
            value += known ? 1.0 : 0.0;
            chance += given ? 1.0 : chance_of_before(draw, block_of(draw, i), rivals);
        }
    }
    arness->value[MG_ARNESS_RIGHT_KNOWN] = value / (double)draw->n;
    arness->chance[MG_ARNESS_RIGHT_KNOWN] = chance / (double)draw->n;
}

/* Pairs of different blocks always agree with the position; those of one block half the time. */
static void measure_tau(struct mg_arness *arness, const struct draw *draw)
{
    double balance = 0.0;
    double pairs = 0.0;
    double apart = 0.0;

    for (size_t j = 1; j < draw->length; j++) {
        for (size_t i = 0; i < j && revealed(draw, j); i++) {
            if (revealed(draw, i) && draw->step_of[i] != draw->step_of[j]) {
                balance += draw->step_of[i] < draw->step_of[j] ? 1.0 : -1.0;
                pairs += 1.0;
                apart += block_of(draw, i) != block_of(draw, j) ? 1.0 : 0.0;
            }
        }
    }
    arness->value[MG_ARNESS_TAU] = pairs > 0.0 ? balance / pairs : (double)NAN;
    arness->chance[MG_ARNESS_TAU] = pairs > 0.0 ? apart / pairs : (double)NAN;
}

void mg_arness_of(struct mg_arness *arness, const int *step_of, size_t length, size_t block,
                  size_t first)
{
    struct draw draw;

    draw_init(&draw, step_of, length, block, first);
    assert(draw.n > 0);
    measure_global(arness, &draw, MG_ARNESS_GLOBAL_1, 1);
    measure_global(arness, &draw, MG_ARNESS_GLOBAL_8, 8);
    measure_successor(arness, &draw);
    measure_adjacent(arness, &draw);
    measure_right_known(arness, &draw);
    measure_tau(arness, &draw);
    draw_release(&draw);
}
