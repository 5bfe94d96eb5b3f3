#include "model/measure/rows.h"

#include <string.h>

#include "tests/support/test.h"

struct kept {
    struct mg_sink sink;
    enum mg_table table;
    size_t n;
    struct mg_cell cells[MG_COLUMNS_MAX];
};

static void keep(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    struct kept *kept = (struct kept *)(void *)sink;

    kept->table = table;
    kept->n = n;
    memcpy(kept->cells, cells, n * sizeof(cells[0]));
}

static void a_row_reaches_the_sink_as_it_was_sent(void **state)
{
    static const int TOKENS[] = {4, 2};
    struct kept kept = {.sink = {.row = keep}};

    (void)state;
    MG_EMIT(&kept.sink, MG_TABLE_joints, mg_tokens(TOKENS, 2), mg_real(0.5), mg_real_if(0, 0.25),
            mg_real_if(1, 0.125));
    assert_int_equal(kept.table, MG_TABLE_joints);
    assert_int_equal(kept.n, 4);
    assert_int_equal(kept.cells[0].type, MG_CELL_TOKENS);
    assert_int_equal(kept.cells[0].n_tokens, 2);
    assert_int_equal(kept.cells[0].tokens[1], 2);
    assert_close(kept.cells[1].real, 0.5, 0.0);
    assert_int_equal(kept.cells[2].type, MG_CELL_NULL);
    assert_close(kept.cells[3].real, 0.125, 0.0);
}

static void widths_are_those_of_the_documented_views(void **state)
{
    (void)state;
    assert_int_equal(mg_table_width(MG_TABLE_metrics), 3);
    assert_int_equal(mg_table_width(MG_TABLE_marginals), 4);
    assert_int_equal(mg_table_width(MG_TABLE_information), 3);
    assert_int_equal(mg_table_width(MG_TABLE_distance_curves), 7);
    assert_int_equal(mg_table_width(MG_TABLE_sampler_error), 13);
    assert_int_equal(mg_table_width(MG_TABLE_schedules), 3);
    for (size_t t = 0; t < MG_TABLE_COUNT; t++) {
        assert_true(mg_table_width((enum mg_table)t) <= MG_COLUMNS_MAX);
    }
}

static void tables_know_their_names_and_columns(void **state)
{
    (void)state;
    assert_string_equal(mg_table_name(MG_TABLE_ledger), "ledger");
    assert_string_equal(mg_table_columns(MG_TABLE_ledger),
                        "sampler, step, factorization_nats, model_nats, order_nats");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_reaches_the_sink_as_it_was_sent),
        cmocka_unit_test(widths_are_those_of_the_documented_views),
        cmocka_unit_test(tables_know_their_names_and_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
