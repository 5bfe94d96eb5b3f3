/*
 * choice.h - the sets of positions that a sampler may reveal in a context, each with its
 * probability r(S|c) of law.h.
 *
 * A rule that looks at nothing it drew leaves a pool of equally likely subsets (order.h). Under
 * LLaDA's rule any `take` of the candidates may win a contest (contest.h), and how likely a set is
 * depends on its tokens, a(S|c,x_S).
 */
#ifndef MG_MEASURE_CHOICE_H
#define MG_MEASURE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/diffusion/order.h"

struct mg_choice;

/* sampler and prompt (L, true where given; NULL: nowhere) are borrowed. */
struct mg_choice *mg_choice_new(const struct mg_sampler *sampler, const bool *prompt, size_t length,
                                size_t vocab);
void mg_choice_free(struct mg_choice *choice); /* NULL is fine */

/*
 * Begin the sets of a context (L) with a mask: probs (L, V) predictions, tempered (L, V) what
 * tokens are drawn from, read at masked positions. All three are borrowed until the last set.
 */
void mg_choice_begin(struct mg_choice *choice, const int *context, const double *probs,
                     const double *tempered);

/* The next set with r > 0: set (L) out, its size and *r; false after the last. */
bool mg_choice_next(size_t *set, size_t *n_set, double *r, struct mg_choice *choice);

/*
 * a(S|c,x_S) of the set given last; tokens (L) read on the set, of positive probability in
 * `tempered`. It is r for a rule that does not look at the tokens.
 */
double mg_choice_given(struct mg_choice *choice, const int *tokens);

#endif
