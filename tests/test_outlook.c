/* test_outlook.c - a few numbers of a distribution are those of the whole of it. */
#include "model/predictor/outlook.h"

#include <string.h>

#include "model/network/transformer.h"
#include "tests/support/test.h"

enum { V = 7, K = 3, N_CHOSEN = 2, L = 5 };

static const int CHOSEN[N_CHOSEN] = {6, 0};

struct answer {
    int tokens[L * K];
    double probs[L * K], tail[L], entropy_nats[L], chosen_nats[L * N_CHOSEN];
    struct mg_outlook outlook;
};

static struct mg_outlook *clear(struct answer *answer)
{
    memset(answer, 0, sizeof(*answer));
    answer->outlook = (struct mg_outlook){K,
                                          CHOSEN,
                                          N_CHOSEN,
                                          answer->tokens,
                                          answer->probs,
                                          answer->tail,
                                          answer->entropy_nats,
                                          answer->chosen_nats};
    return &answer->outlook;
}

/* Entropy of (1/2, 1/4, 1/8, 1/16, 1/32, 1/32, 0) is 1 15/16 bits: Cover, Thomas 2006, section 2.1.
 */
static void a_known_distribution_has_its_known_numbers(void **state)
{
    const double probs[V] = {0.0, 0.03125, 0.25, 0.0625, 0.5, 0.03125, 0.125};
    struct answer answer;

    (void)state;
    mg_outlook_from_probs(clear(&answer), 1, probs, V);
    assert_int_equal(answer.tokens[K], 4);
    assert_int_equal(answer.tokens[K + 1], 2);
    assert_int_equal(answer.tokens[K + 2], 6);
    assert_close(answer.probs[K + 1], 0.25, 0);
    assert_close(answer.tail[1], 0.125, 1e-15);
    assert_close(answer.entropy_nats[1], 1.9375 * log(2.0), 1e-15);
    assert_close(answer.chosen_nats[N_CHOSEN], log(0.125), 1e-15);
    assert_true(isinf(answer.chosen_nats[N_CHOSEN + 1]) && answer.chosen_nats[N_CHOSEN + 1] < 0);
}

static void logits_far_from_zero_do_not_overflow(void **state)
{
    float logits[V];
    struct answer answer;

    (void)state;
    for (size_t v = 0; v < V; v++) {
        logits[v] = v == 3 ? 1000.0f : 999.0f;
    }
    mg_outlook_from_logits(clear(&answer), 0, logits, V);
    assert_close(answer.probs[0], 1.0 / (1.0 + 6.0 * exp(-1.0)), 1e-15);
    assert_int_equal(answer.tokens[0], 3);
    assert_int_equal(answer.tokens[1], 0); /* of equals the lowest */
    assert_int_equal(answer.tokens[2], 1);
    assert_close(answer.tail[0], 4.0 * exp(-1.0) / (1.0 + 6.0 * exp(-1.0)), 1e-15);
    assert_close(answer.chosen_nats[0], -1.0 - log(1.0 + 6.0 * exp(-1.0)), 1e-12);
}

/* The network's own op, and what follows from its probabilities. */
static void a_network_gives_the_outlook_of_its_probabilities(void **state)
{
    const int row[L] = {MG_MASK, 1, MG_MASK, MG_MASK, 4};
    const int asked[L] = {MG_MASK, 0, 0, MG_MASK, 0};

    (void)state;
    for (size_t components = 1; components <= 2; components++) {
        const struct mg_transformer_config config = {.vocab = V,
                                                     .length = L,
                                                     .layers = 1,
                                                     .width = 12,
                                                     .heads = 2,
                                                     .hidden = 9,
                                                     .rope_theta = 1e4,
                                                     .norm_eps = 1e-5,
                                                     .components = components};
        const struct mg_stream init = {{101, 5}};
        struct mg_transformer *transformer = mg_transformer_new(&config, 2, false, init);
        struct mg_predictor *predictor = mg_transformer_predictor_new(transformer);
        struct answer found;
        struct answer expected;
        double probs[L * V];

        mg_predict(predictor, probs, NULL, row, 1);
        mg_outlook_from_probs(clear(&expected), 0, probs, V);
        mg_outlook_from_probs(&expected.outlook, 1, probs + 3 * V, V);
        assert_int_equal(mg_predict_outlook(predictor, clear(&found), row, asked), 2);
        for (size_t i = 0; i < 2; i++) {
            assert_memory_equal(found.tokens + i * K, expected.tokens + i * K, sizeof(int) * K);
            assert_close(found.entropy_nats[i], expected.entropy_nats[i], 1e-14);
            assert_close(found.tail[i], expected.tail[i], 1e-14);
            for (size_t j = 0; j < N_CHOSEN; j++) {
                assert_close(found.chosen_nats[i * N_CHOSEN + j],
                             expected.chosen_nats[i * N_CHOSEN + j], 1e-14);
            }
        }
        mg_predictor_free(predictor);
        mg_transformer_free(transformer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_distribution_has_its_known_numbers),
        cmocka_unit_test(logits_far_from_zero_do_not_overflow),
        cmocka_unit_test(a_network_gives_the_outlook_of_its_probabilities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
