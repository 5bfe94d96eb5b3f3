/* test_family_run.c - others' checkpoints in an experiment, and what is refused before it begins.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/checkpoint.h"
#include "harness/checkpoint_weights.h"
#include "harness/file.h"
#include "harness/record.h"
#include "harness/run.h"
#include "model/source/source.h"
#include "tests/support/experiment.h"
#include "tests/support/family_model.h"
#include "tests/support/test.h"

enum { L = 5, VOCAB_MAX = 64 };

/* A chain over the V ids of a model, every step uniform; tokens are written as their ids. */
static char *experiment(const char *path, size_t V, const char *more)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    fprintf(out,
            "{\"marginalia\": 1, \"name\": \"e\", \"source\": {\"kind\": \"markov\", \"start\": "
            "\"stationary\", \"length\": %d, \"transition\": [",
            (int)L);
    for (size_t i = 0; i < V * V; i++) {
        fprintf(out, "%s%.17g", i == 0 ? "[" : i % V == 0 ? "], [" : ", ", 1.0 / (double)V);
    }
    fprintf(out,
            "]]}, \"predictor\": {\"kind\": \"checkpoint\", \"path\": \"%s\"%s}, \"measure\": ["
            "{\"kind\": \"joint\", \"name\": \"end\", \"context\": \"1 _ 3 4 _\"},"
            "{\"kind\": \"distance\", \"name\": \"far\", \"left\": \"2\", \"run\": 3, \"right\": "
            "\"5\"}]}",
            path, more);
    fclose(out);
    return text;
}

struct found {
    double p[2 * VOCAB_MAX];
    size_t n, rows;
};

static enum mg_status keep_row(void *ctx, int64_t row, enum mg_table table,
                               const struct mg_value *values, size_t n, struct mg_error *err)
{
    struct found *found = ctx;

    (void)row;
    (void)n;
    (void)err;
    found->rows++;
    if (table == MG_TABLE_marginals) {
        found->p[found->n++] = values[2].real;
    }
    return MG_OK;
}

/* Seen: 2e-7. */
static void assert_formula(const struct found *found, const struct family_model *model, size_t V)
{
    const int row[L] = {1, MG_MASK, 3, 4, MG_MASK};
    double logits[L * VOCAB_MAX];
    size_t at = 0;

    family_model_logits(logits, model, row, L, FAULT_NONE, 0);
    assert_int_equal(found->n, 2 * V);
    for (size_t i = 0; i < L; i++) {
        double total = 0.0;

        for (size_t v = 0; v < V; v++) {
            total += exp(logits[i * V + v]);
        }
        for (size_t v = 0; v < V && row[i] == MG_MASK; v++) {
            assert_close(found->p[at++], exp(logits[i * V + v]) / total, 2e-6);
        }
    }
}

static void an_experiment_measures_the_checkpoint_of_each_family(void **state)
{
    size_t n;
    const struct family_case *cases = family_cases(&n);

    (void)state;
    for (size_t c = 0; c < n; c++) {
        char *folder = mg_test_folder();
        struct family_model *model = family_model_new(&cases[c], 5);
        char *path = family_model_write(model, folder, NULL, false);
        char *text = experiment(path, cases[c].vocab, "");
        struct mg_spec *spec = mg_test_spec(folder, "e.json", text);
        const struct mg_point *point = &spec->points[0];
        struct mg_subject subject;
        struct mg_error err = {0};
        char digests[2][2][MG_KEY_TEXT];
        const char *precision = NULL;

        for (size_t setting = 0; setting < 2; setting++) {
            const struct mg_run_options options = {.threads = 1 + setting, .read = setting == 1};

            assert_int_equal(mg_run_open(&subject, point, NULL, &options, &err), MG_OK);
            for (size_t m = 0; m < 2; m++) {
                struct found found = {.n = 0};
                struct mg_recorder *recorder = mg_recorder_new(point->symbols, keep_row, &found);
                int64_t n_rows = 0;

                assert_int_equal(mg_run_measure(&subject, point, &point->measures[m], 1, 0,
                                                mg_recorder_sink(recorder), &err),
                                 MG_OK);
                assert_int_equal(mg_recorder_finish(digests[setting][m], &n_rows, recorder, &err),
                                 MG_OK);
                assert_true(found.rows > 0);
                if (m == 0) {
                    assert_formula(&found, model, cases[c].vocab);
                }
            }
            mg_subject_free(&subject);
        }
        assert_string_equal(digests[0][0], digests[1][0]);
        assert_string_equal(digests[0][1], digests[1][1]);
        for (size_t i = 0; i < point->n_params; i++) {
            if (strcmp(point->params[i].path, "predictor.precision") == 0) {
                precision = point->params[i].value;
            }
        }
        assert_non_null(precision);
        assert_int_equal(precision[1], cases[c].dtype[0] + 'a' - 'A'); /* "\"bf16 weights" */
        mg_spec_free(spec);
        free(text);
        free(path);
        family_model_free(model);
        mg_test_folder_remove(folder);
    }
}

/* ---- what is refused ---- */

/* message: behind the folder and a slash */
static void assert_refused(const char *folder, const char *message)
{
    const struct mg_checkpoint_use use = {.batch = 1, .length = L};
    struct mg_checkpoint *checkpoint = NULL;
    struct mg_error err = {0};
    const size_t n = strlen(folder) + 1;

    if (mg_checkpoint_load(&checkpoint, folder, &use, &err) != MG_EUSAGE || checkpoint != NULL ||
        strncmp(err.text, folder, n - 1) != 0 || strcmp(err.text + n, message) != 0) {
        print_error("expected: %s\n   found: %s\n", message, err.text);
        fail();
    }
}

/* Replace the first `from` in folder/name by `to`. */
static void edit(const char *folder, const char *name, const char *from, const char *to)
{
    char *path = mg_format("%s/%s", folder, name);
    struct mg_error err = {0};
    char *bytes = NULL;
    size_t size = 0;
    size_t at = 0;
    char *new_bytes;
    const size_t n_from = strlen(from);
    const size_t n_to = strlen(to);

    assert_int_equal(mg_file_read(&bytes, &size, path, 1 << 24, &err), MG_OK);
    while (at + n_from <= size && memcmp(bytes + at, from, n_from) != 0) {
        at++;
    }
    assert_true(at + n_from <= size);
    new_bytes = calloc(1, size + n_to + 1);
    assert_non_null(new_bytes);
    memcpy(new_bytes, bytes, at);
    memcpy(new_bytes + at, to, n_to);
    memcpy(new_bytes + at + n_to, bytes + at + n_from, size - at - n_from);
    assert_int_equal(mg_file_write(path, new_bytes, size - n_from + n_to, &err), MG_OK);
    free(new_bytes);
    free(bytes);
    free(path);
}

static const struct {
    size_t family; /* of family_cases */
    const char *drop;
    bool extra;
    const char *file, *from, *to;
    const char *message;
} refusals[] = {
    {0, "model.transformer.blocks.1.ff_norm.weight", false, NULL, NULL, NULL,
     "model.safetensors.index.json: tensor model.transformer.blocks.1.ff_norm.weight is missing"},
    {2, "model.layers.0.self_attn.q_norm.weight", false, NULL, NULL, NULL,
     "model.safetensors: tensor model.layers.0.self_attn.q_norm.weight is missing"},
    {4, "model.layers.1.self_attn.v_proj.bias", false, NULL, NULL, NULL,
     "model.safetensors: tensor model.layers.1.self_attn.v_proj.bias is missing"},
    {1, NULL, true, NULL, NULL, NULL,
     "model.safetensors: tensor another.weight does not belong to the network"},
    {1, NULL, false, "config.json", "\"mlp_hidden_size\": 50", "\"mlp_hidden_size\": 25",
     "model.safetensors: tensor model.transformer.blocks.0.ff_proj.weight has shape [50,24], "
     "config.json says [25,24]"},
    {1, NULL, false, "model.safetensors", "\"dtype\":\"F32\"", "\"dtype\":\"I32\"",
     "model.safetensors: tensor model.transformer.blocks.0.up_proj.weight is I32, allowed are F32, "
     "F16 and BF16"},
    {1, NULL, false, "config.json", "\"llada\"", "\"llama\"",
     "config.json:12:1: error: /model_type must be \"llada\" or \"a2d-qwen3\" or \"a2d-qwen2\" or "
     "\"Dream\""},
    {1, NULL, false, "config.json", "\"llada\"", "\"Dream\"",
     "config.json:1:1: error: \"hidden_act\" is missing"},
    {1, NULL, false, "config.json", "\"alibi\": false", "\"alibi\": true",
     "config.json:1:29: error: /alibi must be false"},
    {1, NULL, false, "config.json", "\"include_qkv_bias\": false", "\"include_qkv_bias\": true",
     "config.json:7:24: error: /include_qkv_bias must be false"},
    {1, NULL, false, "config.json", "\"mask_token_id\": 29", "\"mask_token_id\": 31",
     "config.json:10:33: error: /mask_token_id must be below vocab_size"},
    {1, NULL, false, "config.json", "\"n_kv_heads\": 2", "\"n_kv_heads\": 3",
     "config.json:13:1: error: /n_kv_heads must be a divisor of the heads"},
    {1, NULL, false, "config.json", "\"n_heads\": 2", "\"n_heads\": 5",
     "config.json:12:55: error: /n_heads must be a divisor of the width, with an even quotient"},
    {1, NULL, false, "config.json", "\"embedding_size\": 31", "\"embedding_size\": 32",
     "config.json:6:1: error: /embedding_size must be as vocab_size"},
    {1, NULL, false, "config.json", "\"max_sequence_length\": 64", "\"max_sequence_length\": 4",
     "config.json: a model of at most 4 positions; asked for 5"},
    {2, NULL, false, "config.json", "\"use_cache\"", "\"num_experts\": 8, \"use_cache\"",
     "config.json:8:1: error: /num_experts must be absent: it is no field of dLLM's Qwen3 that is "
     "known here"},
    {2, NULL, false, "config.json", "\"rope_scaling\": null",
     "\"rope_scaling\": {\"type\": \"yarn\"}",
     "config.json:6:50: error: /rope_scaling must be null"},
    {2, NULL, false, "config.json", "\"use_sliding_window\": false", "\"use_sliding_window\": true",
     "config.json:8:21: error: /use_sliding_window must be false"},
    {2, NULL, false, "config.json", "\"head_dim\": 10, ", "",
     "config.json:1:1: error: \"head_dim\" is missing"},
    {2, NULL, false, "config.json", "\"head_dim\": 10", "\"head_dim\": 9",
     "config.json:9:1: error: /head_dim must be even"},
    {2, NULL, false, "config.json", "\"silu\"", "\"gelu\"",
     "config.json:2:20: error: /hidden_act must be \"silu\""},
    {2, NULL, false, "tokenizer.json", "<|mask|>", "<|musk|>",
     "tokenizer.json:1:20: error: /added_tokens must be a list with the mask token, \"<|mask|>\""},
    {2, NULL, false, "tokenizer.json", "\"id\": 50", "\"id\": 53",
     "tokenizer.json:2:2: error: /added_tokens/1/id must be an integer from 1 to 52"},
    {3, NULL, false, "config.json", "{\"rope_theta\"", "{\"rope_type\": \"linear\", \"rope_theta\"",
     "config.json:10:21: error: /rope_parameters/rope_type must be \"default\""},
    {3, NULL, false, "config.json", "\"tie_word_embeddings\": false",
     "\"tie_word_embeddings\": true",
     "model-00001-of-00003.safetensors: tensor lm_head.weight differs from "
     "model.embed_tokens.weight, but config.json ties them"},
};

static void what_does_not_fit_is_refused_by_file_and_field(void **state)
{
    size_t n;
    const struct family_case *cases = family_cases(&n);

    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        char *folder = mg_test_folder();
        struct family_model *model = family_model_new(&cases[refusals[i].family], 5);
        char *path = family_model_write(model, folder, refusals[i].drop, refusals[i].extra);

        if (refusals[i].file != NULL) {
            edit(folder, refusals[i].file, refusals[i].from, refusals[i].to);
        }
        assert_refused(folder, refusals[i].message);
        free(path);
        family_model_free(model);
        mg_test_folder_remove(folder);
    }
}

static void a_shard_that_was_cut_off_is_refused(void **state)
{
    size_t n;
    char *folder = mg_test_folder();
    struct family_model *model = family_model_new(&family_cases(&n)[0], 5);
    char *path = family_model_write(model, folder, NULL, false);
    char *shard = mg_format("%s/model-00002-of-00002.safetensors", folder);
    struct stat info;
    const struct mg_checkpoint_use use = {.batch = 1, .length = L};
    struct mg_checkpoint *checkpoint = NULL;
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(stat(shard, &info), 0);
    assert_int_equal(truncate(shard, info.st_size - 2), 0);
    assert_int_equal(mg_checkpoint_load(&checkpoint, folder, &use, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "model-00002-of-00002.safetensors: the tensors fill "));
    free(shard);
    free(path);
    family_model_free(model);
    mg_test_folder_remove(folder);
}

static void a_norm_that_is_not_finite_is_refused(void **state)
{
    size_t n;
    const struct family_case *cases = family_cases(&n);
    char *folder = mg_test_folder();
    struct family_model *model = family_model_new(&cases[1], 5);
    char *path = family_model_write(model, folder, NULL, false);
    char *file = mg_format("%s/model.safetensors", folder);
    struct mg_error err = {0};
    struct mg_checkpoint *checkpoint = NULL;
    const struct mg_checkpoint_use use = {.batch = 1, .length = L};
    char *bytes = NULL;
    size_t size = 0;
    const size_t behind = 31 * 24 * 4; /* the embedding is last, ln_f before it */

    (void)state;
    assert_int_equal(mg_file_read(&bytes, &size, file, 1 << 24, &err), MG_OK);
    memcpy(bytes + size - behind - (24 - 3) * 4, "\0\0\x80\x7f", 4); /* infinity */
    assert_int_equal(mg_file_write(file, bytes, size, &err), MG_OK);
    assert_int_equal(mg_checkpoint_load(&checkpoint, folder, &use, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "transformer.ln_f.weight: element 3 is not finite"));
    free(bytes);
    free(file);
    free(path);
    family_model_free(model);
    mg_test_folder_remove(folder);
}

/* The header grows by the six bytes of "x":0, in its first tensor. */
static void what_a_file_says_in_vain_is_a_note(void **state)
{
    size_t n;
    const struct family_case *family = &family_cases(&n)[1];
    char *folder = mg_test_folder();
    struct family_model *model = family_model_new(family, 5);
    char *path = family_model_write(model, folder, NULL, false);
    char *file = mg_format("%s/model.safetensors", folder);
    char *text = experiment(path, family->vocab, "");
    char *name = mg_format("%s/e.json", folder);
    struct mg_problems problems = {0};
    struct mg_error err = {0};
    struct mg_spec *spec = NULL;
    char *bytes = NULL;
    size_t size = 0;

    (void)state;
    edit(folder, "model.safetensors", "\"dtype\"", "\"x\":0,\"dtype\"");
    assert_int_equal(mg_file_read(&bytes, &size, file, 1 << 24, &err), MG_OK);
    assert_true((unsigned char)bytes[0] < 250); /* the length's lowest byte */
    bytes[0] = (char)(bytes[0] + 6);
    assert_int_equal(mg_file_write(file, bytes, size, &err), MG_OK);
    assert_int_equal(mg_file_write(name, text, strlen(text), &err), MG_OK);
    assert_int_equal(mg_spec_load(&spec, name, &problems), MG_OK);
    assert_int_equal(problems.errors, 0);
    assert_int_equal(problems.n, 1);
    assert_non_null(strstr(problems.lines[0], "e.json: note: "));
    assert_non_null(strstr(problems.lines[0], "/model.safetensors: tensor "));
    assert_non_null(strstr(problems.lines[0], " has a key \"x\", which is ignored"));
    mg_spec_free(spec);
    mg_problems_free(&problems);
    free(bytes);
    free(name);
    free(text);
    free(file);
    free(path);
    family_model_free(model);
    mg_test_folder_remove(folder);
}

/* Tokens of a text are numbered by a tokenizer, the model's or one that is given. */
static void a_tokenizer_of_another_model_is_refused(void **state)
{
    static const struct {
        size_t vocab, mask;
        const char *given; /* tokenizer of the source beside the model's own, or NULL */
        const char *said;  /* vocab of the source */
        const char *message;
    } tries[] = {
        {1000, 912, NULL, ", \"vocab\": 1000", NULL}, /* an added token, as is LLaDA's */
        {1000, 999, NULL, ", \"vocab\": 1000", NULL}, /* none of the tokenizer's */
        {1000, 300, NULL, ", \"vocab\": 1000",
         "its mask is token 300, to source.tokenizer that is "},
        {1000, 912, NULL, "", "a model of 5 positions and 1000 tokens; the source has 5 and 915"},
        {500, 499, NULL, ", \"vocab\": 500", "the tokenizer has 915 tokens"},
        {1000, 912, "tests/tokenizers/llada.json", ", \"vocab\": 1000", NULL},
        {1000, 999, "tests/tokenizers/gpt2.json", ", \"vocab\": 1000",
         "/tokenizer.json: the model's, differs from source.tokenizer"},
    };
    char *here = getcwd(NULL, 0);
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        struct family_case family = family_cases(&n)[1];
        char *folder = mg_test_folder();
        char *tokenizer = mg_format("%s/tokenizer.json", folder);
        char *corpus = mg_format("%s/corpus.txt", folder);
        char *file = mg_format("%s/e.json", folder);
        char *given = tries[i].given == NULL
                          ? mg_format("%s", "")
                          : mg_format(", \"tokenizer\": \"%s/%s\"", here, tries[i].given);
        char *text = mg_format(
            "{\"marginalia\": 1, \"name\": \"e\", \"source\": {\"kind\": \"text\", \"corpus\": "
            "\"corpus.txt\", \"tokens\": \"tokenizer\", \"length\": %d%s%s}, \"predictor\": "
            "{\"kind\": \"checkpoint\", \"path\": \"%s\"}, \"measure\": [{\"kind\": \"likelihood\","
            " \"name\": \"l\", \"draws\": 1}]}",
            (int)L, tries[i].said, given, folder);
        struct mg_problems problems = {0};
        struct mg_error err = {0};
        struct family_model *model;
        struct mg_spec *spec = NULL;
        bool told = false;
        family.rows = tries[i].vocab;
        family.vocab = tries[i].vocab;
        family.mask = tries[i].mask;
        model = family_model_new(&family, 5);
        free(family_model_write(model, folder, NULL, false));
        assert_int_equal(mg_file_copy(tokenizer, "tests/tokenizers/llada.json", &err), MG_OK);
        assert_int_equal(mg_file_copy(corpus, "experiments/paper/llada-prompts.txt", &err), MG_OK);
        assert_int_equal(mg_file_write(file, text, strlen(text), &err), MG_OK);
        (void)mg_spec_load(&spec, file, &problems);
        for (size_t j = 0; j < problems.n && tries[i].message != NULL; j++) {
            told = told || strstr(problems.lines[j], tries[i].message) != NULL;
        }
        if ((spec == NULL) != (tries[i].message != NULL) || told != (tries[i].message != NULL)) {
            print_error("case %zu: %s\n", i, problems.n > 0 ? problems.lines[0] : "no problem");
            fail();
        }
        mg_spec_free(spec);
        mg_problems_free(&problems);
        family_model_free(model);
        free(text);
        free(given);
        free(file);
        free(corpus);
        free(tokenizer);
        mg_test_folder_remove(folder);
    }
    free(here);
}

static void too_little_memory_is_told_with_the_sizes(void **state)
{
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_checkpoint_check_memory("m", 16000, 4000, 20000, &err), MG_OK);
    assert_int_equal(mg_checkpoint_check_memory("m", 16031000000, 237000000, 12000000000, &err),
                     MG_EENVIRONMENT);
    assert_string_equal(err.text, "m: its weights take 16031 MB and the forward pass 237 MB, and "
                                  "12000 MB of memory are free: each forward pass would read the "
                                  "disk again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_experiment_measures_the_checkpoint_of_each_family),
        cmocka_unit_test(what_does_not_fit_is_refused_by_file_and_field),
        cmocka_unit_test(a_shard_that_was_cut_off_is_refused),
        cmocka_unit_test(a_norm_that_is_not_finite_is_refused),
        cmocka_unit_test(what_a_file_says_in_vain_is_a_note),
        cmocka_unit_test(a_tokenizer_of_another_model_is_refused),
        cmocka_unit_test(too_little_memory_is_told_with_the_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
