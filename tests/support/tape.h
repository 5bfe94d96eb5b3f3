/*
 * tape.h - arithmetic that is recorded, and its derivatives by the chain rule.
 *
 * Numbers are places on the tape. Free tape.nodes when done.
 */
#ifndef MG_TESTS_SUPPORT_TAPE_H
#define MG_TESTS_SUPPORT_TAPE_H

#include <stddef.h>
#include <stdint.h>

/* One recorded operation: its value and its derivatives by (up to) two earlier ones. */
struct node {
    double value;
    double by_first;
    double by_second;
    uint32_t first;
    uint32_t second;
};

struct tape {
    struct node *nodes;
    size_t n;
    size_t capacity;
};

double tape_value(const struct tape *tape, uint32_t x);
uint32_t tape_constant(struct tape *tape, double value);
uint32_t tape_plus(struct tape *tape, uint32_t x, uint32_t y);
uint32_t tape_times(struct tape *tape, uint32_t x, uint32_t y);
uint32_t tape_scaled(struct tape *tape, uint32_t x, double factor);
uint32_t tape_exp(struct tape *tape, uint32_t x);
uint32_t tape_log(struct tape *tape, uint32_t x);
uint32_t tape_power(struct tape *tape, uint32_t x, double exponent);

/* gradient (n) += derivative of the last number by the first n of the tape. */
void tape_differentiate(double *gradient, const struct tape *tape, size_t n);

#endif
