/*
 * rows.h - a measurement is rows: the tables a measure may write, and the sink that takes them.
 *
 * One list says which columns each table has; the store makes its INSERT statements from it, and
 * the digest of a measurement is over the cells in this order. schema.sql has the same tables
 * behind the documented views (a test compares the two).
 */
#ifndef MG_MEASURE_ROWS_H
#define MG_MEASURE_ROWS_H

#include <stddef.h>
#include <stdint.h>

enum mg_cell_type {
    MG_CELL_INT,
    MG_CELL_REAL,   /* not finite is kept as such in the digest and as NULL plus a flag in SQL */
    MG_CELL_TEXT,   /* fixed words: a quantity, a sampler's name */
    MG_CELL_TOKENS, /* token ids, written with the source's alphabet, joined by one space */
    MG_CELL_NULL    /* no oracle, no bound, does not apply */
};

struct mg_cell {
    enum mg_cell_type type;
    int64_t integer;
    double real;
    const char *text;
    const int *tokens;
    size_t n_tokens;
};

/* X(table, "column, column, ..."): the columns of a row, in the order of the cells. */
#define MG_TABLES(X)                                                                               \
    X(metrics, "name, step, value")                                                                \
    X(marginals, "position, token, p_model, p_exact")                                              \
    X(joints, "outcome, p_chain, p_product, p_exact")                                              \
    X(information, "quantity, value, exact")                                                       \
    X(distance_curves, "side, position, distance, quantity, value, exact, bound")                  \
    X(position_pairs, "position_a, position_b, tv_model, tv_exact")                                \
    X(samples, "sampler, nfe, draw, tokens, coherent")                                             \
    X(coherence, "sampler, nfe, draws, rate, exact_rate, nll_nats_per_token, bigram_tv")           \
    X(sampler_error, "sampler, nfe, kl_nats, kl_se_nats, factorization_nats, model_nats, "         \
                     "order_nats, mixture_nats, selection_nats, coherence, kind, "                 \
                     "reverse_kl_nats, tv")                                                        \
    X(ledger, "sampler, step, factorization_nats, model_nats, order_nats")                         \
    X(certificates, "sampler, step, bound, draws, value, exact, violations")                       \
    X(reveals, "sampler, position, mean_step, sd_step")                                            \
    X(schedules, "j, h_nats, z_nats")                                                              \
    X(plans, "rule, nfe, plan, kl_nats, regret_nats, against")                                     \
    X(likelihoods, "sampler, nfe, draws, nll_nats_per_token, nll_se_nats_per_token, kind, "        \
                   "nll_nats_per_character")

enum mg_table {
#define MG_TABLE_NAME(table, columns) MG_TABLE_##table,
    MG_TABLES(MG_TABLE_NAME)
#undef MG_TABLE_NAME
        MG_TABLE_COUNT
};

enum { MG_COLUMNS_MAX = 16 };

/* Where rows go: into the database, over a pipe, or into a test's array. */
struct mg_sink {
    void (*row)(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n);
};

struct mg_cell mg_int(int64_t value);
struct mg_cell mg_real(double value);
struct mg_cell mg_text(const char *value);             /* borrowed for the call */
struct mg_cell mg_tokens(const int *tokens, size_t n); /* borrowed for the call */
struct mg_cell mg_null(void);
struct mg_cell mg_real_if(int known, double value); /* NULL unless known */

/* Name of a table and its column list as written above. */
const char *mg_table_name(enum mg_table table);
const char *mg_table_columns(enum mg_table table);

/* Number of columns of a table. */
size_t mg_table_width(enum mg_table table);

/* Send one row; the number of cells must be the table's number of columns (asserted). */
#define MG_EMIT(sink, table, ...)                                                                  \
    mg_emit((sink), (table), (const struct mg_cell[]){__VA_ARGS__},                                \
            sizeof((const struct mg_cell[]){__VA_ARGS__}) / sizeof(struct mg_cell))
void mg_emit(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n);

#endif
