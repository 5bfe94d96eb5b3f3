/* chain_facts.c - see chain_facts.h. */
#include "model/source/chain_facts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/numeric/statistics.h"
#include "model/source/array.h"

/* LAPACK, as in libopenblas: column-major, every argument by address, then the string lengths. */
void dgeev_(const char *left, const char *right, const int *n, double *a, const int *lda,
            double *real, double *imaginary, double *vl, const int *ldvl, double *vr,
            const int *ldvr, double *work, const int *lwork, int *info, size_t left_length,
            size_t right_length);
void dgesvd_(const char *left, const char *right, const int *m, const int *n, double *a,
             const int *lda, double *singular, double *u, const int *ldu, double *vt,
             const int *ldvt, double *work, const int *lwork, int *info, size_t left_length,
             size_t right_length);

/* Eliminate states from the last: pi is exact to rounding because nothing is ever subtracted. */
static void eliminate(double *pi, double *rates, size_t n)
{
    double total = 0.0;

    for (size_t last = n - 1; last > 0; last--) {
        double out = 0.0;
        for (size_t j = 0; j < last; j++) {
            out += rates[last * n + j];
        }
        assert(out > 0.0); /* irreducible */
        for (size_t i = 0; i < last; i++) {
            rates[i * n + last] /= out;
            for (size_t j = 0; j < last; j++) {
                rates[i * n + j] += rates[i * n + last] * rates[last * n + j];
            }
        }
    }
    for (size_t k = 0; k < n; k++) {
        pi[k] = k == 0 ? 1.0 : 0.0;
        for (size_t i = 0; i < k; i++) {
            pi[k] += pi[i] * rates[i * n + k];
        }
        total += pi[k];
    }
    for (size_t k = 0; k < n; k++) {
        pi[k] /= total;
    }
}

bool mg_chain_stationary(double *pi, const double *transition, size_t n)
{
    size_t *class_of = mg_array_new(n, sizeof(*class_of));
    size_t *states = mg_array_new(n, sizeof(*states)); /* those of the closed class */
    const bool unique = mg_chain_closed_classes(class_of, transition, n) == 1;
    size_t m = 0;

    if (unique) {
        for (size_t s = 0; s < n; s++) {
            if (class_of[s] == 0) {
                states[m++] = s;
            }
        }
        double *rates = mg_array_new(m * m, sizeof(*rates));
        double *law = mg_array_new(m, sizeof(*law));
        for (size_t i = 0; i < m * m; i++) {
            rates[i] = transition[states[i / m] * n + states[i % m]];
        }
        eliminate(law, rates, m);
        for (size_t s = 0; s < n; s++) {
            pi[s] = 0.0;
        }
        for (size_t i = 0; i < m; i++) {
            pi[states[i]] = law[i];
        }
        free(law);
        free(rates);
    }
    free(states);
    free(class_of);
    return unique;
}

static int compare_falling(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;

    return (a < b) - (a > b);
}

double mg_chain_second_modulus(const double *transition, size_t n)
{
    const int order = (int)n;
    const int one = 1;
    const int lwork = 8 * order;
    double *matrix = mg_array_copy(transition, n * n, sizeof(*matrix)); /* P', same eigenvalues */
    double *work = mg_array_new((size_t)lwork, sizeof(*work));
    double *real = mg_array_new(n, sizeof(*real));
    double *imaginary = mg_array_new(n, sizeof(*imaginary));
    double *modulus = mg_array_new(n, sizeof(*modulus));
    double unused = 0.0;
    double second;
    int info = 0;

    assert(n > 0);
    dgeev_("N", "N", &order, matrix, &order, real, imaginary, &unused, &one, &unused, &one, work,
           &lwork, &info, 1, 1);
    assert(info == 0);
    for (size_t i = 0; i < n; i++) {
        modulus[i] = hypot(real[i], imaginary[i]);
    }
    qsort(modulus, n, sizeof(*modulus), compare_falling);
    second = n > 1 ? modulus[1] : 0.0;
    free(modulus);
    free(imaginary);
    free(real);
    free(work);
    free(matrix);
    return second;
}

double mg_chain_second_singular(const double *transition, const double *pi, size_t n)
{
    double *matrix = mg_array_new(n * n, sizeof(*matrix));
    double *singular = mg_array_new(n, sizeof(*singular));
    double unused = 0.0;
    double second = 0.0;
    int order = 0; /* states with pi > 0 */

    for (size_t i = 0; i < n; i++) {
        order += pi[i] > 0.0;
    }
    for (size_t i = 0, at = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            if (pi[i] > 0.0 && pi[j] > 0.0) {
                matrix[at++] = sqrt(pi[i] / pi[j]) * transition[i * n + j];
            }
        }
    }
    if (order > 1) {
        const int one = 1;
        const int lwork = 8 * order;
        double *work = mg_array_new((size_t)lwork, sizeof(*work));
        int info = 0;

        dgesvd_("N", "N", &order, &order, matrix, &order, singular, &unused, &one, &unused, &one,
                work, &lwork, &info, 1, 1);
        assert(info == 0);
        second = singular[1];
        free(work);
    }
    free(singular);
    free(matrix);
    return second;
}

double mg_chain_dobrushin(const double *transition, size_t n)
{
    double largest = 0.0;

    for (size_t x = 0; x < n; x++) {
        for (size_t y = x + 1; y < n; y++) {
            largest = fmax(largest, mg_tv(transition + x * n, transition + y * n, n));
        }
    }
    return largest;
}
