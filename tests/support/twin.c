/* twin.c - see twin.h. */
#include "tests/support/twin.h"

#include <math.h>
#include <stdlib.h>

#include "model/numeric/arena.h"
#include "model/numeric/philox.h"
#include "tests/support/test.h"

float *twin_drawn(size_t n, uint32_t number)
{
    struct mg_rng rng = mg_rng_at((struct mg_stream){{7, 8}}, number, 0);
    float *x = (float *)mg_allocate(n, sizeof(*x));

    for (size_t i = 0; i < n; i++) {
        x[i] = (float)mg_rng_normal(&rng);
    }
    return x;
}

double *twin_gradient(twin_layer *layer, const void *ctx, const float *x, size_t n_x,
                      const float *d_y, size_t n_y)
{
    const double step = 1e-5;
    double *at = (double *)mg_allocate(n_x, sizeof(*at));
    double *up = (double *)mg_allocate(n_y, sizeof(*up));
    double *down = (double *)mg_allocate(n_y, sizeof(*down));
    double *d_x = (double *)mg_allocate(n_x, sizeof(*d_x));

    for (size_t i = 0; i < n_x; i++) {
        at[i] = (double)x[i];
    }
    for (size_t i = 0; i < n_x; i++) {
        at[i] = (double)x[i] + step;
        layer(up, at, ctx);
        at[i] = (double)x[i] - step;
        layer(down, at, ctx);
        at[i] = (double)x[i];
        for (size_t j = 0; j < n_y; j++) {
            d_x[i] += (double)d_y[j] * (up[j] - down[j]) / (2.0 * step);
        }
    }
    free(down);
    free(up);
    free(at);
    return d_x;
}

void twin_assert_close(const float *a, const double *b, size_t n, double tolerance)
{
    for (size_t i = 0; i < n; i++) {
        assert_close(a[i], b[i], tolerance);
    }
}

double twin_largest(const double *x, size_t n)
{
    double most = 0.0;

    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs(x[i]));
    }
    return most;
}
