/* chain_classes.c - classes and periods of a chain, from its positive entries; chain_facts.h. */
#include <assert.h>
#include <stdlib.h>

#include "model/source/array.h"
#include "model/source/chain_facts.h"

/* reach (n, n) out: reach[x][y] = whether y follows x in 0 or more steps. */
static void fill_reach(bool *reach, const double *transition, size_t n)
{
    size_t *queue = mg_array_new(n, sizeof(*queue));

    for (size_t x = 0; x < n; x++) {
        size_t n_queue = 0;
        reach[x * n + x] = true;
        queue[n_queue++] = x;
        for (size_t k = 0; k < n_queue; k++) {
            for (size_t y = 0; y < n; y++) {
                if (transition[queue[k] * n + y] > 0.0 && !reach[x * n + y]) {
                    reach[x * n + y] = true;
                    queue[n_queue++] = y;
                }
            }
        }
    }
    free(queue);
}

size_t mg_chain_closed_classes(size_t *class_of, const double *transition, size_t n)
{
    bool *reach = mg_array_new(n * n, sizeof(*reach));
    size_t classes = 0;

    assert(n > 0);
    fill_reach(reach, transition, n);
    for (size_t x = 0; x < n; x++) {
        bool closed = true; /* everything that follows x leads back to it */
        size_t lowest = x;
        for (size_t y = 0; y < n; y++) {
            closed = closed && (!reach[x * n + y] || reach[y * n + x]);
            lowest = reach[x * n + y] && y < lowest ? y : lowest;
        }
        if (!closed) {
            class_of[x] = MG_CHAIN_TRANSIENT;
        } else {
            class_of[x] = lowest == x ? classes++ : class_of[lowest];
        }
    }
    free(reach);
    return classes;
}

static size_t greatest_divisor(size_t a, size_t b)
{
    while (b != 0) {
        const size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/*
 * Period of the class of a state: with steps from it as levels, the greatest common divisor of
 * level(x) + 1 - level(y) over all moves x -> y. level and queue (n) are scratch.
 */
static size_t class_period(size_t from, const double *transition, size_t n, size_t *level,
                           size_t *queue)
{
    size_t n_queue = 0;
    size_t period = 0;

    for (size_t x = 0; x < n; x++) {
        level[x] = SIZE_MAX;
    }
    level[from] = 0;
    queue[n_queue++] = from;
    for (size_t k = 0; k < n_queue; k++) {
        const size_t x = queue[k];
        for (size_t y = 0; y < n; y++) {
            if (transition[x * n + y] <= 0.0) {
                continue;
            }
            if (level[y] == SIZE_MAX) {
                level[y] = level[x] + 1;
                queue[n_queue++] = y;
            } else { /* breadth first: level(y) <= level(x) + 1 */
                period = greatest_divisor(period, level[x] + 1 - level[y]);
            }
        }
    }
    return period;
}

size_t mg_chain_period(const double *transition, size_t n)
{
    size_t *class_of = mg_array_new(n, sizeof(*class_of));
    size_t *scratch = mg_array_new(2 * n, sizeof(*scratch));
    const size_t classes = mg_chain_closed_classes(class_of, transition, n);
    size_t period = 1;
    size_t done = 0;

    for (size_t x = 0; x < n && done < classes; x++) {
        if (class_of[x] == done) { /* the lowest state of the next class */
            const size_t one = class_period(x, transition, n, scratch, scratch + n);
            period = period / greatest_divisor(period, one) * one;
            done++;
        }
    }
    free(scratch);
    free(class_of);
    return period;
}
