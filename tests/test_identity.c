/* test_identity.c - keys and streams against SHA-256 values computed by sha256sum. */
#include <string.h>

#include "harness/identity.h"
#include "tests/support/test.h"

static const char RUN_DIGEST[] = "3cfbc62bac81f5864ade8e4b27c0eef07db1147bd658b00d98a884514bf20449";

/* printf 'abc' | sha256sum (FIPS 180-2, example B.1) */
static void hash_is_sha256(void **state)
{
    struct mg_hash *hash = mg_hash_new();
    char key[MG_KEY_TEXT];

    (void)state;
    mg_hash_bytes(hash, "abc", 3);
    mg_hash_finish(key, hash);
    assert_string_equal(key, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* printf '3:abc,0:,' | sha256sum */
static void hashed_texts_are_netstrings(void **state)
{
    struct mg_hash *hash = mg_hash_new();
    char key[MG_KEY_TEXT];

    (void)state;
    mg_hash_text(hash, "abc");
    mg_hash_text(hash, "");
    mg_hash_finish(key, hash);
    assert_string_equal(key, "52d415942d30f5ae11f1c9eb57a09a882a593d4a6af0dcc64435ef8c44cf9723");
}

/* printf '16:marginalia.rng.1,1:7,1:2,4:mask,' | sha256sum | cut -c1-16 */
static void stream_is_the_first_64_bits(void **state)
{
    const struct mg_stream stream = mg_stream_make(7, 2, "mask");

    (void)state;
    assert_int_equal(stream.key[0], 0xf72ee2a3U);
    assert_int_equal(stream.key[1], 0x070e094aU);
}

static void every_purpose_has_its_own_stream(void **state)
{
    const struct mg_streams training = mg_streams_for_training(1, 0);
    const struct mg_streams measures = mg_streams_for_measures(1, 0);
    const struct mg_streams other = mg_streams_for_training(1, 1);
    const struct mg_stream all[] = {training.init,   training.data,  training.mask, training.sample,
                                    training.order,  measures.init,  measures.data, measures.mask,
                                    measures.sample, measures.order, other.init,    other.data,
                                    other.mask,      other.sample,   other.order};

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(&all[i], &all[j], sizeof(all[i]));
        }
    }
}

static void training_key_depends_on_each_part(void **state)
{
    char keys[4][MG_KEY_TEXT];

    (void)state;
    mg_training_key(keys[0], "{}", 1, 0);
    mg_training_key(keys[1], "{}", 2, 0);
    mg_training_key(keys[2], "{}", 1, 1);
    mg_training_key(keys[3], "{\"a\":1}", 1, 0);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(keys[i], keys[j]);
        }
    }
    mg_training_key(keys[1], "{}", 1, 0);
    assert_string_equal(keys[0], keys[1]);
}

/* printf '5:train,2:d1,2:d2,' | sha256sum: digests in the order of the keys, whatever the file's.
 */
static void run_digest_is_in_order_of_keys(void **state)
{
    const char *const keys[] = {"k2", "k1"};
    const char *const digests[] = {"d2", "d1"};
    const char *const keys_turned[] = {"k1", "k2"};
    const char *const digests_turned[] = {"d1", "d2"};
    char digest[MG_KEY_TEXT];

    (void)state;
    mg_run_digest(digest, "train", keys, digests, 2);
    assert_string_equal(digest, RUN_DIGEST);
    mg_run_digest(digest, "train", keys_turned, digests_turned, 2);
    assert_string_equal(digest, RUN_DIGEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_is_sha256),
        cmocka_unit_test(hashed_texts_are_netstrings),
        cmocka_unit_test(stream_is_the_first_64_bits),
        cmocka_unit_test(every_purpose_has_its_own_stream),
        cmocka_unit_test(training_key_depends_on_each_part),
        cmocka_unit_test(run_digest_is_in_order_of_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
