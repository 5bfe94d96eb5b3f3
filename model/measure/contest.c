/* contest.c - see contest.h. */
#include "model/measure/contest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

struct mg_contest {
    size_t vocab;
    enum mg_ties ties;
    size_t n;       /* candidates */
    size_t n_theta; /* distinct scores that can be drawn */
    double *score;  /* (n, V) rounded */
    double *theta;  /* (n_theta) ascending */
    double *less;   /* (n, n_theta) P(score_j < theta_k) */
    double *equal;  /* (n, n_theta) P(score_j = theta_k) */
    double *more;   /* (n, n_theta) P(score_j > theta_k), summed on its own: exact zeros */
    double *inside; /* (n + 1) polynomial: ties at theta in S */
    double *beyond; /* (n + 1) polynomial: ties at theta outside */
};

struct mg_contest *mg_contest_new(size_t length, size_t vocab, enum mg_ties ties)
{
    struct mg_contest *contest = mg_allocate(1, sizeof(*contest));
    const size_t scores = length * vocab;

    contest->vocab = vocab;
    contest->ties = ties;
    contest->score = mg_allocate(scores, sizeof(double));
    contest->theta = mg_allocate(scores, sizeof(double));
    contest->less = mg_allocate(length * scores, sizeof(double));
    contest->equal = mg_allocate(length * scores, sizeof(double));
    contest->more = mg_allocate(length * scores, sizeof(double));
    contest->inside = mg_allocate(length + 1, sizeof(double));
    contest->beyond = mg_allocate(length + 1, sizeof(double));
    return contest;
}

void mg_contest_free(struct mg_contest *contest)
{
    if (contest != NULL) {
        free(contest->beyond);
        free(contest->inside);
        free(contest->more);
        free(contest->equal);
        free(contest->less);
        free(contest->theta);
        free(contest->score);
        free(contest);
    }
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Index of a score among the distinct ones; it must be there. */
static size_t theta_index(const struct mg_contest *contest, double score)
{
    const double *found = bsearch(&score, contest->theta, contest->n_theta, sizeof(double), rising);

    assert(found != NULL);
    return (size_t)(found - contest->theta);
}

void mg_contest_set(struct mg_contest *contest, const double *confidence, const double *q,
                    const size_t *at, size_t n)
{
    const size_t vocab = contest->vocab;
    size_t drawn = 0;

    contest->n = n;
    for (size_t j = 0; j < n; j++) {
        for (size_t v = 0; v < vocab; v++) {
            contest->score[j * vocab + v] = mg_round_score(confidence[at[j] * vocab + v]);
            if (q[at[j] * vocab + v] > 0.0) {
                contest->theta[drawn++] = contest->score[j * vocab + v];
            }
        }
    }
    qsort(contest->theta, drawn, sizeof(double), rising);
    contest->n_theta = 0;
    for (size_t k = 0; k < drawn; k++) {
        if (k == 0 || contest->theta[k] > contest->theta[contest->n_theta - 1]) {
            contest->theta[contest->n_theta++] = contest->theta[k];
        }
    }
    memset(contest->equal, 0, n * contest->n_theta * sizeof(double));
    for (size_t j = 0; j < n; j++) {
        double *equal = contest->equal + j * contest->n_theta;
        double below = 0.0;
        double above = 0.0;

        for (size_t v = 0; v < vocab; v++) {
            if (q[at[j] * vocab + v] > 0.0) {
                equal[theta_index(contest, contest->score[j * vocab + v])] += q[at[j] * vocab + v];
            }
        }
        for (size_t k = 0; k < contest->n_theta; k++) {
            contest->less[j * contest->n_theta + k] = below;
            below += equal[k];
        }
        for (size_t k = contest->n_theta; k > 0; k--) {
            contest->more[j * contest->n_theta + k - 1] = above;
            above += equal[k - 1];
        }
    }
}

double mg_choose(size_t n, size_t k)
{
    double ways = 1.0;

    for (size_t i = 1; i <= k; i++) {
        ways = ways * (double)(n - k + i) / (double)i;
    }
    return ways;
}

/* Multiply a polynomial of this degree by (constant + slope z); room for one more coefficient. */
static void multiply(double *polynomial, size_t degree, double constant, double slope)
{
    polynomial[degree + 1] = 0.0;
    for (size_t i = degree + 1; i > 0; i--) {
        polynomial[i] = constant * polynomial[i] + slope * polynomial[i - 1];
    }
    polynomial[0] *= constant;
}

/* beyond[u] = P(u of those outside S tie at theta_k, all others are below); returns its degree. */
static size_t outside_ties(struct mg_contest *contest, const bool *wins, size_t k)
{
    size_t degree = 0;

    contest->beyond[0] = 1.0;
    for (size_t j = 0; j < contest->n; j++) {
        if (!wins[j]) {
            multiply(contest->beyond, degree++, contest->less[j * contest->n_theta + k],
                     contest->equal[j * contest->n_theta + k]);
        }
    }
    return degree;
}

/* P(all outside S lose to a last winner at candidate i with score theta_k), ties lowest. */
static double outside_loses(const struct mg_contest *contest, const bool *wins, size_t k, size_t i)
{
    double product = 1.0;

    for (size_t j = 0; j < contest->n && product > 0.0; j++) {
        if (!wins[j]) {
            const size_t cell = j * contest->n_theta + k;

            product *= contest->less[cell] + (j > i ? contest->equal[cell] : 0.0);
        }
    }
    return product;
}

/* P(candidate i is the last winner at theta_k, the rest of S beats it), ties lowest. */
static double inside_beats(const struct mg_contest *contest, const bool *wins, size_t k, size_t i)
{
    double product = contest->equal[i * contest->n_theta + k];

    for (size_t j = 0; j < contest->n && product > 0.0; j++) {
        if (wins[j] && j != i) {
            const size_t cell = j * contest->n_theta + k;

            product *= contest->more[cell] + (j < i ? contest->equal[cell] : 0.0);
        }
    }
    return product;
}

/* P(S wins with smallest score theta_k), uniform ties. */
static double wins_at_uniform(struct mg_contest *contest, const bool *wins, size_t k)
{
    const size_t outside = outside_ties(contest, wins, k);
    size_t degree = 0;
    double sum = 0.0;

    contest->inside[0] = 1.0;
    for (size_t j = 0; j < contest->n; j++) {
        if (wins[j]) {
            const size_t cell = j * contest->n_theta + k;

            multiply(contest->inside, degree++, contest->more[cell], contest->equal[cell]);
        }
    }
    for (size_t t = 1; t <= degree; t++) {
        for (size_t u = 0; u <= outside && contest->inside[t] > 0.0; u++) {
            sum += contest->inside[t] * contest->beyond[u] / mg_choose(t + u, t);
        }
    }
    return sum;
}

double mg_contest_wins(struct mg_contest *contest, const bool *wins)
{
    double sum = 0.0;

    for (size_t k = 0; k < contest->n_theta; k++) {
        if (contest->ties == MG_TIES_UNIFORM) {
            sum += wins_at_uniform(contest, wins, k);
        } else {
            for (size_t i = 0; i < contest->n; i++) {
                if (wins[i] && contest->equal[i * contest->n_theta + k] > 0.0) {
                    sum += inside_beats(contest, wins, k, i) * outside_loses(contest, wins, k, i);
                }
            }
        }
    }
    return sum;
}

double mg_contest_wins_with(struct mg_contest *contest, const bool *wins, const int *token)
{
    const size_t vocab = contest->vocab;
    size_t last = 0; /* highest candidate of S with the smallest score */
    size_t ties = 0;
    size_t outside;
    size_t k;
    double theta = 2.0;
    double sum = 0.0;

    for (size_t j = 0; j < contest->n; j++) {
        if (wins[j]) {
            const double score = contest->score[j * vocab + (size_t)token[j]];

            ties = score < theta ? 1 : score > theta ? ties : ties + 1;
            last = score > theta ? last : j;
            theta = score < theta ? score : theta;
        }
    }
    assert(ties >= 1);
    k = theta_index(contest, theta);
    if (contest->ties == MG_TIES_LOWEST) {
        return outside_loses(contest, wins, k, last);
    }
    outside = outside_ties(contest, wins, k);
    for (size_t u = 0; u <= outside; u++) {
        sum += contest->beyond[u] / mg_choose(ties + u, ties);
    }
    return sum;
}
