/*
 * distance_curves.h - how predictions in a run of masks vary with position: the quantities.
 *
 * Given the predictions of a run of R masked positions in C contexts, every quantity of the
 * homogenization question, alikeness and forgetting apart (conjecture 3.2.3 of arXiv:2510.03289),
 * as a mean over contexts. "Farther" than a position means: at least its distance to the nearest
 * revealed token. So the value of tv_window_max at distance R/2 is the alikeness of the far half.
 */
#ifndef MG_MEASURE_DISTANCE_CURVES_H
#define MG_MEASURE_DISTANCE_CURVES_H

#include <stdbool.h>
#include <stddef.h>

/* X(quantity): q_i is the prediction at position i of the run, u_i the unconditional marginal. */
#define MG_DISTANCE_QUANTITIES(X)                                                                  \
    X(tv_next)               /* TV(q_i, q_{i+1}); not at the last position */                      \
    X(js_next)               /* JS(q_i, q_{i+1}); not at the last position */                      \
    X(js_mean)               /* JS(q_i, mean of the run) */                                        \
    X(tv_window_max)         /* largest TV between two positions as far or farther */              \
    X(tv_unconditional)      /* TV(q_i, u_i) */                                                    \
    X(tv_unconditional_max)  /* its largest value over the positions as far or farther */          \
    X(sensitivity_tv)        /* mean TV(q_i, q'_i) over all pairs of contexts */                   \
    X(sensitivity_max)       /* largest of these */                                                \
    X(information_gain_nats) /* KL(q_i || u_i) */                                                  \
    X(entropy_nats)          /* H(q_i) */                                                          \
    X(top1)                  /* max_v q_i(v) */                                                    \
    X(same_argmax)           /* share of contexts with arg-max as at i+1; not at the last */

enum mg_distance_quantity {
#define MG_DISTANCE_ENUM(quantity) MG_DISTANCE_##quantity,
    MG_DISTANCE_QUANTITIES(MG_DISTANCE_ENUM)
#undef MG_DISTANCE_ENUM
        MG_DISTANCE_COUNT
};

struct mg_distance_curves {
    const double *unconditional; /* (R, V) borrowed */
    const size_t *distance;      /* (R) borrowed */
    size_t contexts;             /* C */
    size_t run;                  /* R */
    size_t vocab;                /* V */
    double *value;               /* (MG_DISTANCE_COUNT, R); only where mg_distance_defined */
    double *pair;                /* (R, R) mean over contexts of TV(q_i, q_j), symmetric */
    double *scratch;
};

/* Word of a quantity, as in rows. */
const char *mg_distance_name(enum mg_distance_quantity quantity);

/* Whether a quantity exists at position i of a run of R, seen in C contexts. */
bool mg_distance_defined(enum mg_distance_quantity quantity, size_t i, size_t run, size_t contexts);

/*
 * Curves of C contexts to come, C, R >= 1.
 *   unconditional  (R, V)  in   u
 *   distance       (R)     in   to the nearest revealed token, 1 to R; 0 everywhere: none
 * Both must outlive the curves. Never NULL; release with mg_distance_curves_free (NULL is fine).
 */
struct mg_distance_curves *mg_distance_curves_new(const double *unconditional,
                                                  const size_t *distance, size_t contexts,
                                                  size_t run, size_t vocab);
void mg_distance_curves_free(struct mg_distance_curves *curves);

/* The next context, in order: its predictions (R, V). Time O(R^2 V). */
void mg_distance_curves_take(struct mg_distance_curves *curves, const double *q);

/*
 * The sensitivities at `width` positions of the run from `first` on, each position once.
 *   probs  (C, width, V)  in   the predictions there in all contexts
 * Time O(C^2 width V).
 */
void mg_distance_curves_compare(struct mg_distance_curves *curves, const double *probs,
                                size_t first, size_t width);

/*
 * Rate of decay a position: exp(slope) of the least squares line through (distance, log curve)
 * over the positions where `selector` > .05. Returns false, rate untouched,
 * for fewer than three such positions or when `curve` is 0 at one that was selected.
 */
bool mg_distance_rate(double *rate, const double *curve, const double *selector,
                      const size_t *distance, size_t run);

#endif
