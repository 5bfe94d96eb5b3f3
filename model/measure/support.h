/*
 * support.h - the support of a source as a list, and what each set of revealed positions tells.
 *
 * Every exact number over mask patterns (NELBO, information curve, best partition) is a sum over
 * the 2^L sets of revealed positions; for each, sequences that agree on the revealed tokens share
 * one context. The walk refines these groups a position at a time, so that a set costs one pass
 * over the list and no context is ever searched for.
 */
#ifndef MG_MEASURE_SUPPORT_H
#define MG_MEASURE_SUPPORT_H

#include <stddef.h>

#include "model/numeric/error.h"
#include "model/source/source.h"

enum { MG_SUBSETS_LENGTH_MAX = 24 }; /* positions whose subsets are enumerated at most */

struct mg_support {
    size_t n;      /* sequences of positive probability */
    size_t length; /* L */
    size_t vocab;  /* V */
    int *tokens;   /* (n, L), lexicographic */
    double *prob;  /* (n) */
};

/*
 * Whether support size times 2^L is at most 2^24, for a source with an oracle; otherwise
 * MG_EUSAGE with a sentence that names both. what: who asks ("likelihood").
 */
enum mg_status mg_support_check(const struct mg_source *source, const char *what,
                                struct mg_error *err);

/* List the support of a source that mg_support_check accepts; release with mg_support_free. */
struct mg_support *mg_support_list(const struct mg_source *source);
void mg_support_free(struct mg_support *support);

/*
 * One set of revealed positions (bit i: position i is revealed). group_of (n): sequences with the
 * same number in [0, n_groups) agree on all of them; numbers appear in ascending order of their
 * first sequence.
 */
typedef void mg_subset_visitor(void *ctx, size_t revealed, const size_t *group_of, size_t n_groups);

/* Visit all 2^L sets in ascending order of their number: a set comes after all its subsets. */
void mg_support_walk(const struct mg_support *support, mg_subset_visitor *visit, void *ctx);

#endif
