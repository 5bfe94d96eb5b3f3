/* test_transformer_gradients.c - gradients of the network against differences of the one in double.
 */
#include <stdlib.h>

#include "model/network/transformer.h"
#include "model/numeric/arena.h"
#include "tests/support/network_fixture.h"
#include "tests/support/reference_network.h"
#include "tests/support/test.h"
#include "tests/support/twin.h"

/* Every tensor: float gradient against central differences of the double forward pass. */
static void check_gradients(struct mg_transformer_config config)
{
    struct fixture *f = fixture_new(config, 2, 2, 0.3);
    const double step = 1e-4;
    size_t at = 0;

    assert_close(fixture_loss(f),
                 reference_loss(NULL, &config, f->list, f->value, f->noisy, f->clean, f->weight, 2),
                 2e-5);
    for (size_t t = 0; t < f->list->n; t++) {
        const struct mg_tensor *gradient = &mg_transformer_gradients(f->net)->tensors[t];
        double *numeric = (double *)mg_allocate(gradient->count, sizeof(double));
        double most;

        for (size_t e = 0; e < gradient->count; e++) {
            const double kept = f->value[at + e];
            double up;

            f->value[at + e] = kept + step;
            up = reference_loss(NULL, &config, f->list, f->value, f->noisy, f->clean, f->weight, 2);
            f->value[at + e] = kept - step;
            numeric[e] = up - reference_loss(NULL, &config, f->list, f->value, f->noisy, f->clean,
                                             f->weight, 2);
            numeric[e] /= 2.0 * step;
            f->value[at + e] = kept;
        }
        most = twin_largest(numeric, gradient->count);
        assert_true(most > 0.0);
        for (size_t e = 0; e < gradient->count; e++) {
            assert_close(gradient->data[e], numeric[e], 1e-7 + 2e-5 * most);
        }
        at += gradient->count;
        free(numeric);
    }
    fixture_free(f);
}

static void gradients_are_central_differences_with_bos(void **state)
{
    (void)state;
    check_gradients(configured(MG_POSITIONS_BOS, false));
}

static void gradients_are_central_differences_with_absolute_positions(void **state)
{
    (void)state;
    check_gradients(configured(MG_POSITIONS_ABSOLUTE, false));
}

static void gradients_are_central_differences_with_rope_alone(void **state)
{
    (void)state;
    check_gradients(configured(MG_POSITIONS_ROPE, false));
}

static void gradients_are_central_differences_when_causal(void **state)
{
    (void)state;
    check_gradients(configured(MG_POSITIONS_ABSOLUTE, true));
}

static void gradients_are_central_differences_with_components(void **state)
{
    struct mg_transformer_config config = configured(MG_POSITIONS_BOS, false);

    (void)state;
    config.components = 3;
    check_gradients(config);
}

static void gradients_are_central_differences_with_a_window(void **state)
{
    (void)state;
    for (int positions = MG_POSITIONS_BOS; positions <= MG_POSITIONS_ABSOLUTE; positions++) {
        for (int causal = 0; causal < 2; causal++) {
            struct mg_transformer_config config =
                configured((enum mg_positions)positions, causal == 1);

            config.window = 1;
            check_gradients(config);
        }
    }
}

static void gradients_are_central_differences_with_blocks(void **state)
{
    (void)state;
    for (size_t block = 2; block <= 3; block++) {
        struct mg_transformer_config config =
            configured(block == 2 ? MG_POSITIONS_BOS : MG_POSITIONS_ABSOLUTE, false);

        config.length = 6;
        config.block = block;
        check_gradients(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_central_differences_with_bos),
        cmocka_unit_test(gradients_are_central_differences_with_absolute_positions),
        cmocka_unit_test(gradients_are_central_differences_with_rope_alone),
        cmocka_unit_test(gradients_are_central_differences_when_causal),
        cmocka_unit_test(gradients_are_central_differences_with_components),
        cmocka_unit_test(gradients_are_central_differences_with_a_window),
        cmocka_unit_test(gradients_are_central_differences_with_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
