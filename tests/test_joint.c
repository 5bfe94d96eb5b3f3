/* Numbers of the toy: exact by hand from its counts (30, 25, 14, 31 of ABCDE ABCDF GBCDF EFCDH). */
#include "model/measure/measure.h"

#include <string.h>

#include "model/source/sequences.h"
#include "tests/support/test.h"

enum { L = 5, V = 8, A = 0, B, C, D, E, F, G, H };
enum { ROWS_MAX = 600 };

static const int TOY[4 * L] = {A, B, C, D, E, A, B, C, D, F, G, B, C, D, F, E, F, C, D, H};
static const double COUNT[4] = {30, 25, 14, 31};

/* A sink that remembers joints, marginals and information. */
struct book {
    struct mg_sink sink;
    size_t n;
    struct {
        enum mg_table table;
        int tokens[3]; /* outcome; marginals: position and token */
        char quantity[32];
        double real[3]; /* chain, product, exact; model, exact; value, exact */
        bool null[3];
    } rows[ROWS_MAX];
};

static void remember(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                     size_t n)
{
    struct book *book = (struct book *)(void *)sink;
    size_t reals = 0;

    assert_true(book->n < ROWS_MAX);
    book->rows[book->n].table = table;
    for (size_t i = 0; i < n; i++) {
        if (cells[i].type == MG_CELL_TEXT) {
            (void)snprintf(book->rows[book->n].quantity, 32, "%s", cells[i].text);
        } else if (cells[i].type == MG_CELL_INT) {
            book->rows[book->n].tokens[0] = (int)cells[i].integer;
        } else if (cells[i].type == MG_CELL_TOKENS) {
            const size_t at = table == MG_TABLE_marginals ? 1 : 0;

            memcpy(book->rows[book->n].tokens + at, cells[i].tokens,
                   cells[i].n_tokens * sizeof(int));
        } else {
            book->rows[book->n].null[reals] = cells[i].type == MG_CELL_NULL;
            book->rows[book->n].real[reals++] = cells[i].real;
        }
    }
    book->n++;
}

static double find(const struct book *book, enum mg_table table, int first, int second,
                   const char *quantity, size_t column)
{
    for (size_t i = 0; i < book->n; i++) {
        if (book->rows[i].table == table &&
            (quantity != NULL
                 ? strcmp(book->rows[i].quantity, quantity) == 0
                 : book->rows[i].tokens[0] == first && book->rows[i].tokens[1] == second)) {
            assert_false(book->rows[i].null[column]);
            return book->rows[i].real[column];
        }
    }
    return (double)NAN;
}

static void probe(struct book *book, const struct mg_source *source, struct mg_predictor *predictor,
                  size_t *targets, size_t n)
{
    int context[L] = {MG_MASK, MG_MASK, C, D, MG_MASK};
    const struct mg_measure_spec spec = {.context = context, .targets = targets, .n_targets = n};
    const struct mg_streams streams = {.order = {{3, 4}}};
    const struct mg_measure_input input = {.spec = &spec,
                                           .source = source,
                                           .predictor = predictor,
                                           .streams = &streams,
                                           .sink = &book->sink};
    struct mg_error err = {0};

    *book = (struct book){.sink = {.row = remember}};
    assert_int_equal(mg_measure_find("joint")->check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_find("joint")->run(&input, &err), MG_OK);
}

static void toy_pair_has_the_published_marginals_and_product(void **state)
{
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct book book;
    size_t targets[2] = {0, 1};
    const double tc = 0.55 * log(0.55 / (0.55 * 0.69)) + 0.31 * log(1.0 / 0.31) +
                      0.14 * log(0.14 / (0.14 * 0.69));

    (void)state;
    probe(&book, source, oracle, targets, 2);
    assert_close(find(&book, MG_TABLE_marginals, 0, A, NULL, 0), 0.55, 1e-14);
    assert_close(find(&book, MG_TABLE_marginals, 1, B, NULL, 0), 0.69, 1e-14);
    assert_close(find(&book, MG_TABLE_marginals, 1, B, NULL, 1), 0.69, 1e-14);
    assert_close(find(&book, MG_TABLE_marginals, 1, A, NULL, 1), 0.0, 0.0);
    assert_close(find(&book, MG_TABLE_joints, A, B, NULL, 0), 0.55, 1e-14);
    assert_close(find(&book, MG_TABLE_joints, A, B, NULL, 1), 0.3795, 1e-14);
    assert_close(find(&book, MG_TABLE_joints, A, B, NULL, 2), 0.55, 1e-14);
    assert_close(find(&book, MG_TABLE_joints, A, F, NULL, 1), 0.1705, 1e-14);
    assert_close(find(&book, MG_TABLE_joints, A, F, NULL, 2), 0.0, 0.0);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "impossible_mass", 0), 0.4278, 1e-14);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "impossible_mass", 1), 0.4278, 1e-14);
    assert_close(tc, 0.619100664, 5e-10);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "total_correlation_nats", 0), tc, 1e-12);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "mutual_information_nats", 1), tc, 1e-12);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "kl_exact_product_nats", 0), tc, 1e-12);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "tv_joint_product", 0), 0.4278, 1e-12);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "tv_model_exact", 0), 0.0, 1e-14);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "chain_order_spread", 0), 0.0, 1e-14);
    /* 6 joints where something is positive, 16 marginals, 7 quantities */
    assert_int_equal(book.n, 6 + 16 + 7);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void toy_triple_and_single_target(void **state)
{
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct book book;
    size_t targets[3] = {4, 0, 1};

    (void)state;
    probe(&book, source, oracle, targets, 3);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "total_correlation_nats", 0), 1.331631479,
                 5e-10);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "impossible_mass", 0), 0.670680, 5e-7);
    probe(&book, source, oracle, targets, 1);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "total_correlation_nats", 0), 0.0, 0.0);
    assert_true(isnan(find(&book, MG_TABLE_information, 0, 0, "mutual_information_nats", 0)));
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void uniform_predictor_has_flat_joints(void **state)
{
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);
    struct mg_predictor *uniform = mg_uniform_new(L, V);
    struct book book;
    size_t targets[2] = {1, 0};
    const double h = -0.55 * log(0.55) - 0.31 * log(0.31) - 0.14 * log(0.14);

    (void)state;
    probe(&book, source, uniform, targets, 2);
    assert_close(find(&book, MG_TABLE_joints, H, H, NULL, 0), 1.0 / 64.0, 1e-16);
    assert_close(find(&book, MG_TABLE_joints, B, A, NULL, 2), 0.55, 1e-14); /* targets' order */
    assert_close(find(&book, MG_TABLE_information, 0, 0, "kl_exact_product_nats", 0), log(64.0) - h,
                 1e-12);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "tv_model_exact", 0), 61.0 / 64.0, 1e-12);
    mg_predictor_free(uniform);
    mg_source_free(source);
}

/* A predictor that contradicts itself: position 1 copies position 0, which ignores position 1. */
static void lopsided(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                     size_t n)
{
    for (size_t r = 0; r < n; r++) {
        const int *row = rows + r * L;

        for (size_t i = 0; i < L; i++) {
            for (size_t v = 0; v < V; v++) {
                const int sure = row[i] != MG_MASK ? row[i] : i == 1 ? row[0] : MG_MASK;

                probs[(r * L + i) * V + v] = sure == MG_MASK ? 1.0 / V : (double)(sure == (int)v);
            }
        }
    }
    (void)predictor;
    (void)possible;
}

static void spread_finds_a_joint_that_depends_on_the_order(void **state)
{
    const struct mg_predictor_ops ops = {.kind = "lopsided", .predict = lopsided};
    struct mg_predictor predictor = {.ops = &ops, .length = L, .vocab = V};
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);
    struct book book;
    size_t targets[2] = {0, 1};

    (void)state;
    probe(&book, source, &predictor, targets, 2);
    assert_close(find(&book, MG_TABLE_joints, A, A, NULL, 0), 1.0 / 8.0, 1e-15);
    assert_close(find(&book, MG_TABLE_joints, A, B, NULL, 0), 0.0, 0.0);
    /* copy (1/8 on the diagonal) against independent (1/64 everywhere): TV = 1 - 1/8 */
    assert_close(find(&book, MG_TABLE_information, 0, 0, "chain_order_spread", 0), 0.875, 1e-14);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "total_correlation_nats", 0), log(8.0),
                 1e-14);
    mg_source_free(source);
}

/* Two components that copy a token: AA and BB, A A wherever the first is, B B wherever not. */
static void copying_parts(struct mg_predictor *predictor, double *weights, double *parts,
                          const int *rows, size_t n)
{
    (void)predictor;
    memset(parts, 0, n * 2 * L * V * sizeof(*parts));
    for (size_t k = 0; k < n; k++) {
        weights[2 * k] = 0.25;
        weights[2 * k + 1] = 0.75;
        for (size_t r = 0; r < 2; r++) {
            for (size_t i = 0; i < L; i++) {
                const int token = rows[k * L + i];

                parts[((2 * k + r) * L + i) * V + (token == MG_MASK ? r : (size_t)token)] = 1.0;
            }
        }
    }
}

static void copying(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                    size_t n)
{
    double weights[2];
    double parts[2 * L * V];

    (void)possible;
    for (size_t k = 0; k < n; k++) {
        copying_parts(predictor, weights, parts, rows + k * L, 1);
        mg_mix_parts(probs + k * L * V, weights, parts, 2, (size_t)L * V);
    }
}

/* What one step samples from a mixture is the mean of its products, not the product of means. */
static void the_step_of_a_mixture_is_its_joint(void **state)
{
    const struct mg_predictor_ops ops = {
        .kind = "copying", .predict = copying, .predict_parts = copying_parts};
    struct mg_predictor predictor = {.ops = &ops, .length = L, .vocab = V, .components = 2};
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);
    struct book book;
    size_t targets[2] = {0, 1};

    (void)state;
    probe(&book, source, &predictor, targets, 2);
    assert_close(find(&book, MG_TABLE_marginals, 0, A, NULL, 0), 0.25, 1e-15);
    assert_close(find(&book, MG_TABLE_joints, A, A, NULL, 1), 0.25, 1e-15);
    assert_close(find(&book, MG_TABLE_joints, B, B, NULL, 1), 0.75, 1e-15);
    assert_close(find(&book, MG_TABLE_information, 0, 0, "impossible_mass", 0), 1.0, 1e-15);
    mg_source_free(source);
}

static void check_refuses_what_has_no_answer(void **state)
{
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);
    const struct mg_measure *joint = mg_measure_find("joint");
    int impossible[L] = {MG_MASK, A, C, D, MG_MASK};
    size_t targets[3] = {0, 4, 0};
    struct mg_measure_spec spec = {.context = impossible, .targets = targets, .n_targets = 2};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(joint->check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "probability zero"));
    err = (struct mg_error){0};
    spec.context = NULL;
    spec.n_targets = 3;
    assert_int_equal(joint->check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "twice"));
    mg_source_free(source);
}

static void check_names_a_size_that_is_too_large(void **state)
{
    enum { LONG = 7 };
    int tokens[LONG] = {0};
    const double one = 1.0;
    struct mg_source *source = mg_sequences_new(tokens, &one, 1, LONG, V);
    size_t targets[LONG] = {0, 1, 2, 3, 4, 5, 6};
    const struct mg_measure_spec spec = {.targets = targets, .n_targets = LONG};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_find("joint")->check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "2.097e+06"));
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(toy_pair_has_the_published_marginals_and_product),
        cmocka_unit_test(toy_triple_and_single_target),
        cmocka_unit_test(uniform_predictor_has_flat_joints),
        cmocka_unit_test(spread_finds_a_joint_that_depends_on_the_order),
        cmocka_unit_test(the_step_of_a_mixture_is_its_joint),
        cmocka_unit_test(check_refuses_what_has_no_answer),
        cmocka_unit_test(check_names_a_size_that_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
