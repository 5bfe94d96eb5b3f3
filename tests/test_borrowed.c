/* test_borrowed.c - one wiring: a network of ours over borrowed weights gives its own bits. */
#include "model/network/transformer.h"

#include <string.h>

#include "model/source/source.h"
#include "tests/support/test.h"

enum { V = 7, L = 5, LAYERS = 2, D = 12, HIDDEN = 9, ROWS = 3 };

static const int rows[ROWS * L] = {MG_MASK, 1, MG_MASK, 3, 4, 0,       MG_MASK, 2,
                                   5,       6, MG_MASK, 0, 0, MG_MASK, MG_MASK};

static struct mg_matrix whole(const struct mg_piece *piece, size_t K)
{
    return (struct mg_matrix){.N = piece->rows, .K = K, .pieces = piece, .n_pieces = 1};
}

static const float *data_of(const struct mg_parameters *list, size_t layer, const char *name)
{
    char path[96];

    (void)snprintf(path, sizeof(path), "model.transformer.blocks.%zu.%s.weight", layer, name);
    return mg_parameters_find(list, path)->data;
}

/* Weights as they lie in the list: in f32 and without a copy. */
static void borrow(struct mg_weights *weights, struct mg_piece *pieces,
                   const struct mg_parameters *list, const struct mg_transformer_config *config)
{
    const struct mg_tensor *wpe = mg_parameters_find(list, "model.transformer.wpe.weight");
    struct mg_piece *next = pieces;

    weights->wte = (struct mg_piece){mg_parameters_find(list, "model.transformer.wte.weight")->data,
                                     MG_F32, mg_vocabulary_rows(config)};
    weights->wpe = wpe != NULL ? wpe->data : NULL;
    weights->ln_f = mg_parameters_find(list, "model.transformer.ln_f.weight")->data;
    *next = (struct mg_piece){mg_parameters_find(list, "model.transformer.ff_out.weight")->data,
                              MG_F32, V};
    weights->head = whole(next++, D);
    for (size_t i = 0; i < LAYERS; i++) {
        struct mg_block_weights *block = &weights->blocks[i];
        static const char *const groups[2][3] = {{"q_proj", "k_proj", "v_proj"},
                                                 {"ff_proj", "up_proj", NULL}};

        block->attn_norm = data_of(list, i, "attn_norm");
        block->ff_norm = data_of(list, i, "ff_norm");
        block->qkv = (struct mg_matrix){.N = 3 * D, .K = D, .pieces = next, .n_pieces = 3};
        for (size_t j = 0; j < 3; j++) {
            *next++ = (struct mg_piece){data_of(list, i, groups[0][j]), MG_F32, D};
        }
        block->gate_up = (struct mg_matrix){.N = 2 * HIDDEN, .K = D, .pieces = next, .n_pieces = 2};
        for (size_t j = 0; j < 2; j++) {
            *next++ = (struct mg_piece){data_of(list, i, groups[1][j]), MG_F32, HIDDEN};
        }
        *next = (struct mg_piece){data_of(list, i, "attn_out"), MG_F32, D};
        block->attn_out = whole(next++, D);
        *next = (struct mg_piece){data_of(list, i, "ff_out"), MG_F32, D};
        block->ff_out = whole(next++, HIDDEN);
    }
}

static void a_network_over_borrowed_weights_gives_the_bits_of_its_own(void **state)
{
    (void)state;
    for (int variant = 0; variant < 6; variant++) {
        const struct mg_transformer_config config = {.vocab = V,
                                                     .length = L,
                                                     .layers = LAYERS,
                                                     .width = D,
                                                     .heads = 2,
                                                     .hidden = HIDDEN,
                                                     .positions = (enum mg_positions)(variant % 3),
                                                     .causal = variant >= 3,
                                                     .rope_theta = 1e4,
                                                     .norm_eps = 1e-5,
                                                     .components = 1};
        const struct mg_stream init = {{101, (uint32_t)variant}};
        struct mg_transformer *own = mg_transformer_new(&config, ROWS, variant % 2 == 0, init);
        const struct mg_parameters *list = mg_transformer_parameters(own);
        struct mg_block_weights blocks[LAYERS] = {{0}};
        struct mg_weights weights = {.blocks = blocks};
        struct mg_piece pieces[1 + 7 * LAYERS];
        struct mg_transformer *borrowed;
        float expected[ROWS * L * V];
        float found[ROWS * L * V];
        size_t count;

        borrow(&weights, pieces, list, &config);
        borrowed = mg_transformer_borrow(&config, &weights, 2);
        count = mg_transformer_logits(own, expected, NULL, rows, ROWS);
        assert_int_equal(count, 6);
        for (size_t threads = 1; threads <= 3; threads++) {
            struct mg_error err = {0};

            assert_int_equal(mg_transformer_set_threads(borrowed, threads, &err), MG_OK);
            assert_int_equal(mg_transformer_logits(borrowed, found, NULL, rows, ROWS), count);
            assert_memory_equal(found, expected, count * V * sizeof(float));
        }
        mg_transformer_free(borrowed);
        mg_transformer_free(own);
    }
}

/* LLaDA-8B at T = 512: the promise is 300 MB beside the weights. */
static void the_working_memory_of_llada_8b_is_below_300_mb(void **state)
{
    const struct mg_transformer_config llada = {.vocab = 126464,
                                                .length = 512,
                                                .layers = 32,
                                                .width = 4096,
                                                .heads = 32,
                                                .hidden = 12288,
                                                .positions = MG_POSITIONS_ROPE,
                                                .rope_theta = 5e5,
                                                .norm_eps = 1e-5,
                                                .components = 1};
    const size_t bytes = mg_transformer_borrow_bytes(&llada, 64);

    (void)state;
    print_message("%.0f MB\n", (double)bytes / 1e6);
    assert_true(bytes < 300000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_over_borrowed_weights_gives_the_bits_of_its_own),
        cmocka_unit_test(the_working_memory_of_llada_8b_is_below_300_mb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
