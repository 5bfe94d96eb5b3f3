/* checkpoint_config.c - see checkpoint_config.h: tables of fields, for writing and reading. */
#include "harness/checkpoint_config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/json.h"
#include "model/network/mixture.h"

enum { CONFIG_BYTES_MAX = 1 << 24 /* an alphabet of BPE tokens needs some */ };

/* What makes the block LLaDA's: fields with one value that we can run, as canonical JSON. */
static const struct {
    const char *key, *value;
} constants[] = {
    {"activation_type", "\"silu\""},
    {"alibi", "false"},
    {"architectures", "[\"LLaDAModelLM\"]"},
    {"attention_layer_norm", "false"},
    {"block_group_size", "1"},
    {"block_type", "\"llama\""},
    {"include_bias", "false"},
    {"include_qkv_bias", "false"},
    {"input_emb_norm", "false"},
    {"layer_norm_type", "\"rms\""},
    {"model_type", "\"llada\""},
    {"rope", "true"},
    {"scale_logits", "false"},
    {"weight_tying", "false"},
};

/* Sizes: field = member + more. A member that several fields give must agree. */
static const struct {
    const char *key;
    size_t member, more, max;
} sizes[] = {
#define MEMBER(name) offsetof(struct mg_transformer_config, name)
    {"vocab_size", MEMBER(vocab), 2, 1 << 20},       {"embedding_size", MEMBER(vocab), 2, 1 << 20},
    {"mask_token_id", MEMBER(vocab), 0, 1 << 20},    {"bos_token_id", MEMBER(vocab), 1, 1 << 20},
    {"d_model", MEMBER(width), 0, 1 << 16},          {"n_layers", MEMBER(layers), 0, 1 << 10},
    {"n_heads", MEMBER(heads), 0, 1 << 16},          {"n_kv_heads", MEMBER(heads), 0, 1 << 16},
    {"mlp_hidden_size", MEMBER(hidden), 0, 1 << 20},
};

static const struct {
    const char *key;
    size_t member;
} reals[] = {
    {"rms_norm_eps", MEMBER(norm_eps)},
    {"rope_theta", MEMBER(rope_theta)},
#undef MEMBER
};

enum { LENGTH_MAX = 1 << 15 };

static const char *const positions[] = {
    [MG_POSITIONS_BOS] = "bos", [MG_POSITIONS_ABSOLUTE] = "absolute", [MG_POSITIONS_ROPE] = "rope"};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static size_t *size_member(struct mg_transformer_config *config, size_t offset)
{
    return (size_t *)(void *)((char *)config + offset);
}

static double *real_member(struct mg_transformer_config *config, size_t offset)
{
    return (double *)(void *)((char *)config + offset);
}

static void print_string(FILE *out, const char *before, const char *text, const char *after)
{
    char *quoted = mg_json_quote(text);

    (void)fprintf(out, "%s%s%s", before, quoted, after);
    free(quoted);
}

char *mg_checkpoint_config_print(const struct mg_transformer_config *config, char *const *symbols,
                                 const char *objective, const char *key)
{
    struct mg_transformer_config copy = *config;
    char number[32];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int closed;

    assert(out != NULL);
    (void)fputs("{\n", out);
    for (size_t i = 0; i < COUNT(constants); i++) {
        (void)fprintf(out, "  \"%s\": %s,\n", constants[i].key, constants[i].value);
    }
    for (size_t i = 0; i < COUNT(sizes); i++) {
        (void)fprintf(out, "  \"%s\": %zu,\n", sizes[i].key,
                      *size_member(&copy, sizes[i].member) + sizes[i].more);
    }
    for (size_t i = 0; i < COUNT(reals); i++) {
        (void)fprintf(out, "  \"%s\": %s,\n", reals[i].key,
                      mg_number_text(*real_member(&copy, reals[i].member), number));
    }
    (void)fprintf(out, "  \"max_sequence_length\": %zu,\n", mg_row_length(config));
    (void)fputs("  \"marginalia\": {\n    \"alphabet\": [", out);
    for (size_t i = 0; i < config->vocab; i++) {
        print_string(out, i > 0 ? ", " : "", symbols[i], "");
    }
    (void)fputs("],\n", out);
    if (config->block > 0) {
        (void)fprintf(out, "    \"block\": %zu,\n", config->block);
    }
    (void)fprintf(out, "    \"causal\": %s,\n", config->causal ? "true" : "false");
    if (config->components > 1) {
        (void)fprintf(out, "    \"components\": %zu,\n", config->components);
    }
    print_string(out, "    \"key\": ", key, ",\n");
    (void)fprintf(out, "    \"length\": %zu,\n", config->length);
    print_string(out, "    \"objective\": ", objective, ",\n");
    print_string(out, "    \"positions\": ", positions[config->positions], "");
    if (config->window > 0) {
        (void)fprintf(out, ",\n    \"window\": %zu", config->window);
    }
    (void)fputs("\n  }\n}\n", out);
    closed = fclose(out);
    assert(closed == 0);
    return text;
}

/* What is read from, and where errors go. */
struct reader {
    const char *path;
    struct mg_error *err;
};

static enum mg_status fail_field(const struct reader *reader, const struct mg_json *value,
                                 const char *must)
{
    char pointer[128];

    return mg_fail(reader->err, MG_EUSAGE, "%s:%zu:%zu: error: %s must be %s", reader->path,
                   mg_json_line(value), mg_json_column(value),
                   mg_json_pointer(value, pointer, sizeof(pointer)), must);
}

/* The member called key, of that type; *status tells when it is not there. */
static const struct mg_json *field(enum mg_status *status, const struct reader *reader,
                                   const struct mg_json *object, const char *key,
                                   enum mg_json_type type)
{
    const struct mg_json *value = mg_json_get(object, key);

    if (value == NULL) {
        *status = mg_fail(reader->err, MG_EUSAGE, "%s:%zu:%zu: error: \"%s\" is missing",
                          reader->path, mg_json_line(object), mg_json_column(object), key);
        return NULL;
    }
    if (mg_json_type(value) != type) {
        *status = fail_field(reader, value, mg_json_type_name(type));
        return NULL;
    }
    *status = MG_OK;
    return value;
}

static enum mg_status read_size(size_t *size, const struct reader *reader,
                                const struct mg_json *object, const char *key, size_t min,
                                size_t max)
{
    enum mg_status status;
    const struct mg_json *value = field(&status, reader, object, key, MG_JSON_NUMBER);
    long long integer = 0;
    char must[96];

    if (value == NULL) {
        return status;
    }
    if (!mg_json_integer(value, &integer) || integer < (long long)min || integer > (long long)max) {
        if (min == max) { /* another field has said it */
            (void)snprintf(must, sizeof(must), "%zu, as other fields say", min);
        } else {
            (void)snprintf(must, sizeof(must), "an integer from %zu to %zu", min, max);
        }
        return fail_field(reader, value, must);
    }
    *size = (size_t)integer;
    return MG_OK;
}

static enum mg_status read_constants(const struct reader *reader, const struct mg_json *root)
{
    for (size_t i = 0; i < COUNT(constants); i++) {
        const struct mg_json *value = mg_json_get(root, constants[i].key);
        char *canonical;
        bool same;
        if (value == NULL) {
            return mg_fail(reader->err, MG_EUSAGE, "%s:%zu:%zu: error: \"%s\" is missing",
                           reader->path, mg_json_line(root), mg_json_column(root),
                           constants[i].key);
        }
        canonical = mg_json_canonical(value);
        same = strcmp(canonical, constants[i].value) == 0;
        free(canonical);
        if (!same) {
            return fail_field(reader, value, constants[i].value);
        }
    }
    return MG_OK;
}

static enum mg_status read_geometry(struct mg_transformer_config *config,
                                    const struct reader *reader, const struct mg_json *root)
{
    enum mg_status status;

    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t *member = size_member(config, sizes[i].member);
        const size_t min = (*member > 0 ? *member : 1) + sizes[i].more;
        const size_t max = *member > 0 ? min : sizes[i].max;
        status = read_size(member, reader, root, sizes[i].key, min, max);
        if (status != MG_OK) {
            return status;
        }
        *member -= sizes[i].more;
    }
    for (size_t i = 0; i < COUNT(reals); i++) {
        const struct mg_json *value = field(&status, reader, root, reals[i].key, MG_JSON_NUMBER);
        if (value == NULL) {
            return status;
        }
        if (!(mg_json_number(value) > 0)) {
            return fail_field(reader, value, "above 0");
        }
        *real_member(config, reals[i].member) = mg_json_number(value);
    }
    if (config->width % config->heads != 0 || config->width / config->heads % 2 != 0) {
        return fail_field(reader, mg_json_get(root, "n_heads"),
                          "a divisor of d_model, with an even quotient");
    }
    return MG_OK;
}

static enum mg_status read_alphabet(char ***symbols, size_t vocab, const struct reader *reader,
                                    const struct mg_json *own)
{
    enum mg_status status;
    const struct mg_json *list = field(&status, reader, own, "alphabet", MG_JSON_ARRAY);

    if (list == NULL) {
        return status;
    }
    if (mg_json_count(list) != vocab) {
        return fail_field(reader, list, "as long as vocab_size less two");
    }
    *symbols = calloc(vocab, sizeof(**symbols));
    assert(*symbols != NULL);
    for (size_t i = 0; i < vocab; i++) {
        const struct mg_json *symbol = mg_json_at(list, i);
        if (mg_json_type(symbol) != MG_JSON_STRING || mg_json_string(symbol)[0] == '\0') {
            return fail_field(reader, symbol, "a string that is not empty");
        }
        (*symbols)[i] = mg_format("%s", mg_json_string(symbol));
    }
    return MG_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Two tokens that are written alike could not be told apart in a result. */
static enum mg_status check_distinct(char *const *symbols, size_t n, const struct reader *reader,
                                     const struct mg_json *own)
{
    char **sorted = calloc(n, sizeof(*sorted));
    enum mg_status status = MG_OK;

    assert(sorted != NULL);
    memcpy(sorted, symbols, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), by_text);
    for (size_t i = 1; status == MG_OK && i < n; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            status = fail_field(reader, mg_json_get(own, "alphabet"), "of different symbols");
        }
    }
    free(sorted);
    return status;
}

static enum mg_status read_positions(enum mg_positions *choice, const struct reader *reader,
                                     const struct mg_json *own)
{
    enum mg_status status;
    const struct mg_json *word = field(&status, reader, own, "positions", MG_JSON_STRING);

    if (word == NULL) {
        return status;
    }
    for (size_t i = 0; i < COUNT(positions); i++) {
        if (strcmp(mg_json_string(word), positions[i]) == 0) {
            *choice = (enum mg_positions)i;
            return MG_OK;
        }
    }
    return fail_field(reader, word, "\"bos\", \"absolute\" or \"rope\"");
}

/* What LLaDA's network does not have, given where it is there: a mixture head, blocks, a window. */
static enum mg_status read_extras(struct mg_transformer_config *config, size_t *given,
                                  const struct reader *reader, const struct mg_json *own)
{
    const size_t most = config->causal ? 1 : MG_COMPONENTS_MAX;
    enum mg_status status = MG_OK;

    *given = 0;
    config->components = 1;
    if (mg_json_get(own, "components") != NULL) {
        status = read_size(&config->components, reader, own, "components", 1, most);
        *given += 1;
    }
    if (status == MG_OK && mg_json_get(own, "block") != NULL) {
        status = read_size(&config->block, reader, own, "block", 1, LENGTH_MAX);
        *given += 1;
    }
    if (status == MG_OK && mg_json_get(own, "window") != NULL) {
        status = read_size(&config->window, reader, own, "window", 0, LENGTH_MAX);
        *given += 1;
    }
    return status;
}

static enum mg_status read_own(struct mg_transformer_config *config, char ***symbols,
                               const struct reader *reader, const struct mg_json *root)
{
    static const struct {
        const char *key;
        enum mg_json_type type;
    } keys[] = {{"alphabet", MG_JSON_ARRAY},   {"causal", MG_JSON_BOOL},
                {"key", MG_JSON_STRING},       {"length", MG_JSON_NUMBER},
                {"objective", MG_JSON_STRING}, {"positions", MG_JSON_STRING}};
    enum mg_status status;
    const struct mg_json *own = field(&status, reader, root, "marginalia", MG_JSON_OBJECT);
    size_t length = 0;
    size_t extras = 0;

    for (size_t i = 0; own != NULL && i < COUNT(keys) && status == MG_OK; i++) {
        (void)field(&status, reader, own, keys[i].key, keys[i].type);
    }
    if (status != MG_OK) {
        return status;
    }
    config->causal = mg_json_bool(mg_json_get(own, "causal"));
    status = read_extras(config, &extras, reader, own);
    if (status != MG_OK) {
        return status;
    }
    if (mg_json_count(own) != COUNT(keys) + extras) {
        return fail_field(
            reader, own,
            "of alphabet, block, causal, components, key, length, objective, positions, "
            "window");
    }
    status = read_size(&config->length, reader, own, "length", 1, LENGTH_MAX);
    if (status == MG_OK && config->block > 0 &&
        (config->causal || config->length % config->block != 0)) {
        return fail_field(reader, mg_json_get(own, "block"),
                          "a divisor of length, of a network that is not causal");
    }
    if (status == MG_OK) {
        status = read_positions(&config->positions, reader, own);
    }
    if (status == MG_OK) {
        status = read_size(&length, reader, root, "max_sequence_length", mg_row_length(config),
                           mg_row_length(config));
    }
    if (status == MG_OK) {
        status = read_alphabet(symbols, config->vocab, reader, own);
    }
    if (status == MG_OK) {
        status = check_distinct(*symbols, config->vocab, reader, own);
    }
    return status;
}

enum mg_status mg_checkpoint_config_read(struct mg_transformer_config *config, char ***symbols,
                                         const char *path, struct mg_error *err)
{
    const struct reader reader = {.path = path, .err = err};
    struct mg_json_file *file = NULL;
    const struct mg_json *root;
    char *text = NULL;
    size_t size = 0;
    enum mg_status status;

    *config = (struct mg_transformer_config){.vocab = 0};
    *symbols = NULL;
    status = mg_file_read(&text, &size, path, CONFIG_BYTES_MAX, err);
    if (status == MG_OK) {
        status = mg_json_parse_header(&file, text, size, path, err);
    }
    if (status != MG_OK) {
        goto done;
    }
    root = mg_json_root(file);
    if (mg_json_type(root) != MG_JSON_OBJECT) {
        status = mg_fail(err, MG_EUSAGE, "%s: must be an object", path);
        goto done;
    }
    status = read_constants(&reader, root);
    if (status == MG_OK) {
        status = read_geometry(config, &reader, root);
    }
    if (status == MG_OK) {
        status = read_own(config, symbols, &reader, root);
    }
    if (status != MG_OK) {
        mg_symbols_free(*symbols, config->vocab);
        *symbols = NULL;
    }

done:
    mg_json_free(file);
    free(text);
    return status;
}
