/*
 * claim.c - claims: a query, an accept interval, and a verdict of three words.
 */
#include "harness/claim.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/answer.h"
#include "harness/catalog.h"
#include "harness/interval.h"

#define LEVEL 0.9

static const char *const words[MG_VERDICT_COUNT] = {
    [MG_VERDICT_REPRODUCED] = "reproduced",
    [MG_VERDICT_NOT_REPRODUCED] = "not_reproduced",
    [MG_VERDICT_INCONCLUSIVE] = "inconclusive",
    [MG_VERDICT_NOT_RUN] = "not_run",
};

const char *mg_verdict_name(enum mg_verdict_word word)
{
    assert(word < MG_VERDICT_COUNT);
    return words[word];
}

/* One deterministic number: inside or not. */
static void judge_exact(struct mg_verdict *verdict, double value)
{
    const bool inside = value >= verdict->accept_lo && value <= verdict->accept_hi;

    verdict->estimate = value;
    verdict->word = inside ? MG_VERDICT_REPRODUCED : MG_VERDICT_NOT_REPRODUCED;
}

/* An interval inside the accept interval, outside it, or across its edge. */
static void compare(struct mg_verdict *verdict, const struct mg_interval interval)
{
    verdict->estimate = interval.estimate;
    verdict->word = MG_VERDICT_INCONCLUSIVE;
    verdict->ci_lo = interval.lo;
    verdict->ci_hi = interval.hi;
    if (interval.lo >= verdict->accept_lo && interval.hi <= verdict->accept_hi) {
        verdict->word = MG_VERDICT_REPRODUCED;
    } else if (interval.lo > verdict->accept_hi || interval.hi < verdict->accept_lo) {
        verdict->word = MG_VERDICT_NOT_REPRODUCED;
    } else {
        snprintf(verdict->reason, sizeof(verdict->reason), "the interval crosses the edge");
    }
}

static void judge_replicates(struct mg_verdict *verdict, const double *values, size_t n)
{
    const struct mg_interval interval = mg_interval_student(values, n, LEVEL);

    if (n > 1 && !isnan(interval.estimate)) {
        compare(verdict, interval);
        return;
    }
    verdict->estimate = interval.estimate;
    verdict->word = MG_VERDICT_INCONCLUSIVE;
    snprintf(verdict->reason, sizeof(verdict->reason), "%s",
             n == 1 ? "one replicate gives no interval" : "a value is infinite");
}

void mg_claim_judge(struct mg_verdict *verdict, const double *values, size_t n)
{
    size_t known = 0;

    assert(verdict != NULL);
    assert(verdict->accept_lo <= verdict->accept_hi);
    for (size_t i = 0; i < n; i++) {
        known += isnan(values[i]) ? 0 : 1;
    }
    verdict->n = known;
    verdict->estimate = verdict->ci_lo = verdict->ci_hi = NAN;
    verdict->reason[0] = '\0';
    if (known == 0) {
        verdict->word = MG_VERDICT_NOT_RUN;
        snprintf(verdict->reason, sizeof(verdict->reason), "no rows answer the query");
    } else if (known < n) {
        verdict->word = MG_VERDICT_INCONCLUSIVE;
        snprintf(verdict->reason, sizeof(verdict->reason),
                 "%zu of %zu replicates have no finite value", n - known, n);
    } else if (verdict->exact && n == 1) {
        judge_exact(verdict, values[0]);
    } else {
        judge_replicates(verdict, values, n);
    }
}

enum mg_status mg_claim_check_columns(size_t n_columns, bool exact, struct mg_error *err)
{
    if (exact ? n_columns <= 2 : n_columns == 2 || n_columns == 3) {
        return MG_OK;
    }
    return mg_fail(err, MG_EUSAGE, "the query returns %zu column%s, expected %s", n_columns,
                   n_columns == 1 ? "" : "s",
                   exact ? "one value" : "(replicate, value) or (replicate, share, draws)");
}

/* Take the values of an answer; MG_EUSAGE where it has the wrong form. */
static enum mg_status take_values(double *values, const struct mg_answer *answer,
                                  const struct mg_verdict *claim, struct mg_error *err)
{
    const size_t value = claim->exact ? answer->n_columns - 1 : 1;

    if (mg_claim_check_columns(answer->n_columns, claim->exact, err) != MG_OK) {
        return MG_EUSAGE;
    }
    if (claim->exact && answer->n_rows > 1) {
        return mg_fail(err, MG_EUSAGE, "an exact claim is one number, not %zu rows",
                       answer->n_rows);
    }
    for (size_t i = 0; i < answer->n_rows; i++) {
        const struct mg_cell_text *cell = mg_answer_cell(answer, i, value);
        if (cell->type == MG_VALUE_TEXT) {
            return mg_fail(err, MG_EUSAGE, "the value \"%.40s\" is not a number", cell->text);
        }
        values[i] = cell->real; /* NaN for NULL */
        if (claim->exact) {
            continue;
        }
        cell = mg_answer_cell(answer, i, 0);
        if (cell->type != MG_VALUE_INTEGER) {
            return mg_fail(err, MG_EUSAGE, "replicate \"%.40s\" is not a whole number", cell->text);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(mg_answer_cell(answer, j, 0)->text, cell->text) == 0) {
                return mg_fail(err, MG_EUSAGE,
                               "replicate %s answers twice; a replicate is one value (does the "
                               "query name one point of the sweep?)",
                               cell->text);
            }
        }
    }
    return MG_OK;
}

/* The share of draws of one replicate: as sure as the draws that were counted. */
static enum mg_status judge_share(struct mg_verdict *verdict, const struct mg_answer *answer,
                                  struct mg_error *err)
{
    const double share = mg_answer_cell(answer, 0, 1)->real;
    const double draws = mg_answer_cell(answer, 0, 2)->real;
    const double counted = nearbyint(share * draws);

    if (!(draws >= 1.0 && draws < 1e15) || !(share >= 0.0 && share <= 1.0) ||
        fabs(share * draws - counted) > 1e-6 * draws) {
        return mg_fail(err, MG_EUSAGE, "%s is not a share of %s draws",
                       mg_answer_cell(answer, 0, 1)->text, mg_answer_cell(answer, 0, 2)->text);
    }
    compare(verdict, mg_interval_proportion((size_t)counted, (size_t)draws, LEVEL));
    if (verdict->word != MG_VERDICT_INCONCLUSIVE) {
        verdict->reason[0] = '\0';
    }
    return MG_OK;
}

static enum mg_status verify_one(struct mg_verdict *claim, struct mg_store *store,
                                 struct mg_error *err)
{
    struct mg_answer answer = {0};
    struct mg_verdict before = *claim; /* its reason: why the experiment did not run, or "" */
    double *values = NULL;
    enum mg_status status;

    status = mg_answer_ask(&answer, store, claim->experiment, claim->query, err);
    if (status != MG_OK) {
        goto done;
    }
    values = calloc(answer.n_rows + 1, sizeof(*values));
    if (values == NULL) {
        abort();
    }
    status = take_values(values, &answer, claim, err);
    if (status == MG_OK) {
        mg_claim_judge(claim, values, answer.n_rows);
        if (answer.n_columns == 3 && answer.n_rows == 1 && !isnan(values[0])) {
            status = judge_share(claim, &answer, err);
        }
        if (claim->word == MG_VERDICT_NOT_RUN && before.reason[0] != '\0') {
            memcpy(claim->reason, before.reason, sizeof(claim->reason));
        }
    }

done:
    free(values);
    mg_answer_free(&answer);
    return status;
}

/* Claims of one experiment, appended, not yet judged. */
static enum mg_status add_claims(struct mg_verdicts *verdicts, struct mg_store *store,
                                 const char *experiment, struct mg_error *err)
{
    struct mg_answer specs = {0};
    const enum mg_status status = mg_catalog_claims(&specs, store, experiment, err);

    verdicts->items =
        realloc(verdicts->items, (verdicts->n + specs.n_rows + 1) * sizeof(*verdicts->items));
    if (verdicts->items == NULL) {
        abort();
    }
    for (size_t row = 0; row < specs.n_rows; row++) {
        const struct mg_cell_text *lo = mg_answer_cell(&specs, row, 6);
        const struct mg_cell_text *hi = mg_answer_cell(&specs, row, 7);
        verdicts->items[verdicts->n++] = (struct mg_verdict){
            .experiment = strdup(experiment),
            .about = strdup(mg_answer_cell(&specs, row, 1)->text),
            .name = strdup(mg_answer_cell(&specs, row, 2)->text),
            .source = strdup(mg_answer_cell(&specs, row, 3)->text),
            .query = strdup(mg_answer_cell(&specs, row, 4)->text),
            .exact = mg_answer_cell(&specs, row, 5)->real > 0.0,
            .accept_lo = lo->type == MG_VALUE_NULL ? -HUGE_VAL : lo->real,
            .accept_hi = hi->type == MG_VALUE_NULL ? HUGE_VAL : hi->real,
        };
        snprintf(verdicts->items[verdicts->n - 1].reason, sizeof(verdicts->items[0].reason),
                 "%.399s", mg_answer_cell(&specs, row, 8)->text);
    }
    mg_answer_free(&specs);
    return status;
}

/* Judge all that were added; a faulty one is not run and its first fault goes to err. */
static enum mg_status judge_all(struct mg_verdicts *verdicts, struct mg_store *store,
                                struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t i = 0; i < verdicts->n; i++) {
        struct mg_verdict *claim = &verdicts->items[i];
        struct mg_error inner = {0};
        const enum mg_status judged = verify_one(claim, store, &inner);

        if (judged == MG_EUSAGE) {
            mg_claim_judge(claim, NULL, 0);
            snprintf(claim->reason, sizeof(claim->reason), "%.399s", inner.text);
        }
        if (judged != MG_OK) {
            status = mg_fail(err, judged, "%s, claim %s: %s", claim->experiment, claim->name,
                             inner.text);
        }
        if (judged != MG_OK && judged != MG_EUSAGE) {
            return status;
        }
        verdicts->counts[claim->word]++;
    }
    return status;
}

enum mg_status mg_claims_judge(struct mg_verdicts *verdicts, struct mg_store *store,
                               const char *const *names, size_t n, struct mg_error *err)
{
    struct mg_answer experiments = {0};
    enum mg_status status;

    assert(verdicts != NULL && store != NULL);
    *verdicts = (struct mg_verdicts){0};
    status = mg_catalog_experiments(&experiments, store, names, n, err);
    for (size_t row = 0; status == MG_OK && row < experiments.n_rows; row++) {
        status = add_claims(verdicts, store, mg_answer_text(&experiments, row, "name"), err);
    }
    mg_answer_free(&experiments);
    if (status == MG_OK) {
        status = judge_all(verdicts, store, err);
    }
    if (status == MG_OK && verdicts->counts[MG_VERDICT_NOT_REPRODUCED] > 0) {
        status = MG_NO;
    } else if (status == MG_OK && verdicts->counts[MG_VERDICT_REPRODUCED] < verdicts->n) {
        status = MG_UNDECIDED;
    }
    return status;
}

enum mg_status mg_claims_verify(struct mg_verdicts *verdicts, struct mg_store *store,
                                const char *const *names, size_t n, struct mg_error *err)
{
    const enum mg_status judged = mg_claims_judge(verdicts, store, names, n, err);
    enum mg_status status;

    if (judged != MG_OK && judged != MG_NO && judged != MG_UNDECIDED) {
        return judged;
    }
    status = mg_store_begin(store, err);
    for (size_t i = 0; status == MG_OK && i < verdicts->n; i++) {
        const struct mg_verdict *claim = &verdicts->items[i];
        status =
            mg_store_set_verdict(store, claim->experiment, claim->name, claim->estimate,
                                 claim->ci_lo, claim->ci_hi, claim->n, words[claim->word], err);
    }
    if (status == MG_OK) {
        status = mg_store_commit(store, err);
    }
    if (status != MG_OK) {
        mg_store_rollback(store);
        return status;
    }
    return judged;
}

void mg_verdicts_free(struct mg_verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->n; i++) {
        free(verdicts->items[i].experiment);
        free(verdicts->items[i].about);
        free(verdicts->items[i].name);
        free(verdicts->items[i].source);
        free(verdicts->items[i].query);
    }
    free(verdicts->items);
    *verdicts = (struct mg_verdicts){0};
}
