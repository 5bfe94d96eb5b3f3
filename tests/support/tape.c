/* tape.c - see tape.h. */
#include "tests/support/tape.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static uint32_t record(struct tape *tape, double value, uint32_t first, double by_first,
                       uint32_t second, double by_second)
{
    if (tape->n == tape->capacity) {
        tape->capacity = tape->capacity == 0 ? 4096 : 2 * tape->capacity;
        tape->nodes = (struct node *)realloc(tape->nodes, tape->capacity * sizeof(*tape->nodes));
        assert(tape->nodes != NULL);
    }
    tape->nodes[tape->n] = (struct node){value, by_first, by_second, first, second};
    return (uint32_t)tape->n++;
}

double tape_value(const struct tape *tape, uint32_t x)
{
    return tape->nodes[x].value;
}

uint32_t tape_constant(struct tape *tape, double value)
{
    return record(tape, value, 0, 0.0, 0, 0.0);
}

uint32_t tape_plus(struct tape *tape, uint32_t x, uint32_t y)
{
    return record(tape, tape_value(tape, x) + tape_value(tape, y), x, 1.0, y, 1.0);
}

uint32_t tape_times(struct tape *tape, uint32_t x, uint32_t y)
{
    const double a = tape_value(tape, x);
    const double b = tape_value(tape, y);

    return record(tape, a * b, x, b, y, a);
}

uint32_t tape_scaled(struct tape *tape, uint32_t x, double factor)
{
    return record(tape, tape_value(tape, x) * factor, x, factor, 0, 0.0);
}

uint32_t tape_exp(struct tape *tape, uint32_t x)
{
    const double y = exp(tape_value(tape, x));

    return record(tape, y, x, y, 0, 0.0);
}

uint32_t tape_log(struct tape *tape, uint32_t x)
{
    const double a = tape_value(tape, x);

    return record(tape, log(a), x, 1.0 / a, 0, 0.0);
}

uint32_t tape_power(struct tape *tape, uint32_t x, double exponent)
{
    const double a = tape_value(tape, x);

    return record(tape, pow(a, exponent), x, exponent * pow(a, exponent - 1.0), 0, 0.0);
}

void tape_differentiate(double *gradient, const struct tape *tape, size_t n)
{
    double *by = (double *)calloc(tape->n, sizeof(*by));

    assert(by != NULL);
    by[tape->n - 1] = 1.0;
    for (size_t i = tape->n; i-- > n;) {
        by[tape->nodes[i].first] += by[i] * tape->nodes[i].by_first;
        by[tape->nodes[i].second] += by[i] * tape->nodes[i].by_second;
    }
    for (size_t i = 0; i < n; i++) {
        gradient[i] += by[i];
    }
    free(by);
}
