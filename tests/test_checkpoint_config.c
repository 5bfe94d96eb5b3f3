/* test_checkpoint_config.c - config.json says all, and is believed only where it makes sense. */
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

#include "harness/checkpoint_config.h"
#include "harness/file.h"

enum { V = 5 };

static const struct mg_transformer_config base = {.vocab = V,
                                                  .length = 4,
                                                  .layers = 2,
                                                  .width = 12,
                                                  .heads = 2,
                                                  .hidden = 20,
                                                  .positions = MG_POSITIONS_BOS,
                                                  .rope_theta = 10000,
                                                  .norm_eps = 1e-5,
                                                  .components = 1};

static char *const symbols[V] = {(char[]){"A"}, (char[]){"\xC3\xA9"}, (char[]){"\""},
                                 (char[]){"\xE2\x90\xA3"}, (char[]){"E"}};

/* The fields of LLaDA's published config.json, in a text that anyone may compare. */
static const char expected_config[] = "{\n"
                                      "  \"activation_type\": \"silu\",\n"
                                      "  \"alibi\": false,\n"
                                      "  \"architectures\": [\"LLaDAModelLM\"],\n"
                                      "  \"attention_layer_norm\": false,\n"
                                      "  \"block_group_size\": 1,\n"
                                      "  \"block_type\": \"llama\",\n"
                                      "  \"include_bias\": false,\n"
                                      "  \"include_qkv_bias\": false,\n"
                                      "  \"input_emb_norm\": false,\n"
                                      "  \"layer_norm_type\": \"rms\",\n"
                                      "  \"model_type\": \"llada\",\n"
                                      "  \"rope\": true,\n"
                                      "  \"scale_logits\": false,\n"
                                      "  \"weight_tying\": false,\n"
                                      "  \"vocab_size\": 7,\n"
                                      "  \"embedding_size\": 7,\n"
                                      "  \"mask_token_id\": 5,\n"
                                      "  \"bos_token_id\": 6,\n"
                                      "  \"d_model\": 12,\n"
                                      "  \"n_layers\": 2,\n"
                                      "  \"n_heads\": 2,\n"
                                      "  \"n_kv_heads\": 2,\n"
                                      "  \"mlp_hidden_size\": 20,\n"
                                      "  \"rms_norm_eps\": 1e-05,\n"
                                      "  \"rope_theta\": 10000,\n"
                                      "  \"max_sequence_length\": 5,\n"
                                      "  \"marginalia\": {\n"
                                      "    \"alphabet\": [\"A\", \"\xC3\xA9\", \"\\\"\", "
                                      "\"\xE2\x90\xA3\", \"E\"],\n"
                                      "    \"causal\": false,\n"
                                      "    \"key\": \"0123\",\n"
                                      "    \"length\": 4,\n"
                                      "    \"objective\": \"absorbing\",\n"
                                      "    \"positions\": \"bos\"\n"
                                      "  }\n"
                                      "}\n";

static void config_has_the_fields_of_llada(void **state)
{
    char *text = mg_checkpoint_config_print(&base, symbols, "absorbing", "0123");

    (void)state;
    assert_string_equal(text, expected_config);
    free(text);
}

/* What LLaDA's network does not have is written where it is there. */
static void a_mixture_head_blocks_and_a_window_are_named(void **state)
{
    struct mg_transformer_config config = base;
    char *text;

    (void)state;
    config.components = 3;
    config.window = 2;
    config.block = 1;
    text = mg_checkpoint_config_print(&config, symbols, "absorbing", "0123");
    assert_non_null(
        strstr(text, "],\n    \"block\": 1,\n    \"causal\": false,\n    \"components\": 3,\n"));
    assert_non_null(strstr(text, "    \"positions\": \"bos\",\n    \"window\": 2\n  }\n}\n"));
    free(text);
}

/* text with the first `from` replaced, malloc'd. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);

    assert_non_null(at);
    return mg_format("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static char folder[] = "/tmp/mg-test-config-XXXXXX";
static char *path; /* folder/config.json */

static int path_setup(void **state)
{
    (void)state;
    path = mkdtemp(folder) != NULL ? mg_format("%s/config.json", folder) : NULL;
    return path == NULL ? -1 : 0;
}

static int path_teardown(void **state)
{
    struct mg_error err = {0};

    (void)state;
    free(path);
    return mg_folder_remove(folder, &err) == MG_OK ? 0 : -1;
}

/* Read text as config.json. */
static enum mg_status read_text(struct mg_checkpoint_config *config, const char *text,
                                struct mg_error *err)
{
    struct mg_error write_err = {0};

    assert_int_equal(mg_file_write(path, text, strlen(text), &write_err), MG_OK);
    return mg_checkpoint_config_read(config, folder, err);
}

static void a_changed_config_is_refused_by_field(void **state)
{
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"\"rope\": true", "\"rope\": false", "13:3: error: /rope must be true"},
        {"  \"weight_tying\": false,\n", "", "1:1: error: \"weight_tying\" is missing"},
        {"\"llama\"", "\"sequential\"", "7:3: error: /block_type must be \"llama\""},
        {"\"vocab_size\": 7", "\"vocab_size\": 8",
         "17:3: error: /embedding_size must be 8, as other fields say"},
        {"\"vocab_size\": 7", "\"vocab_size\": 2",
         "16:3: error: /vocab_size must be an integer from 3 to 1048576"},
        {"\"d_model\": 12", "\"d_model\": 12.5",
         "20:3: error: /d_model must be an integer from 1 to 65536"},
        {"\"d_model\": 12", "\"d_model\": \"12\"", "20:3: error: /d_model must be a number"},
        {"\"d_model\": 12", "\"d_model\": 18446744073709551615",
         "20:3: error: /d_model must be an integer from 1 to 65536"},
        {"\"n_kv_heads\": 2", "\"n_kv_heads\": 1",
         "23:3: error: /n_kv_heads must be 2, as other fields say"},
        {"\"n_heads\": 2,\n  \"n_kv_heads\": 2", "\"n_heads\": 4,\n  \"n_kv_heads\": 4",
         "22:3: error: /n_heads must be a divisor of d_model, with an even quotient"},
        {"1e-05", "0", "25:3: error: /rms_norm_eps must be above 0"},
        {"\"max_sequence_length\": 5", "\"max_sequence_length\": 4",
         "27:3: error: /max_sequence_length must be 5, as other fields say"},
        {"\"E\"]", "\"A\"]", "29:5: error: /marginalia/alphabet must be of different symbols"},
        {"\"E\"]", "\"\"]",
         "29:39: error: /marginalia/alphabet/4 must be a string that is not empty"},
        {", \"E\"]", "]",
         "29:5: error: /marginalia/alphabet must be as long as vocab_size less two"},
        {"\"positions\": \"bos\"", "\"positions\": \"BOS\"",
         "34:5: error: /marginalia/positions must be \"bos\", \"absolute\" or \"rope\""},
        {"\"causal\": false", "\"causal\": 0",
         "30:5: error: /marginalia/causal must be true or false"},
        {"    \"key\": \"0123\",\n", "", "28:3: error: \"key\" is missing"},
        {"\"key\"", "\"x\": 1, \"key\"",
         "28:3: error: /marginalia must be of alphabet, block, causal, components, key, length, "
         "objective, positions, window"},
        {"\"causal\": false", "\"causal\": true,\n    \"components\": 2",
         "31:5: error: /marginalia/components must be 1, as other fields say"},
        {"\"causal\": false", "\"block\": 3,\n    \"causal\": false",
         "30:5: error: /marginalia/block must be a divisor of length, of a network that is not "
         "causal"},
        {"\"causal\": false", "\"block\": 1,\n    \"causal\": true",
         "30:5: error: /marginalia/block must be a divisor of length, of a network that is not "
         "causal"},
        {"\"bos\"", "\"bos\",\n    \"window\": -1",
         "35:5: error: /marginalia/window must be an integer from 0 to 32768"},
        {"\"marginalia\"", "\"marginalie\"",
         "28:3: error: /marginalie must be absent: it is no field of LLaDA that is known here"},
        {"{", "[{", "37:1: error: the text ends, expected ',' or ']'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mg_checkpoint_config config;
        struct mg_error err = {0};
        char *text = replaced(expected_config, cases[i].from, cases[i].to);
        char *message = mg_format("%s:%s", path, cases[i].message);
        assert_int_equal(read_text(&config, text, &err), MG_EUSAGE);
        assert_null(config.symbols);
        assert_string_equal(err.text, message);
        free(message);
        free(text);
    }
}

static void fields_of_other_tools_are_ignored(void **state)
{
    struct mg_checkpoint_config config;
    struct mg_error err = {0};
    char *text = replaced(expected_config, "\"alibi\"", "\"use_cache\": {}, \"alibi\"");

    (void)state;
    assert_int_equal(read_text(&config, text, &err), MG_OK);
    assert_int_equal(config.network.length, 4);
    assert_string_equal(config.symbols[4], "E");
    mg_symbols_free(config.symbols, config.network.vocab);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_has_the_fields_of_llada),
        cmocka_unit_test(a_mixture_head_blocks_and_a_window_are_named),
        cmocka_unit_test(a_changed_config_is_refused_by_field),
        cmocka_unit_test(fields_of_other_tools_are_ignored),
    };

    return cmocka_run_group_tests(tests, path_setup, path_teardown);
}
