/*
 * store.h - the database: the only file that knows SQLite.
 *
 * A *result* is what is computed once and kept: a training, or one measure entry on top of it. It
 * is found by its key (a SHA-256 of its whole identity) and owns rows. A *run* is a point and a
 * replicate of an experiment; it refers to its training result and, by name, to its measure
 * results. So a result serves every experiment that needs it, and the views of schema.sql join
 * them into what users query.
 *
 * One process writes (WAL, BEGIN IMMEDIATE); `sql`, verify, plot and report open read-only.
 */
#ifndef MG_HARNESS_STORE_H
#define MG_HARNESS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/measure/rows.h"
#include "model/numeric/error.h"

struct mg_store;

enum mg_store_mode {
    MG_STORE_READ,  /* must exist; read-only with an authorizer, for text that comes from files */
    MG_STORE_WRITE, /* created when absent; takes the driver's lock (MG_EBUSY names the holder) */
    MG_STORE_EMPTY  /* a new one in memory, gone when closed: to try queries on; no path */
};

enum mg_status mg_store_open(struct mg_store **store, const char *path, enum mg_store_mode mode,
                             struct mg_error *err);
void mg_store_close(struct mg_store *store); /* NULL is fine */

/* Is it of an older schema, with fewer views? MG_STORE_WRITE brings it to this one's. */
bool mg_store_is_older(const char *path);

const char *mg_store_library(void); /* version of SQLite, as loaded */

/* One value of a query's answer; text lives until the visitor returns. */
enum mg_value_type { MG_VALUE_NULL, MG_VALUE_INTEGER, MG_VALUE_REAL, MG_VALUE_TEXT };
struct mg_value {
    const char *column;
    enum mg_value_type type;
    int64_t integer;
    double real; /* also set for integers */
    const char *text;
};

/* Called for each row; n values. Returning anything but MG_OK stops and is returned. */
typedef enum mg_status mg_store_visitor(void *ctx, const struct mg_value *values, size_t n,
                                        struct mg_error *err);

/*
 * Run one read-only statement. experiment: every documented view shows that experiment's rows
 * only; NULL: all rows. header, if not NULL, is called once with the column names before the
 * rows (values of type NULL). Faulty SQL is MG_EUSAGE with SQLite's message; more than one
 * statement or one that writes likewise.
 */
enum mg_status mg_store_query(struct mg_store *store, const char *experiment, const char *sql,
                              mg_store_visitor *header, mg_store_visitor *visit, void *ctx,
                              struct mg_error *err);

/*
 * Write a copy of the database to a new file: one file without WAL, which opens from a read-only
 * folder too. MG_ESTORAGE when path exists or cannot be written.
 */
enum mg_status mg_store_snapshot(struct mg_store *store, const char *path, struct mg_error *err);

/* Several writes as one: all of them reach the disk, or none. */
enum mg_status mg_store_begin(struct mg_store *store, struct mg_error *err);
enum mg_status mg_store_commit(struct mg_store *store, struct mg_error *err);
void mg_store_rollback(struct mg_store *store); /* fine outside of a transaction */

/* -- results -- */

enum mg_result_status { MG_RESULT_PENDING, MG_RESULT_DONE, MG_RESULT_FAILED };

enum { MG_ENTRY_TEXT = 65 };  /* longest name of a measure, with the final NUL */
enum { MG_DIGEST_TEXT = 65 }; /* SHA-256 in lower-case hex, with the final NUL */

struct mg_result {
    int64_t id;
    enum mg_result_status status;
    char digest[MG_DIGEST_TEXT]; /* "" while pending */
    double wall_s;               /* 0 while pending */
    int64_t max_rss_kb;          /* as just computed; 0 when read, or where it is not known */
    char error[256];             /* why it failed, else "" */
};

/*
 * Look results up by n keys: visit sees those that are there, and maybe others, in any order (where
 * most are wanted, reading all is cheaper than looking each up). The texts live until it returns.
 */
typedef void mg_result_visitor(void *ctx, const char *key, const struct mg_result *result);
enum mg_status mg_store_find_results(struct mg_store *store, const char *const *keys, size_t n,
                                     mg_result_visitor *visit, void *ctx, struct mg_error *err);

/* Make a pending result of this key and kind, or find it; *id out. */
enum mg_status mg_store_add_result(int64_t *id, struct mg_store *store, const char *key,
                                   const char *kind, struct mg_error *err);

/*
 * Add row `ordinal` of a result to a table of rows.h: n values, one a column. A REAL that is not
 * finite is stored as NULL and named in the column nonfinite.
 */
enum mg_status mg_store_add_row(struct mg_store *store, int64_t result_id, int64_t ordinal,
                                enum mg_table table, const struct mg_value *values, size_t n,
                                struct mg_error *err);

/* Remove a result's rows, before it is computed again. */
enum mg_status mg_store_clear_result(struct mg_store *store, int64_t result_id,
                                     struct mg_error *err);

/* The end of a computation: DONE with a digest, or FAILED with an error. */
enum mg_status mg_store_finish_result(struct mg_store *store, const struct mg_result *result,
                                      int64_t n_rows, int64_t environment_id, struct mg_error *err);

struct mg_provenance;

/* The environment's row, made when there is none like it; *id out. */
enum mg_status mg_store_add_environment(int64_t *id, struct mg_store *store,
                                        const struct mg_provenance *provenance,
                                        struct mg_error *err);

/* -- experiments and runs -- */

struct mg_spec;
struct mg_point;

/*
 * Store or update an experiment with its claims and figures; *id out. A claim whose query,
 * accept interval or exactness changed loses its verdict. Its runs are to be put again, all in
 * one transaction with this, and closed by mg_store_trim_runs.
 */
enum mg_status mg_store_put_experiment(int64_t *id, struct mg_store *store,
                                       const struct mg_spec *spec, struct mg_error *err);

/* Make the experiment's wide view x_NAME, "-" and "." as "_": a column for each swept key. */
enum mg_status mg_store_put_wide(struct mg_store *store, const struct mg_spec *spec,
                                 struct mg_error *err);

/* The parameters of a point, once for all its runs; *set_id out. */
enum mg_status mg_store_put_params(int64_t *set_id, struct mg_store *store,
                                   const struct mg_point *point, struct mg_error *err);

/* A run as the plan sees it. results[0] is the training, then one a measure of the point. */
struct mg_run_record {
    const struct mg_point *point;
    int64_t ordinal; /* in the file, from 0 */
    int64_t replicate;
    const char *seed;
    int64_t param_set_id;   /* of the point */
    const int64_t *results; /* (1 + point->n_measures) result ids */
};

/* Store or update a run; its results, parameters and row stand as the plan sees them. */
enum mg_status mg_store_put_run(int64_t *run_id, struct mg_store *store, int64_t experiment_id,
                                const struct mg_run_record *record, struct mg_error *err);

/*
 * Remove the experiment's runs that were not put since mg_store_put_experiment (its file does not
 * have them any more). Their results stay.
 */
enum mg_status mg_store_trim_runs(struct mg_store *store, int64_t experiment_id,
                                  struct mg_error *err);

/* No run is being computed: those that say so are pending, of a driver that was killed. */
enum mg_status mg_store_repair_runs(struct mg_store *store, struct mg_error *err);

/* Remove pending results that no run wants. Computed results stay: they are the cache. */
enum mg_status mg_store_trim_results(struct mg_store *store, struct mg_error *err);

/*
 * Remove results that no run has, parameters and environments that nothing has, and give the
 * space back; *n_results is their number. dry: count only.
 */
enum mg_status mg_store_collect(int64_t *n_results, struct mg_store *store, bool dry,
                                struct mg_error *err);

/* -- several databases (store_merge.c) -- */

struct mg_merged {
    int64_t results; /* that came in with their rows */
    int64_t runs;    /* that came in, done or not */
    int64_t done;    /* runs that are done by them, new ones or old */
    int64_t differ;  /* results that both have, with different digests; ours stay */
};

/*
 * Take in what another database has: results that are missing, pending or failed here and better
 * there, experiments and runs that are not here; then settle the states of runs. What is here
 * stays, so that twice is once. One transaction. MG_ESTORAGE where the other is none of ours, of
 * another schema, or (unless any_core) has results of another numerical core than this program's.
 */
enum mg_status mg_store_merge(struct mg_merged *merged, struct mg_store *store, const char *path,
                              bool any_core, struct mg_error *err);

/*
 * What becomes of runs that are not done here, by another database: in the temporary table `states`
 * (run_id, state) they are done or failed, or else unfinished, which is the word for a run that
 * the other began or is to begin. path NULL: make the table, which is empty.
 */
enum mg_status mg_store_note_states(struct mg_store *store, const char *path,
                                    const char *unfinished, struct mg_error *err);

/* -- the past (store_past.c) -- */

struct mg_past_mean {
    char name[MG_ENTRY_TEXT]; /* of an entry: "train", or a measure's name */
    double wall_s;
};

/*
 * Mean wall time of each entry over the runs of an experiment that have this assignment, or over
 * all of them for NULL; results that are done count, and trainings that train. *means is malloc'd.
 */
enum mg_status mg_store_past_means(struct mg_past_mean **means, size_t *n, struct mg_store *store,
                                   const char *experiment, const char *assignment,
                                   struct mg_error *err);

/* The run of this experiment, assignment and replicate as it was stored last. */
struct mg_past_run {
    int64_t run_id; /* 0: there is none */
    char seed[32];
    char core_hash[MG_DIGEST_TEXT]; /* that computed its training, "" for none */
};
enum mg_status mg_store_past_run(struct mg_past_run *past, struct mg_store *store,
                                 const char *experiment, const char *assignment, int64_t replicate,
                                 struct mg_error *err);

/*
 * Has the run a computed result of this name, measured after this early step (0: at the end),
 * under another key?
 */
enum mg_status mg_store_past_differs(bool *differs, struct mg_store *store, int64_t run_id,
                                     const char *entry, int64_t early_step, const char *key,
                                     struct mg_error *err);

/* Each of its parameters: path and value. */
enum mg_status mg_store_past_params(struct mg_store *store, int64_t run_id, mg_store_visitor *visit,
                                    void *ctx, struct mg_error *err);

/*
 * "pending", "running", "done" or "failed"; digest and wall time with "done", else NULL and NaN.
 * A changed digest takes the verdicts of the experiment away.
 */
enum mg_status mg_store_set_run(struct mg_store *store, int64_t run_id, const char *status,
                                const char *digest, double wall_s, struct mg_error *err);

/*
 * Store a verdict (one of the words of the claims view). estimate, ci_lo, ci_hi: NaN stores NULL;
 * an infinite end is open and stores NULL. The store is open for writing. MG_EUSAGE when the
 * experiment has no such claim.
 */
enum mg_status mg_store_set_verdict(struct mg_store *store, const char *experiment,
                                    const char *claim, double estimate, double ci_lo, double ci_hi,
                                    size_t n, const char *verdict, struct mg_error *err);

#endif
