/* test_philox.c - random numbers: known answers, addressing, and distributions. */
#include "model/numeric/philox.h"

#include <string.h>

#include "tests/support/test.h"

enum { DRAWS = 100000 };

/* Philox4x32-10 as the paper's listing states it (Salmon et al. 2011, section 3.3). */
static void philox_by_the_paper(uint32_t x[4], uint32_t key0, uint32_t key1)
{
    for (int round = 0; round < 10; round++) {
        const uint64_t a = (uint64_t)x[0] * 0xD2511F53u;
        const uint64_t b = (uint64_t)x[2] * 0xCD9E8D57u;
        const uint32_t y[4] = {(uint32_t)(b >> 32) ^ x[1] ^ key0, (uint32_t)b,
                               (uint32_t)(a >> 32) ^ x[3] ^ key1, (uint32_t)a};

        memcpy(x, y, sizeof(y));
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

static struct mg_rng cursor(uint32_t number)
{
    const struct mg_stream stream = {{11, 22}};

    return mg_rng_at(stream, number, 5);
}

/* The vectors of kat_vectors in the Random123 distribution. */
static void blocks_are_the_known_answers(void **state)
{
    const uint32_t zeros[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    const uint32_t pi[4] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
    struct mg_rng rng = mg_rng_at((struct mg_stream){{0, 0}}, 0, 0);

    (void)state;
    (void)mg_rng_uniform(&rng);
    assert_memory_equal(rng.words, zeros, sizeof(zeros));
    rng = mg_rng_at((struct mg_stream){{0xa4093822, 0x299f31d0}}, 0x85a308d3243f6a88u, 0x13198a2e);
    rng.block = 0x03707344;
    (void)mg_rng_uniform(&rng);
    assert_memory_equal(rng.words, pi, sizeof(pi));
}

static void element_step_and_block_are_the_counter(void **state)
{
    const struct mg_stream stream = {{0xdeadbeef, 0x01234567}};

    (void)state;
    for (uint32_t i = 0; i < 50; i++) {
        const uint64_t element = 0x100000001u * i;
        struct mg_rng rng = mg_rng_at(stream, element, 1000 + i);

        for (uint32_t block = 0; block < 3; block++) {
            uint32_t x[4] = {(uint32_t)element, (uint32_t)(element >> 32), 1000 + i, block};

            philox_by_the_paper(x, stream.key[0], stream.key[1]);
            for (int half = 0; half < 4; half += 2) {
                const uint64_t bits = ((uint64_t)x[half] << 32 | x[half + 1]) >> 11;

                assert_true(mg_rng_uniform(&rng) == ldexp((double)bits, -53));
            }
        }
    }
}

static void a_copy_repeats_the_future(void **state)
{
    struct mg_rng rng = cursor(1);
    struct mg_rng copy;

    (void)state;
    (void)mg_rng_below(&rng, 7);
    copy = rng;
    for (int i = 0; i < 20; i++) {
        assert_true(mg_rng_normal(&rng) == mg_rng_normal(&copy));
    }
}

/* Mean 1/2 and variance 1/12; standard errors 9e-4 and 2.4e-4. */
static void uniform_has_its_moments(void **state)
{
    struct mg_rng rng = cursor(2);
    double sum = 0.0;
    double squares = 0.0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        const double u = mg_rng_uniform(&rng);

        assert_true(u >= 0.0 && u < 1.0);
        sum += u;
        squares += (u - 0.5) * (u - 0.5);
    }
    assert_close(sum / DRAWS, 0.5, 0.004);
    assert_close(squares / DRAWS, 1.0 / 12.0, 0.001);
}

/* Mean 0, variance 1, fourth moment 3; standard errors .0032, .0045, .031. */
static void normal_has_its_moments(void **state)
{
    struct mg_rng rng = cursor(3);
    double sum = 0.0;
    double squares = 0.0;
    double fourth = 0.0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        const double z = mg_rng_normal(&rng);

        sum += z;
        squares += z * z;
        fourth += z * z * z * z;
    }
    assert_close(sum / DRAWS, 0.0, 0.015);
    assert_close(squares / DRAWS, 1.0, 0.02);
    assert_close(fourth / DRAWS, 3.0, 0.15);
}

/* n = 3 * 2^30 would give 0 twice as often as 2 without the rejection. */
static void below_is_unbiased_for_large_n(void **state)
{
    const uint32_t n = 3u << 30;
    struct mg_rng rng = cursor(4);
    int third[3] = {0};

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        const uint32_t x = mg_rng_below(&rng, n);

        assert_true(x < n);
        third[x % 3]++;
    }
    for (int i = 0; i < 3; i++) {
        assert_close((double)third[i] / DRAWS, 1.0 / 3.0, 0.008); /* 5 standard errors */
    }
}

static void below_one_is_zero(void **state)
{
    struct mg_rng rng = cursor(5);

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(mg_rng_below(&rng, 1), 0);
    }
}

static void categorical_follows_the_weights(void **state)
{
    const double weight[6] = {0.0, 3.0, 0.0, 1.0, 6.0, 0.0};
    struct mg_rng rng = cursor(6);
    int count[6] = {0};

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        count[mg_rng_categorical(&rng, weight, 6)]++;
    }
    for (int i = 0; i < 6; i++) {
        assert_close((double)count[i] / DRAWS, weight[i] / 10.0, weight[i] > 0.0 ? 0.008 : 0.0);
    }
}

static void categorical_uses_one_uniform(void **state)
{
    const double weight[2] = {1.0, 1e300};
    struct mg_rng rng = cursor(7);
    struct mg_rng other = rng;

    (void)state;
    assert_int_equal(mg_rng_categorical(&rng, weight, 2), 1);
    (void)mg_rng_uniform(&other);
    assert_memory_equal(&rng, &other, sizeof(rng));
}

/* Each of the 6 permutations 1/6, standard error .0012. */
static void shuffle_is_uniform_over_permutations(void **state)
{
    struct mg_rng rng = cursor(8);
    int count[27] = {0};

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        size_t items[3] = {0, 1, 2};

        mg_rng_shuffle(&rng, items, 3);
        count[9 * items[0] + 3 * items[1] + items[2]]++;
    }
    for (int a = 0; a < 3; a++) {
        const int up = 9 * a + 3 * ((a + 1) % 3) + (a + 2) % 3;
        const int down = 9 * a + 3 * ((a + 2) % 3) + (a + 1) % 3;

        assert_close((double)count[up] / DRAWS, 1.0 / 6.0, 0.006);
        assert_close((double)count[down] / DRAWS, 1.0 / 6.0, 0.006);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_the_known_answers),
        cmocka_unit_test(element_step_and_block_are_the_counter),
        cmocka_unit_test(a_copy_repeats_the_future),
        cmocka_unit_test(uniform_has_its_moments),
        cmocka_unit_test(normal_has_its_moments),
        cmocka_unit_test(below_is_unbiased_for_large_n),
        cmocka_unit_test(below_one_is_zero),
        cmocka_unit_test(categorical_follows_the_weights),
        cmocka_unit_test(categorical_uses_one_uniform),
        cmocka_unit_test(shuffle_is_uniform_over_permutations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
