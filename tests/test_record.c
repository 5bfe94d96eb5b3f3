/* test_record.c - rows become values as written and a digest of every bit. */
#include <math.h>
#include <string.h>

#include "harness/record.h"
#include "model/source/source.h"
#include "tests/support/test.h"

static char a[] = "A", bc[] = "bc";
static char *const symbols[] = {a, bc};

/* The last row that arrived, flattened. */
struct seen {
    int64_t row;
    enum mg_table table;
    char text[4][32];
    struct mg_value values[MG_COLUMNS_MAX];
    int64_t fail_at; /* row that the target refuses; -1: none */
};

static enum mg_status take(void *ctx, int64_t row, enum mg_table table,
                           const struct mg_value *values, size_t n, struct mg_error *err)
{
    struct seen *seen = ctx;

    if (row == seen->fail_at) {
        return mg_fail(err, MG_ESTORAGE, "the disk is full");
    }
    seen->row = row;
    seen->table = table;
    for (size_t i = 0; i < n; i++) {
        seen->values[i] = values[i];
        if (values[i].type == MG_VALUE_TEXT) {
            snprintf(seen->text[i], sizeof(seen->text[i]), "%s", values[i].text);
        }
    }
    return MG_OK;
}

static void emit_joint(struct mg_sink *sink, const int *tokens, size_t n, double p)
{
    MG_EMIT(sink, MG_TABLE_joints, mg_tokens(tokens, n), mg_real(p), mg_real(0.25), mg_null());
}

static void digest_of_joint(char digest[MG_KEY_TEXT], double p)
{
    struct seen seen = {.fail_at = -1};
    struct mg_recorder *recorder = mg_recorder_new(symbols, take, &seen);
    struct mg_error err = {0};
    const int tokens[] = {1, 0};
    int64_t n = 0;

    emit_joint(mg_recorder_sink(recorder), tokens, 2, p);
    assert_int_equal(mg_recorder_finish(digest, &n, recorder, &err), MG_OK);
    assert_int_equal(n, 1);
}

static void tokens_are_written_with_the_alphabet(void **state)
{
    struct seen seen = {.fail_at = -1};
    struct mg_recorder *recorder = mg_recorder_new(symbols, take, &seen);
    struct mg_error err = {0};
    const int tokens[] = {1, MG_MASK, 0};
    char digest[MG_KEY_TEXT];
    int64_t n = 0;

    (void)state;
    emit_joint(mg_recorder_sink(recorder), tokens, 3, 0.5);
    assert_string_equal(seen.text[0], "bc _ A");
    assert_int_equal(seen.table, MG_TABLE_joints);
    assert_close(seen.values[1].real, 0.5, 0.0);
    assert_int_equal(seen.values[3].type, MG_VALUE_NULL);
    emit_joint(mg_recorder_sink(recorder), tokens, 1, 0.5);
    assert_string_equal(seen.text[0], "bc");
    assert_int_equal(seen.row, 1);
    assert_int_equal(mg_recorder_finish(digest, &n, recorder, &err), MG_OK);
    assert_int_equal(n, 2);
}

/* printf '6:joints,t4:bc A,r0x1p-1,r0x1p-2,n,' | sha256sum */
static void digest_is_over_table_and_cells(void **state)
{
    char digest[MG_KEY_TEXT];

    (void)state;
    digest_of_joint(digest, 0.5);
    assert_string_equal(digest, "54ea3bae6f75c072ca7a25ce0815e101fa5f55ddff879cdb25e81ede483a36cb");
}

static void digest_sees_the_last_bit(void **state)
{
    char before[MG_KEY_TEXT];
    char after[MG_KEY_TEXT];

    (void)state;
    digest_of_joint(before, 0.1);
    digest_of_joint(after, nextafter(0.1, 1.0));
    assert_string_not_equal(before, after);
}

static void digest_does_not_see_the_sign_of_nan(void **state)
{
    char plus[MG_KEY_TEXT];
    char minus[MG_KEY_TEXT];

    (void)state;
    digest_of_joint(plus, (double)NAN);
    digest_of_joint(minus, copysign((double)NAN, -1.0));
    assert_string_equal(plus, minus);
}

static void first_failure_of_the_target_is_kept(void **state)
{
    struct seen seen = {.row = -1, .fail_at = 0};
    struct mg_recorder *recorder = mg_recorder_new(symbols, take, &seen);
    struct mg_error err = {0};
    const int tokens[] = {0};
    char digest[MG_KEY_TEXT];
    int64_t n = 0;

    (void)state;
    emit_joint(mg_recorder_sink(recorder), tokens, 1, 0.5);
    emit_joint(mg_recorder_sink(recorder), tokens, 1, 0.5);
    assert_int_equal(seen.row, -1);
    assert_int_equal(mg_recorder_finish(digest, &n, recorder, &err), MG_ESTORAGE);
    assert_string_equal(err.text, "the disk is full");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_written_with_the_alphabet),
        cmocka_unit_test(digest_is_over_table_and_cells),
        cmocka_unit_test(digest_sees_the_last_bit),
        cmocka_unit_test(digest_does_not_see_the_sign_of_nan),
        cmocka_unit_test(first_failure_of_the_target_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
