/*
 * claim.h - claims: a query, an accept interval, and a verdict of three words.
 *
 * The query answers (replicate, value); the 90 % Student t interval of the values is compared with
 * the accept interval: inside it the claim is reproduced, outside it is not, across its edge it is
 * inconclusive. 90 % two-sided makes each edge a one-sided test at 5 % (two one-sided tests,
 * Schuirmann 1987). A claim declared exact is one deterministic number and needs no interval. One
 * replicate has an interval where the query answers (replicate, share, draws): that of the counted
 * draws (Clopper, Pearson 1934); of several replicates the shares are values like any other.
 */
#ifndef MG_HARNESS_CLAIM_H
#define MG_HARNESS_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/store.h"
#include "model/numeric/error.h"

enum mg_verdict_word {
    MG_VERDICT_REPRODUCED,
    MG_VERDICT_NOT_REPRODUCED,
    MG_VERDICT_INCONCLUSIVE,
    MG_VERDICT_NOT_RUN,
    MG_VERDICT_COUNT
};

struct mg_verdict {
    char *experiment, *about, *name;
    char *source; /* "" where the file gives none */
    char *query;
    bool exact;
    double accept_lo, accept_hi; /* -inf, inf where open */
    double estimate;             /* NaN: none */
    double ci_lo, ci_hi;         /* NaN: none (exact, one replicate, nothing finite) */
    size_t n;                    /* values that answered */
    enum mg_verdict_word word;
    char reason[400]; /* why it is not plainly decided, "" otherwise */
};

struct mg_verdicts {
    struct mg_verdict *items; /* experiments by name, claims in the order of their file */
    size_t n;
    size_t counts[MG_VERDICT_COUNT];
};

/* "reproduced", "not_reproduced", "inconclusive", "not_run". */
const char *mg_verdict_name(enum mg_verdict_word word);

/*
 * Judge values, one a replicate (NaN: that replicate has no finite value), for an accept interval
 * with lo <= hi, ends included. Fills estimate, ci, n, word and reason of *verdict; reads its
 * exact, accept_lo and accept_hi. n = 0 or nothing but NaN: not_run.
 */
void mg_claim_judge(struct mg_verdict *verdict, const double *values, size_t n);

/* Is an answer of so many columns one that a claim can be judged by? MG_EUSAGE says what is. */
enum mg_status mg_claim_check_columns(size_t n_columns, bool exact, struct mg_error *err);

/*
 * Judge the claims of the named experiments, all in the database where n is 0, and hand the
 * verdicts over (mg_verdicts_free, also after a failure); nothing is stored.
 *
 * MG_OK: every claim is reproduced. MG_NO: one at least is not. MG_UNDECIDED: none is refuted but
 * some are inconclusive or not run. MG_EUSAGE: an experiment is unknown, or a query is faulty,
 * answers in the wrong form or twice for a replicate; such a claim is not_run and says why in
 * reason, the others are judged, err has the first.
 */
enum mg_status mg_claims_judge(struct mg_verdicts *verdicts, struct mg_store *store,
                               const char *const *names, size_t n, struct mg_error *err);

/*
 * Judge and store, in one transaction, in a store open for writing. Returns as mg_claims_judge;
 * after MG_EUSAGE nothing is stored.
 */
enum mg_status mg_claims_verify(struct mg_verdicts *verdicts, struct mg_store *store,
                                const char *const *names, size_t n, struct mg_error *err);

void mg_verdicts_free(struct mg_verdicts *verdicts);

#endif
