/* bind_measure.c - the measures of a point: contexts, targets, and what fits the source. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bind.h"
#include "harness/suggest.h"
#include "model/source/text.h"

/* One entry of "measure" on its way. */
struct entry {
    struct mg_binding *binding;
    char path[80]; /* "measure.NAME" */
    struct mg_measure_spec *spec;
};

/* "measure.NAME.key" */
static const char *path_of(const struct entry *entry, const char *key, char path[128])
{
    snprintf(path, 128, "%s.%s", entry->path, key);
    return path;
}

static const struct mg_setting *get(const struct entry *entry, const char *key)
{
    return mg_resolved_get(entry->binding->resolved, "%s.%s", entry->path, key);
}

/* Tokens of a text source's prompt or chat; NULL after complaints at the key. */
static int *read_prompt(const struct entry *entry, const char *key, const char *text, bool chat,
                        size_t *n)
{
    const char *problem;
    char path[128];
    int *tokens;

    if ((chat ? mg_coding_chat : mg_coding_prompt)(&tokens, n, &problem, &entry->binding->coding,
                                                   text, entry->binding->heap)) {
        return tokens;
    }
    mg_bound_refuse(entry->binding, path_of(entry, key, path), "%s", problem);
    return NULL;
}

/* Tokens of a text, masks as MG_MASK; NULL after complaints at the key. */
static int *read_tokens(const struct entry *entry, const char *key, const char *text, size_t *n)
{
    const struct mg_alphabet *alphabet = &entry->binding->alphabet;
    struct mg_word *words;
    const char *problem;
    char path[128];
    int *tokens;

    path_of(entry, key, path);
    if (!mg_words_split(&words, n, entry->binding->reading->heap, text, &problem)) {
        mg_bound_refuse(entry->binding, path, "%s", problem);
        return NULL;
    }
    tokens = mg_heap_array(entry->binding->heap, *n, sizeof(int));
    for (size_t i = 0; i < *n; i++) {
        tokens[i] = mg_word_is_mask(words[i])
                        ? MG_MASK
                        : mg_alphabet_find(alphabet, words[i].start, words[i].size);
        if (tokens[i] < 0 && !mg_word_is_mask(words[i])) {
            const char *word = mg_heap_format(entry->binding->reading->heap, "%.*s",
                                              (int)words[i].size, words[i].start);
            const char *nearest =
                mg_suggest(word, (const char *const *)alphabet->symbols, alphabet->n);
            char list[512];

            mg_bound_refuse(entry->binding, path,
                            "unknown token \"%s\" at position %zu%s%s%s\n    alphabet: %s", word, i,
                            nearest == NULL ? "" : "; did you mean \"",
                            nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?",
                            mg_alphabet_list(alphabet, list, sizeof(list)));
            return NULL;
        }
    }
    return tokens;
}

static bool is_possible(const struct mg_source *source, const int *context)
{
    return !mg_source_has_oracle(source) || !isinf(mg_source_log_mass(source, context));
}

/* The context as text, so that a default and its spelling are one identity. */
static void put_masks(const struct entry *entry, size_t length)
{
    char path[128];
    char *text = mg_heap_array(entry->binding->reading->heap, 2 * length + 2, 1);

    text[0] = '"';
    for (size_t i = 0; i < length; i++) {
        text[1 + 2 * i] = '_';
        text[2 + 2 * i] = ' ';
    }
    text[2 * length] = '"';
    mg_resolved_put(entry->binding->resolved, path_of(entry, "context", path), text);
}

/* A key that applies and was given but is faulty has been complained about: then false. */
static bool is_faulty(const struct entry *entry, const char *key)
{
    char path[128];
    const struct mg_setting *given =
        mg_settings_get(entry->binding->resolved->given, path_of(entry, key, path));

    return given != NULL && !given->valid;
}

/* The context as tokens and masks, so that every spelling of it is one identity. */
static void put_tokens(const struct entry *entry, const int *context, size_t n)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    char *quoted;
    char path[128];

    assert(out != NULL);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s%s", i == 0 ? "" : " ",
                context[i] == MG_MASK ? "_" : entry->binding->alphabet.symbols[context[i]]);
    }
    fclose(out);
    quoted = mg_json_quote(text);
    mg_resolved_put(entry->binding->resolved, path_of(entry, "context", path), quoted);
    free(quoted);
    free(text);
}

/* {"text" or "chat", "masks", "after"}; masks fill what is left where they are not given. */
static int *read_written(const struct entry *entry, const struct mg_json *value, size_t *n)
{
    const bool chat = mg_json_get(value, "chat") != NULL;
    const char *const keys[2] = {chat ? "chat" : "text", "after"};
    const struct mg_source *source = entry->binding->point->source;
    const struct mg_json *masks = mg_json_get(value, "masks");
    int *parts[2] = {NULL, NULL};
    size_t sizes[2] = {0, 0};
    size_t hidden;
    char path[128];
    int *context;

    if (mg_source_text(source) == NULL) {
        mg_bound_refuse(entry->binding, path_of(entry, "context", path),
                        "only the context of a text is written so; this source's is \"_ _ ...\"");
        return NULL;
    }
    for (size_t i = 0; i < 2; i++) {
        const struct mg_json *part = mg_json_get(value, keys[i]);

        parts[i] = part == NULL ? NULL
                                : read_prompt(entry, "context", mg_json_string(part),
                                              chat && i == 0, &sizes[i]);
        if (part != NULL && parts[i] == NULL) {
            return NULL;
        }
    }
    hidden = sizes[0] + sizes[1] < source->length ? source->length - sizes[0] - sizes[1] : 0;
    hidden = masks == NULL ? hidden : (size_t)mg_json_number(masks);
    *n = sizes[0] + hidden + sizes[1];
    context = mg_heap_array(entry->binding->heap, *n, sizeof(int));
    for (size_t i = 0; i < *n; i++) {
        context[i] = i < sizes[0]            ? parts[0][i]
                     : i < sizes[0] + hidden ? MG_MASK
                                             : parts[1][i - sizes[0] - hidden];
    }
    put_tokens(entry, context, *n);
    return context;
}

static bool bind_context(struct entry *entry)
{
    const struct mg_source *source = entry->binding->point->source;
    const struct mg_setting *setting = get(entry, "context");
    size_t n;
    size_t masks = 0;
    char path[128];
    int *context;

    if (setting == NULL) {
        put_masks(entry, source->length);
        return !is_faulty(entry, "context");
    }
    context = mg_json_type(setting->value) == MG_JSON_STRING
                  ? read_tokens(entry, "context", mg_json_string(setting->value), &n)
                  : read_written(entry, setting->value, &n);
    if (context == NULL) {
        return false;
    }
    path_of(entry, "context", path);
    if (n != source->length) {
        mg_bound_refuse(entry->binding, path, "has %zu tokens, the source's sequences have %zu", n,
                        source->length);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        masks += context[i] == MG_MASK ? 1 : 0;
    }
    if (masks == 0) {
        mg_bound_refuse(entry->binding, path, "nothing is masked: there is nothing to predict");
        return false;
    }
    if (!is_possible(source, context)) {
        mg_bound_refuse(entry->binding, path, "has probability 0 under the source");
        return false;
    }
    entry->spec->context = masks == n ? NULL : context;
    return true;
}

static bool is_masked(const struct entry *entry, size_t position)
{
    return entry->spec->context == NULL || entry->spec->context[position] == MG_MASK;
}

/* Without targets: every masked position. */
static void all_masked(struct entry *entry, size_t length)
{
    struct mg_heap *heap = entry->binding->reading->heap;
    char *text = mg_heap_array(heap, 8 * length + 3, 1);
    size_t used = 1;
    char path[128];

    entry->spec->targets = mg_heap_array(entry->binding->heap, length, sizeof(size_t));
    text[0] = '[';
    for (size_t i = 0; i < length; i++) {
        if (is_masked(entry, i)) {
            used += (size_t)sprintf(text + used, "%s%zu", used == 1 ? "" : ",", i);
            entry->spec->targets[entry->spec->n_targets++] = i;
        }
    }
    text[used] = ']';
    mg_resolved_put(entry->binding->resolved, path_of(entry, "targets", path), text);
}

static bool bind_targets(struct entry *entry)
{
    const size_t length = entry->binding->point->source->length;
    const struct mg_setting *setting = get(entry, "targets");
    bool *seen = mg_heap_array(entry->binding->reading->heap, length, sizeof(bool));
    bool fine = true;
    char path[128];

    if (setting == NULL) {
        all_masked(entry, length);
        return !is_faulty(entry, "targets");
    }
    path_of(entry, "targets", path);
    entry->spec->n_targets = mg_json_count(setting->value);
    entry->spec->targets =
        mg_heap_array(entry->binding->heap, entry->spec->n_targets, sizeof(size_t));
    for (size_t i = 0; i < entry->spec->n_targets; i++) {
        const struct mg_json *item = mg_json_at(setting->value, i);
        const size_t position = (size_t)mg_json_number(item);
        const char *problem = position >= length            ? "is outside the sequence"
                              : !is_masked(entry, position) ? "is not masked in the context"
                              : seen[position]              ? "is asked for twice"
                                                            : NULL;

        if (problem != NULL) {
            mg_bound_refuse_at(entry->binding, path, item, "position %zu %s (positions 0 to %zu)",
                               position, problem, length - 1);
            fine = false;
        } else {
            seen[position] = true;
            entry->spec->targets[i] = position;
        }
    }
    return fine;
}

/* "left" or "right": a number of tokens, or literal ones. */
static bool bind_side(struct entry *entry, const char *key, size_t *count, int **tokens)
{
    const struct mg_setting *setting = get(entry, key);
    char path[128];

    if (setting == NULL) {
        return false;
    }
    if (mg_json_type(setting->value) == MG_JSON_NUMBER) {
        *count = (size_t)mg_json_number(setting->value);
        return true;
    }
    *tokens = mg_source_text(entry->binding->point->source) == NULL
                  ? read_tokens(entry, key, mg_json_string(setting->value), count)
                  : read_prompt(entry, key, mg_json_string(setting->value), false, count);
    for (size_t i = 0; *tokens != NULL && i < *count; i++) {
        if ((*tokens)[i] == MG_MASK) {
            mg_bound_refuse(entry->binding, path_of(entry, key, path),
                            "holds a mask: a literal context is all tokens");
            return false;
        }
    }
    return *tokens != NULL;
}

/* The masks between the sides, which are bound. */
static bool bind_run(struct entry *entry)
{
    struct mg_measure_spec *spec = entry->spec;
    const size_t length = entry->binding->point->source->length;
    const struct mg_setting *run = get(entry, "run");
    char path[128];

    if (is_faulty(entry, "run")) {
        return false;
    }
    spec->run = run == NULL ? 1 : (size_t)mg_json_number(run->value);
    if (spec->left + spec->right + spec->run > length) {
        mg_bound_refuse(entry->binding, path_of(entry, run == NULL ? "left" : "run", path),
                        "left %zu, run %zu and right %zu do not fit into length %zu", spec->left,
                        spec->run, spec->right, length);
        return false;
    }
    if (run == NULL) {
        char number[32];

        spec->run = length - spec->left - spec->right;
        snprintf(number, sizeof(number), "%zu", spec->run);
        mg_resolved_put(entry->binding->resolved, path_of(entry, "run", path), number);
    }
    return true;
}

/* What each key of the table asks to be bound, where it applies to the kind of the entry. */
static bool bind_entry(struct entry *entry, const char *kind)
{
    char path[128];
    bool fine = true;
    struct mg_measure_spec *spec = entry->spec;

    if (mg_option_applies(mg_option_find(path_of(entry, "context", path)), kind)) {
        fine = bind_context(entry) && fine;
    }
    if (mg_option_applies(mg_option_find(path_of(entry, "targets", path)), kind)) {
        fine = bind_targets(entry) && fine;
    }
    if (mg_option_applies(mg_option_find(path_of(entry, "left", path)), kind)) {
        fine = bind_side(entry, "left", &spec->left, &spec->left_tokens) && fine;
        fine = bind_side(entry, "right", &spec->right, &spec->right_tokens) && fine;
    }
    if (fine && mg_option_applies(mg_option_find(path_of(entry, "run", path)), kind)) {
        fine = bind_run(entry);
    }
    if (get(entry, "middle") != NULL) {
        spec->middle = mg_bound_size(entry->binding, "%s.middle", entry->path);
    }
    if (get(entry, "draws") != NULL) {
        spec->draws = mg_bound_size(entry->binding, "%s.draws", entry->path);
    }
    if (get(entry, "contexts") != NULL) {
        spec->contexts = mg_bound_size(entry->binding, "%s.contexts", entry->path);
    }
    fine = mg_bind_top(entry->binding, spec, entry->path) && fine;
    if (get(entry, "samplers") != NULL) {
        fine = mg_bind_samplers(entry->binding, spec, path_of(entry, "samplers", path)) && fine;
    }
    return fine;
}

static bool bind_measure(struct mg_binding *binding, struct mg_measure_entry *measure,
                         const char *name)
{
    struct entry entry = {.binding = binding, .spec = &measure->spec};
    const struct mg_setting *kind;
    struct mg_error err = {0};
    char path[128];
    size_t block;

    snprintf(entry.path, sizeof(entry.path), "measure.%s", name);
    kind = get(&entry, "kind");
    if (kind == NULL || !bind_entry(&entry, mg_json_string(kind->value)) ||
        !mg_bind_recorded(binding, &measure->spec, entry.path)) {
        return false;
    }
    measure->name = mg_heap_text(binding->heap, name);
    measure->label = measure->name;
    measure->measure = mg_measure_find(mg_json_string(kind->value));
    measure->canonical = mg_heap_text(
        binding->heap, mg_resolved_canonical(binding->resolved, entry.path, "name at"));
    measure->step = binding->point->trains ? binding->point->train.steps : 0;
    if (binding->resolved->complete && measure->measure->check != NULL &&
        measure->measure->check(&measure->spec, binding->point->source, &err) != MG_OK) {
        mg_bound_refuse(binding, path_of(&entry, "kind", path), "%s", err.text);
        return false;
    }
    block = mg_prefix_block(&binding->point->network);
    if (block > 0 && mg_measure_check_prefixes(measure->measure, &measure->spec,
                                               binding->point->source, block, &err) != MG_OK) {
        mg_bound_refuse(binding, path_of(&entry, "kind", path), "%s", err.text);
        return false;
    }
    return true;
}

/* One name is one sampler, wherever it stands: views are joined by it. */
static bool check_sampler_names(struct mg_binding *binding)
{
    const struct mg_settings *given = binding->resolved->given;
    bool fine = true;

    for (size_t i = 0; i < given->n; i++) {
        const char *name = strstr(given->items[i]->path, ".samplers.");

        if (name == NULL || strchr(name + 10, '.') != NULL || !given->items[i]->used) {
            continue; /* not the entry of a sampler */
        }
        for (size_t k = 0; k < i; k++) {
            const char *other = strstr(given->items[k]->path, ".samplers.");

            if (other != NULL && strcmp(other, name) == 0 && given->items[k]->used &&
                strcmp(mg_resolved_canonical(binding->resolved, given->items[i]->path, ""),
                       mg_resolved_canonical(binding->resolved, given->items[k]->path, "")) != 0) {
                mg_findings_add(binding->reading->findings, given->items[i]->place,
                                "the name \"%s\" is that of another sampler in another measure; "
                                "the same name must be the same sampler",
                                name + 10);
                fine = false;
                break;
            }
        }
    }
    return fine;
}

bool mg_bind_measures(struct mg_binding *binding)
{
    struct mg_point *point = binding->point;
    char name[65];
    size_t n = 0;
    bool fine = true;

    while (mg_settings_name(binding->resolved->given, "measure", n, name) != NULL) {
        n++;
    }
    point->measures = mg_heap_array(binding->heap, n, sizeof(*point->measures));
    for (size_t i = 0; i < n; i++) {
        (void)mg_settings_name(binding->resolved->given, "measure", i, name);
        fine = bind_measure(binding, &point->measures[i], name) && fine;
        point->n_measures++;
    }
    fine = check_sampler_names(binding) && fine;
    return fine && mg_bind_along(binding);
}
