/* test_family_refused.c - others' checkpoints that do not fit are refused before anything runs. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/checkpoint.h"
#include "harness/checkpoint_weights.h"
#include "harness/file.h"
#include "tests/support/experiment.h"
#include "tests/support/family_model.h"
#include "tests/support/test.h"

enum { L = 5 };

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

/*
 * A model of V tokens, the tokenizer of LLaDA's kind and an experiment on a text, in a folder.
 * said, given: keys of the source more. Returns the experiment's path, malloc'd.
 */
static char *write_text_model(const char *folder, size_t vocab, size_t mask, const char *said,
                              const char *given)
{
    size_t n;
    struct family_case family = family_cases(&n)[1];
    char *tokenizer = mg_format("%s/tokenizer.json", folder);
    char *corpus = mg_format("%s/corpus.txt", folder);
    char *file = mg_format("%s/e.json", folder);
    char *text = mg_format(
        "{\"marginalia\": 1, \"name\": \"e\", \"source\": {\"kind\": \"text\", \"corpus\": "
        "\"corpus.txt\", \"tokens\": \"tokenizer\", \"length\": %d%s%s}, \"predictor\": "
        "{\"kind\": \"checkpoint\", \"path\": \"%s\"}, \"measure\": [{\"kind\": \"likelihood\","
        " \"name\": \"l\", \"draws\": 1}]}",
        (int)L, said, given, folder);
    struct mg_error err = {0};
    struct family_model *model;

    family.rows = vocab;
    family.vocab = vocab;
    family.mask = mask;
    model = family_model_new(&family, 5);
    free(family_model_write(model, folder, NULL, false));
    assert_int_equal(mg_file_copy(tokenizer, "tests/tokenizers/llada.json", &err), MG_OK);
    assert_int_equal(mg_file_copy(corpus, "experiments/paper/llada-prompts.txt", &err), MG_OK);
    assert_int_equal(mg_file_write(file, text, strlen(text), &err), MG_OK);
    family_model_free(model);
    free(text);
    free(corpus);
    free(tokenizer);
    return file;
}

/* The header grows by the six bytes of "x":0, in its first tensor. */
static void what_a_file_says_in_vain_is_a_note(void **state)
{
    char *folder = mg_test_folder();
    char *file = write_text_model(folder, 1000, 912, ", \"vocab\": 1000", "");
    char *weights = mg_format("%s/model.safetensors", folder);
    struct mg_problems problems = {0};
    struct mg_error err = {0};
    struct mg_spec *spec = NULL;
    char *bytes = NULL;
    size_t size = 0;

    (void)state;
    edit(folder, "model.safetensors", "\"dtype\"", "\"x\":0,\"dtype\"");
    assert_int_equal(mg_file_read(&bytes, &size, weights, 1 << 24, &err), MG_OK);
    assert_true((unsigned char)bytes[0] < 250); /* the length's lowest byte */
    bytes[0] = (char)(bytes[0] + 6);
    assert_int_equal(mg_file_write(weights, bytes, size, &err), MG_OK);
    assert_int_equal(mg_spec_load(&spec, file, &problems), MG_OK);
    assert_int_equal(problems.errors, 0);
    assert_int_equal(problems.n, 1);
    assert_non_null(strstr(problems.lines[0], "e.json: note: "));
    assert_non_null(strstr(problems.lines[0], "/model.safetensors: tensor "));
    assert_non_null(strstr(problems.lines[0], " has a key \"x\", which is ignored"));
    mg_spec_free(spec);
    mg_problems_free(&problems);
    free(bytes);
    free(weights);
    free(file);
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
         "its mask is token 300, which source.tokenizer finds in texts, as "},
        {1000, 912, NULL, "", "a model of 5 positions and 1000 tokens; the source has 5 and 915"},
        {500, 499, NULL, ", \"vocab\": 500", "the tokenizer has 915 tokens"},
        {1000, 912, "tests/tokenizers/llada.json", ", \"vocab\": 1000", NULL},
        {1000, 999, "tests/tokenizers/gpt2.json", ", \"vocab\": 1000",
         "/tokenizer.json: the model's, differs from source.tokenizer"},
    };
    char *here = getcwd(NULL, 0);

    (void)state;
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        char *folder = mg_test_folder();
        char *given = tries[i].given == NULL
                          ? mg_format("%s", "")
                          : mg_format(", \"tokenizer\": \"%s/%s\"", here, tries[i].given);
        char *file = write_text_model(folder, tries[i].vocab, tries[i].mask, tries[i].said, given);
        struct mg_problems problems = {0};
        struct mg_spec *spec = NULL;
        bool told = false;

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
        free(file);
        free(given);
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

/* A file that is a hole behind its header: 722 GB of LLaDA, one block, that no disk holds. */
static void a_model_larger_than_memory_is_refused_unread(void **state)
{
    enum { D = 1 << 16, V = 1 << 20, HIDDEN = 1 << 20 };
    static const struct {
        const char *name;
        size_t rows, columns;
    } tensors[] = {{"wte", V, D},
                   {"ln_f", D, 0},
                   {"ff_out", V, D},
                   {"blocks.0.attn_norm", D, 0},
                   {"blocks.0.ff_norm", D, 0},
                   {"blocks.0.q_proj", D, D},
                   {"blocks.0.k_proj", D, D},
                   {"blocks.0.v_proj", D, D},
                   {"blocks.0.attn_out", D, D},
                   {"blocks.0.ff_proj", HIDDEN, D},
                   {"blocks.0.up_proj", HIDDEN, D},
                   {"blocks.0.ff_out", D, HIDDEN}};
    const struct mg_checkpoint_use use = {.batch = 1, .length = L};
    char *folder = mg_test_folder();
    char *path = mg_format("%s/model.safetensors", folder);
    size_t n;
    struct family_model *model = family_model_new(&family_cases(&n)[1], 5);
    struct mg_checkpoint *checkpoint = NULL;
    struct mg_error err = {0};
    char *header = NULL;
    size_t size = 0;
    size_t at = 0;
    FILE *out = open_memstream(&header, &size);

    (void)state;
    assert_non_null(out);
    for (size_t i = 0; i < sizeof(tensors) / sizeof(tensors[0]); i++) {
        const size_t columns = tensors[i].columns;
        const size_t bytes = 2 * tensors[i].rows * (columns > 0 ? columns : 1);

        fprintf(out, "%s\"model.transformer.%s.weight\":{\"dtype\":\"BF16\",\"shape\":[%zu",
                i > 0 ? "," : "{", tensors[i].name, tensors[i].rows);
        fprintf(out, columns > 0 ? ",%zu" : "", columns);
        fprintf(out, "],\"data_offsets\":[%zu,%zu]}", at, at + bytes);
        at += bytes;
    }
    fprintf(out, "}");
    fclose(out);
    free(family_model_write(model, folder, NULL, false));
    edit(folder, "config.json", "\"d_model\": 24", "\"d_model\": 65536");
    edit(folder, "config.json", "\"mlp_hidden_size\": 50", "\"mlp_hidden_size\": 1048576");
    edit(folder, "config.json", "\"vocab_size\": 31", "\"vocab_size\": 1048576");
    edit(folder, "config.json", "\"embedding_size\": 31", "\"embedding_size\": 1048576");
    out = fopen(path, "wb");
    assert_non_null(out);
    for (size_t i = 0; i < 8; i++) {
        fputc((int)(size >> 8 * i & 255), out);
    }
    assert_int_equal(fwrite(header, 1, size, out), size);
    fclose(out);
    if (truncate(path, (off_t)(8 + size + at)) == 0) { /* else: no holes of that size here */
        assert_int_equal(mg_checkpoint_load(&checkpoint, folder, &use, &err), MG_EENVIRONMENT);
        assert_null(checkpoint);
        assert_non_null(strstr(err.text, ": its weights take 721555 MB and the forward pass "));
    }
    free(header);
    free(path);
    family_model_free(model);
    mg_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_refused_by_file_and_field),
        cmocka_unit_test(a_shard_that_was_cut_off_is_refused),
        cmocka_unit_test(a_norm_that_is_not_finite_is_refused),
        cmocka_unit_test(what_a_file_says_in_vain_is_a_note),
        cmocka_unit_test(a_tokenizer_of_another_model_is_refused),
        cmocka_unit_test(too_little_memory_is_told_with_the_sizes),
        cmocka_unit_test(a_model_larger_than_memory_is_refused_unread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
