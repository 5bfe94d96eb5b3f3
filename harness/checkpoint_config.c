/* checkpoint_config.c - see checkpoint_config.h: tables of fields, for writing and reading. */
#include "harness/checkpoint_config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/json.h"
#include "model/network/mixture.h"

enum { CONFIG_BYTES_MAX = 1 << 24 /* an alphabet of BPE tokens needs some */ };

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
    for (size_t i = 0; mg_llada_constants[i].key != NULL; i++) {
        if (!mg_llada_constants[i].optional) {
            (void)fprintf(out, "  \"%s\": %s,\n", mg_llada_constants[i].key,
                          mg_llada_constants[i].value);
        }
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

static enum mg_status read_geometry(struct mg_transformer_config *config,
                                    const struct mg_fields *fields, const struct mg_json *root)
{
    enum mg_status status;

    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t *member = size_member(config, sizes[i].member);
        const size_t min = (*member > 0 ? *member : 1) + sizes[i].more;
        const size_t max = *member > 0 ? min : sizes[i].max;
        status = mg_field_size(member, fields, root, sizes[i].key, min, max);
        if (status != MG_OK) {
            return status;
        }
        *member -= sizes[i].more;
    }
    for (size_t i = 0; i < COUNT(reals); i++) {
        status = mg_field_real(real_member(config, reals[i].member), fields, root, reals[i].key);
        if (status != MG_OK) {
            return status;
        }
    }
    if (config->width % config->heads != 0 || config->width / config->heads % 2 != 0) {
        return mg_field_fail(fields, mg_json_get(root, "n_heads"),
                             "a divisor of d_model, with an even quotient");
    }
    return MG_OK;
}

static enum mg_status read_alphabet(char ***symbols, size_t vocab, const struct mg_fields *fields,
                                    const struct mg_json *own)
{
    enum mg_status status;
    const struct mg_json *list = mg_field_get(&status, fields, own, "alphabet", MG_JSON_ARRAY);

    if (list == NULL) {
        return status;
    }
    if (mg_json_count(list) != vocab) {
        return mg_field_fail(fields, list, "as long as vocab_size less two");
    }
    *symbols = calloc(vocab, sizeof(**symbols));
    assert(*symbols != NULL);
    for (size_t i = 0; i < vocab; i++) {
        const struct mg_json *symbol = mg_json_at(list, i);
        if (mg_json_type(symbol) != MG_JSON_STRING || mg_json_string(symbol)[0] == '\0') {
            return mg_field_fail(fields, symbol, "a string that is not empty");
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
static enum mg_status check_distinct(char *const *symbols, size_t n, const struct mg_fields *fields,
                                     const struct mg_json *own)
{
    char **sorted = calloc(n, sizeof(*sorted));
    enum mg_status status = MG_OK;

    assert(sorted != NULL);
    memcpy(sorted, symbols, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), by_text);
    for (size_t i = 1; status == MG_OK && i < n; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            status = mg_field_fail(fields, mg_json_get(own, "alphabet"), "of different symbols");
        }
    }
    free(sorted);
    return status;
}

static enum mg_status read_positions(enum mg_positions *choice, const struct mg_fields *fields,
                                     const struct mg_json *own)
{
    enum mg_status status;
    const struct mg_json *word = mg_field_get(&status, fields, own, "positions", MG_JSON_STRING);

    if (word == NULL) {
        return status;
    }
    for (size_t i = 0; i < COUNT(positions); i++) {
        if (strcmp(mg_json_string(word), positions[i]) == 0) {
            *choice = (enum mg_positions)i;
            return MG_OK;
        }
    }
    return mg_field_fail(fields, word, "\"bos\", \"absolute\" or \"rope\"");
}

/* What LLaDA's network does not have, given where it is there: a mixture head, blocks, a window. */
static enum mg_status read_extras(struct mg_transformer_config *config, size_t *given,
                                  const struct mg_fields *fields, const struct mg_json *own)
{
    const size_t most = config->causal ? 1 : MG_COMPONENTS_MAX;
    enum mg_status status = MG_OK;

    *given = 0;
    config->components = 1;
    if (mg_json_get(own, "components") != NULL) {
        status = mg_field_size(&config->components, fields, own, "components", 1, most);
        *given += 1;
    }
    if (status == MG_OK && mg_json_get(own, "block") != NULL) {
        status = mg_field_size(&config->block, fields, own, "block", 1, LENGTH_MAX);
        *given += 1;
    }
    if (status == MG_OK && mg_json_get(own, "window") != NULL) {
        status = mg_field_size(&config->window, fields, own, "window", 0, LENGTH_MAX);
        *given += 1;
    }
    return status;
}

static enum mg_status read_own(struct mg_transformer_config *config, char ***symbols,
                               const struct mg_fields *fields, const struct mg_json *root)
{
    static const struct {
        const char *key;
        enum mg_json_type type;
    } keys[] = {{"alphabet", MG_JSON_ARRAY},   {"causal", MG_JSON_BOOL},
                {"key", MG_JSON_STRING},       {"length", MG_JSON_NUMBER},
                {"objective", MG_JSON_STRING}, {"positions", MG_JSON_STRING}};
    enum mg_status status;
    const struct mg_json *own = mg_field_get(&status, fields, root, "marginalia", MG_JSON_OBJECT);
    size_t length = 0;
    size_t extras = 0;

    for (size_t i = 0; own != NULL && i < COUNT(keys) && status == MG_OK; i++) {
        (void)mg_field_get(&status, fields, own, keys[i].key, keys[i].type);
    }
    if (status != MG_OK) {
        return status;
    }
    config->causal = mg_json_bool(mg_json_get(own, "causal"));
    status = read_extras(config, &extras, fields, own);
    if (status != MG_OK) {
        return status;
    }
    if (mg_json_count(own) != COUNT(keys) + extras) {
        return mg_field_fail(
            fields, own,
            "of alphabet, block, causal, components, key, length, objective, positions, "
            "window");
    }
    status = mg_field_size(&config->length, fields, own, "length", 1, LENGTH_MAX);
    if (status == MG_OK && config->block > 0 &&
        (config->causal || config->length % config->block != 0)) {
        return mg_field_fail(fields, mg_json_get(own, "block"),
                             "a divisor of length, of a network that is not causal");
    }
    if (status == MG_OK) {
        status = read_positions(&config->positions, fields, own);
    }
    if (status == MG_OK) {
        status = mg_field_size(&length, fields, root, "max_sequence_length", mg_row_length(config),
                               mg_row_length(config));
    }
    if (status == MG_OK) {
        status = read_alphabet(symbols, config->vocab, fields, own);
    }
    if (status == MG_OK) {
        status = check_distinct(*symbols, config->vocab, fields, own);
    }
    return status;
}

/* A model of ours, as printed above. */
static enum mg_status read_ours(struct mg_checkpoint_config *config, const struct mg_fields *fields,
                                const struct mg_json *root)
{
    enum mg_status status = mg_field_constants(fields, root, mg_llada_constants);

    if (status == MG_OK) {
        status = read_geometry(&config->network, fields, root);
    }
    if (status == MG_OK) {
        status = read_own(&config->network, &config->symbols, fields, root);
    }
    config->rows = mg_vocabulary_rows(&config->network);
    config->length_max = config->network.length;
    return status;
}

enum mg_status mg_checkpoint_config_parse(struct mg_checkpoint_config *config, const char *text,
                                          size_t size, const char *folder, struct mg_error *err)
{
    char *path = mg_format("%s/config.json", folder);
    const struct mg_fields fields = {.path = path, .err = err};
    struct mg_json_file *file = NULL;
    const struct mg_json *root;
    enum mg_status status = mg_json_parse_header(&file, text, size, path, err);

    *config = (struct mg_checkpoint_config){.family = NULL};
    if (status == MG_OK) {
        root = mg_json_root(file);
        if (mg_json_type(root) != MG_JSON_OBJECT) {
            status = mg_fail(err, MG_EUSAGE, "%s: must be an object", path);
        } else if (mg_json_get(root, "marginalia") != NULL) {
            status = read_ours(config, &fields, root);
        } else {
            status = mg_family_read(config, &fields, root, folder);
        }
    }
    if (status != MG_OK) {
        mg_symbols_free(config->symbols, config->network.vocab);
        config->symbols = NULL;
    }
    mg_json_free(file);
    free(path);
    return status;
}

enum mg_status mg_checkpoint_config_read(struct mg_checkpoint_config *config, const char *folder,
                                         struct mg_error *err)
{
    char *path = mg_format("%s/config.json", folder);
    char *text = NULL;
    size_t size = 0;
    enum mg_status status = mg_file_read(&text, &size, path, CONFIG_BYTES_MAX, err);

    *config = (struct mg_checkpoint_config){.family = NULL};
    if (status == MG_OK) {
        status = mg_checkpoint_config_parse(config, text, size, folder, err);
    }
    free(text);
    free(path);
    return status;
}
