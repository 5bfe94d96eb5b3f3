/* test_flops.c - the cost of a step against products counted one by one, and the rule of thumb. */
#include "model/network/flops.h"

#include "tests/support/test.h"

/* Operations of a product of (M, K) by (K, N), by doing it without numbers. */
static double product(size_t M, size_t K, size_t N)
{
    double count = 0.0;

    for (size_t i = 0; i < M; i++) {
        for (size_t j = 0; j < N; j++) {
            for (size_t k = 0; k < K; k++) {
                count += 2.0;
            }
        }
    }
    return count;
}

/* y = x W with both gradients: d_x = d_y W^T, d_W = x^T d_y. */
static double layer(size_t M, size_t K, size_t N)
{
    return product(M, K, N) + product(M, N, K) + product(K, M, N);
}

/* Every product of three rows of a two-block network, as pass.c and attention.c wire them. */
static void a_step_is_the_sum_of_its_products(void **state)
{
    enum { V = 7, L = 5, T = L + 1, D = 12, HEADS = 2, HIDDEN = 9, ROWS = 3, ASKED = 8 };
    const struct mg_transformer_config config = {.vocab = V,
                                                 .length = L,
                                                 .layers = 2,
                                                 .width = D,
                                                 .heads = HEADS,
                                                 .hidden = HIDDEN,
                                                 .positions = MG_POSITIONS_BOS,
                                                 .components = 3};
    double count = 0.0;

    (void)state;
    for (size_t block = 0; block < 2; block++) {
        const size_t rows = block == 0 ? ROWS * T : ASKED;

        count += layer(ROWS * T, D, 3 * D);
        for (size_t head = 0; head < ROWS * HEADS; head++) {
            const size_t size = D / HEADS;

            count += product(T, size, T) + product(T, T, size);       /* scores, values */
            count += product(T, size, T) + 3.0 * product(T, T, size); /* d_scores, d_q, d_k, d_v */
        }
        count += layer(rows, D, D) + layer(rows, D, 2 * HIDDEN) + layer(rows, HIDDEN, D);
    }
    count += 3.0 * layer(ASKED, D, V) + layer(ROWS, D, 3); /* three heads, and their weights */
    assert_close(mg_training_flops(&config, ROWS, ASKED), count, 0.0);
}

/* 6 N D where rows are short beside the width and all positions are asked for: 1.6 % above. */
static void the_rule_of_thumb_is_its_limit(void **state)
{
    const struct mg_transformer_config config = {.vocab = 1000,
                                                 .length = 16,
                                                 .layers = 4,
                                                 .width = 512,
                                                 .heads = 8,
                                                 .hidden = 1024,
                                                 .positions = MG_POSITIONS_ROPE,
                                                 .components = 1};
    const double weights = 4.0 * (4.0 * 512 * 512 + 3.0 * 512 * 1024) + 1000.0 * 512;

    (void)state;
    assert_close(mg_training_flops(&config, 32, 32 * 16) / (6.0 * weights * 32 * 16), 1.0, 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_the_sum_of_its_products),
        cmocka_unit_test(the_rule_of_thumb_is_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
