/* philox.c - see philox.h. */
#include "model/numeric/philox.h"

#include <assert.h>
#include <math.h>

#include <Random123/philox.h>

static const double TWO_PI = 6.283185307179586476925286766559;

struct mg_rng mg_rng_at(struct mg_stream stream, uint64_t element, uint32_t step)
{
    struct mg_rng rng = {.stream = stream, .element = element, .step = step, .used = 4};
    return rng;
}

static uint32_t next_word(struct mg_rng *rng)
{
    if (rng->used == 4) {
        const philox4x32_ctr_t counter = {
            {(uint32_t)rng->element, (uint32_t)(rng->element >> 32), rng->step, rng->block}};
        const philox4x32_key_t key = {{rng->stream.key[0], rng->stream.key[1]}};
        const philox4x32_ctr_t block = philox4x32(counter, key);

        for (int i = 0; i < 4; i++) {
            rng->words[i] = block.v[i];
        }
        rng->block++;
        assert(rng->block != 0);
        rng->used = 0;
    }
    return rng->words[rng->used++];
}

double mg_rng_uniform(struct mg_rng *rng)
{
    const uint64_t high = next_word(rng);
    const uint64_t low = next_word(rng);
    return (double)((high << 21) ^ (low >> 11)) * 0x1p-53;
}

uint32_t mg_rng_below(struct mg_rng *rng, uint32_t n)
{
    uint64_t product;
    uint32_t floor;

    assert(n > 0);
    product = (uint64_t)next_word(rng) * n;
    if ((uint32_t)product < n) {
        floor = (uint32_t)-n % n;
        while ((uint32_t)product < floor) {
            product = (uint64_t)next_word(rng) * n;
        }
    }
    return (uint32_t)(product >> 32);
}

double mg_rng_normal(struct mg_rng *rng)
{
    const double radius = 1.0 - mg_rng_uniform(rng); /* in (0, 1], so the log is finite */
    const double angle = mg_rng_uniform(rng);
    return sqrt(-2.0 * log(radius)) * cos(TWO_PI * angle);
}

size_t mg_rng_categorical(struct mg_rng *rng, const double *weight, size_t n)
{
    double total = 0.0;
    double target;
    size_t last = n; /* last index of positive weight: rounding may carry target to the end */

    for (size_t i = 0; i < n; i++) {
        assert(weight[i] >= 0.0);
        total += weight[i];
    }
    assert(total > 0.0 && isfinite(total));
    target = mg_rng_uniform(rng) * total;
    for (size_t i = 0; i < n; i++) {
        if (weight[i] > 0.0) {
            last = i;
            if (target < weight[i]) {
                return i;
            }
            target -= weight[i];
        }
    }
    assert(last < n);
    return last;
}

void mg_rng_shuffle(struct mg_rng *rng, size_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        const size_t j = mg_rng_below(rng, (uint32_t)i);
        const size_t kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}
