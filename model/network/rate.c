/* rate.c - see rate.h. */
#include "model/network/rate.h"

#include <assert.h>
#include <math.h>

static const double PI = 3.14159265358979323846;

double mg_rate(size_t step, size_t steps, size_t warmup, double lr, double final_share)
{
    double progress;

    assert(step < steps);
    if (step < warmup) {
        return lr * (double)(step + 1) / (double)warmup;
    }
    progress = steps - warmup > 1 ? (double)(step - warmup) / (double)(steps - warmup - 1) : 0.0;
    return lr * (final_share + (1.0 - final_share) * 0.5 * (1.0 + cos(PI * progress)));
}
