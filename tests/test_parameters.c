/* test_parameters.c - the list of tensors: LLaDA's names and shapes, memory, initial values. */
#include "model/network/parameters.h"

#include <string.h>

#include "model/network/init.h"
#include "tests/support/test.h"

static const struct mg_transformer_config CONFIG = {.vocab = 7,
                                                    .length = 5,
                                                    .layers = 2,
                                                    .width = 12,
                                                    .heads = 3,
                                                    .hidden = 10,
                                                    .positions = MG_POSITIONS_ABSOLUTE,
                                                    .causal = false,
                                                    .rope_theta = 1e4,
                                                    .norm_eps = 1e-5,
                                                    .components = 1};

struct expected {
    const char *name;
    size_t rank;
    size_t rows;
    size_t columns;
};

/* Section 1.2 of the published checkpoint's index, at V = 7, L = 5, d = 12, hidden = 10. */
static const struct expected EXPECTED[] = {
    {"model.transformer.wte.weight", 2, 9, 12},
    {"model.transformer.wpe.weight", 2, 5, 12},
    {"model.transformer.blocks.0.attn_norm.weight", 1, 12, 1},
    {"model.transformer.blocks.0.q_proj.weight", 2, 12, 12},
    {"model.transformer.blocks.0.k_proj.weight", 2, 12, 12},
    {"model.transformer.blocks.0.v_proj.weight", 2, 12, 12},
    {"model.transformer.blocks.0.attn_out.weight", 2, 12, 12},
    {"model.transformer.blocks.0.ff_norm.weight", 1, 12, 1},
    {"model.transformer.blocks.0.ff_proj.weight", 2, 10, 12},
    {"model.transformer.blocks.0.up_proj.weight", 2, 10, 12},
    {"model.transformer.blocks.0.ff_out.weight", 2, 12, 10},
    {"model.transformer.blocks.1.attn_norm.weight", 1, 12, 1},
    {"model.transformer.blocks.1.q_proj.weight", 2, 12, 12},
    {"model.transformer.blocks.1.k_proj.weight", 2, 12, 12},
    {"model.transformer.blocks.1.v_proj.weight", 2, 12, 12},
    {"model.transformer.blocks.1.attn_out.weight", 2, 12, 12},
    {"model.transformer.blocks.1.ff_norm.weight", 1, 12, 1},
    {"model.transformer.blocks.1.ff_proj.weight", 2, 10, 12},
    {"model.transformer.blocks.1.up_proj.weight", 2, 10, 12},
    {"model.transformer.blocks.1.ff_out.weight", 2, 12, 10},
    {"model.transformer.ln_f.weight", 1, 12, 1},
    {"model.transformer.ff_out.weight", 2, 9, 12},
};
enum { N_EXPECTED = sizeof(EXPECTED) / sizeof(EXPECTED[0]) };

static void names_and_shapes_are_llada_s(void **state)
{
    struct mg_parameters *list = mg_parameters_new(&CONFIG, true);
    float *next = list->block;

    (void)state;
    assert_int_equal(list->n, N_EXPECTED);
    for (size_t i = 0; i < list->n; i++) {
        assert_string_equal(list->tensors[i].name, EXPECTED[i].name);
        assert_int_equal(list->tensors[i].rank, EXPECTED[i].rank);
        assert_int_equal(list->tensors[i].shape[0], EXPECTED[i].rows);
        assert_int_equal(list->tensors[i].shape[1], EXPECTED[i].columns);
        assert_int_equal(list->tensors[i].count, EXPECTED[i].rows * EXPECTED[i].columns);
        assert_ptr_equal(list->tensors[i].data, next); /* so q, k, v and gate, up are adjacent */
        next += list->tensors[i].count;
    }
    assert_ptr_equal(next, list->block + list->count);
    mg_parameters_free(list);
}

static void only_absolute_positions_have_an_embedding(void **state)
{
    struct mg_transformer_config config = CONFIG;

    (void)state;
    for (int positions = MG_POSITIONS_BOS; positions <= MG_POSITIONS_ROPE; positions++) {
        struct mg_parameters *list;

        config.positions = (enum mg_positions)positions;
        list = mg_parameters_new(&config, false);
        assert_true((mg_parameters_find(list, "model.transformer.wpe.weight") != NULL) ==
                    (positions == MG_POSITIONS_ABSOLUTE));
        assert_int_equal(mg_row_length(&config), positions == MG_POSITIONS_BOS ? 6 : 5);
        mg_parameters_free(list);
    }
}

static void a_list_of_shapes_has_no_data(void **state)
{
    struct mg_parameters *list = mg_parameters_new(&CONFIG, false);

    (void)state;
    assert_null(list->block);
    for (size_t i = 0; i < list->n; i++) {
        assert_null(list->tensors[i].data);
    }
    mg_parameters_free(list);
    mg_parameters_free(NULL);
}

static void find_finds_every_name_and_no_other(void **state)
{
    struct mg_parameters *list = mg_parameters_new(&CONFIG, true);

    (void)state;
    for (size_t i = 0; i < N_EXPECTED; i++) {
        assert_ptr_equal(mg_parameters_find(list, EXPECTED[i].name), &list->tensors[i]);
    }
    assert_null(mg_parameters_find(list, "model.transformer.blocks.2.q_proj.weight"));
    mg_parameters_free(list);
}

static void like_copies_shapes_and_not_values(void **state)
{
    struct mg_parameters *list = mg_parameters_new(&CONFIG, true);
    struct mg_parameters *like;

    (void)state;
    list->block[3] = 1.0f;
    like = mg_parameters_like(list);
    assert_int_equal(like->count, list->count);
    assert_string_equal(like->tensors[5].name, list->tensors[5].name);
    assert_ptr_not_equal(like->tensors[5].data, list->tensors[5].data);
    for (size_t i = 0; i < like->count; i++) {
        assert_true(like->block[i] == 0.0f);
    }
    mg_parameters_free(like);
    mg_parameters_free(list);
}

/* Matrices 1/sqrt(3 inputs), embeddings 0.02. */
static void initial_values_have_the_documented_spread(void **state)
{
    struct mg_transformer_config config = {.vocab = 100,
                                           .length = 50,
                                           .layers = 2,
                                           .width = 64,
                                           .heads = 4,
                                           .hidden = 96,
                                           .positions = MG_POSITIONS_ABSOLUTE,
                                           .causal = false,
                                           .rope_theta = 1e4,
                                           .norm_eps = 1e-5,
                                           .components = 1};
    struct mg_parameters *list = mg_parameters_new(&config, true);

    (void)state;
    mg_init_parameters(list, (struct mg_stream){{1, 2}});
    for (size_t i = 0; i < list->n; i++) {
        const struct mg_tensor *tensor = &list->tensors[i];
        const bool embedding =
            strstr(tensor->name, "wte") != NULL || strstr(tensor->name, "wpe") != NULL;
        const double expected =
            embedding ? 0.02 : (tensor->shape[1] == 96 ? 0.058926 : 0.0721688); /* inputs 96, 64 */
        double sum = 0.0;
        double squares = 0.0;

        for (size_t e = 0; e < tensor->count; e++) {
            sum += (double)tensor->data[e];
            squares += (double)tensor->data[e] * (double)tensor->data[e];
        }
        if (tensor->rank == 1) {
            assert_true(sum == (double)tensor->count && squares == sum);
        } else { /* at least 3200 elements: 1.3 % standard error */
            assert_close(sqrt(squares / (double)tensor->count) / expected, 1.0, 0.06);
            assert_close(sum / (double)tensor->count / expected, 0.0, 0.08);
        }
    }
    mg_parameters_free(list);
}

static void every_initial_value_has_its_own_address(void **state)
{
    const struct mg_stream stream = {{8, 9}};
    struct mg_parameters *list = mg_parameters_new(&CONFIG, true);

    (void)state;
    mg_init_parameters(list, stream);
    for (uint32_t t = 0; t < list->n; t++) {
        struct mg_rng rng = mg_rng_at(stream, list->tensors[t].count - 1, t);
        const float last = list->tensors[t].data[list->tensors[t].count - 1];

        if (strcmp(list->tensors[t].name, "model.transformer.wte.weight") == 0) {
            assert_true(last == (float)(0.02 * mg_rng_normal(&rng)));
        }
    }
    mg_parameters_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_shapes_are_llada_s),
        cmocka_unit_test(only_absolute_positions_have_an_embedding),
        cmocka_unit_test(a_list_of_shapes_has_no_data),
        cmocka_unit_test(find_finds_every_name_and_no_other),
        cmocka_unit_test(like_copies_shapes_and_not_values),
        cmocka_unit_test(initial_values_have_the_documented_spread),
        cmocka_unit_test(every_initial_value_has_its_own_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
