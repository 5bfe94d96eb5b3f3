/* trace_line.c - the lines of a trace file: header and answers; see trace_part.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/options.h"
#include "harness/trace_part.h"

enum { LENGTH_MAX = 65536, VOCAB_MAX = 1 << 20, SAMPLES_MAX = 1 << 24 };

#define SUM_TOLERANCE 1e-4

/* ---- header ---- */

static const char *const HEADER_KEYS[] = {
    "marginalia_trace", "made_by", "sampler", "length",  "vocab",
    "symbols",          "top",     "block",   "prompts", NULL};

/* A text, or NULL after a fault. */
static const char *get_text(struct mg_trace_reader *reader, const struct mg_json *root,
                            const char *key)
{
    const struct mg_json *value = mg_json_get(root, key);

    if (value == NULL || mg_json_type(value) != MG_JSON_STRING) {
        mg_trace_refuse(reader, "\"%s\": must be a text, is %s", key,
                        value == NULL ? "missing" : mg_json_type_name(mg_json_type(value)));
        return NULL;
    }
    return mg_json_string(value);
}

static bool is_symbol(const char *text)
{
    return text[0] != '\0' && strcmp(text, "_") != 0 && strpbrk(text, " \t\r\n") == NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How the V tokens are written: different, without spaces, none of them the mask. */
static bool read_symbols(struct mg_trace_reader *reader, const struct mg_json *list)
{
    const size_t n = mg_json_count(list);
    char **symbols;
    char **sorted;
    bool fine = true;

    if (mg_json_type(list) != MG_JSON_ARRAY || n < 2 || n > VOCAB_MAX) {
        mg_trace_refuse(reader, "\"symbols\": must be a list of 2 to %d texts", (int)VOCAB_MAX);
        return false;
    }
    symbols = mg_heap_array(reader->heap, n, sizeof(*symbols));
    sorted = mg_heap_array(reader->heap, n, sizeof(*sorted));
    for (size_t i = 0; i < n; i++) {
        const struct mg_json *item = mg_json_at(list, i);

        if (mg_json_type(item) != MG_JSON_STRING || !is_symbol(mg_json_string(item))) {
            mg_trace_refuse(reader,
                            "\"symbols\": token %zu must be a text without spaces that is not "
                            "empty and not the mask \"_\"",
                            i);
            return false;
        }
        symbols[i] = mg_heap_text(reader->heap, mg_json_string(item));
        sorted[i] = symbols[i];
    }
    qsort(sorted, n, sizeof(*sorted), by_text);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            mg_trace_refuse(reader, "\"symbols\": \"%.64s\" is there twice", sorted[i]);
            fine = false;
        }
    }
    reader->out->symbols = symbols;
    reader->out->trace.vocab = n;
    return fine;
}

/* Exactly one of vocab and symbols. */
static bool read_vocab(struct mg_trace_reader *reader, const struct mg_json *root)
{
    const struct mg_json *vocab = mg_json_get(root, "vocab");
    const struct mg_json *symbols = mg_json_get(root, "symbols");
    long long value;

    if ((vocab == NULL) == (symbols == NULL)) {
        mg_trace_refuse(reader, "give either \"vocab\", the number of tokens, or \"symbols\", how "
                                "they are written");
        return false;
    }
    if (symbols != NULL) {
        return read_symbols(reader, symbols);
    }
    if (!mg_trace_integer(&value, reader, vocab, "\"vocab\"", 2, VOCAB_MAX)) {
        return false;
    }
    reader->out->trace.vocab = (size_t)value;
    return true;
}

/* One prompt, row (L) out: token ids, -1 where masked, at least one. */
static bool read_prompt(struct mg_trace_reader *reader, int *row, const struct mg_json *prompt,
                        size_t index)
{
    const struct mg_trace *trace = &reader->out->trace;
    size_t masks = 0;
    char what[64];

    for (size_t i = 0; i < trace->length; i++) {
        long long token;

        snprintf(what, sizeof(what), "prompt %zu, position %zu", index, i);
        if (!mg_trace_integer(&token, reader, mg_json_at(prompt, i), what, -1,
                              (long long)trace->vocab - 1)) {
            return false;
        }
        row[i] = (int)token;
        masks += token < 0;
    }
    if (masks == 0) {
        mg_trace_refuse(reader, "prompt %zu: has no mask (-1) to reveal", index);
    }
    return masks > 0;
}

static bool read_prompts(struct mg_trace_reader *reader, const struct mg_json *prompts)
{
    const size_t length = reader->out->trace.length;
    int *rows;
    bool fine = true;

    if (prompts == NULL) {
        return true;
    }
    reader->n_prompts = mg_json_count(prompts);
    if (mg_json_type(prompts) != MG_JSON_ARRAY || reader->n_prompts == 0) {
        mg_trace_refuse(reader, "\"prompts\": must be a list of rows, one for all samples or one "
                                "for each");
        return false;
    }
    for (size_t i = 0; i < reader->n_prompts; i++) { /* before there is memory for them */
        const struct mg_json *prompt = mg_json_at(prompts, i);

        if (mg_json_type(prompt) != MG_JSON_ARRAY || mg_json_count(prompt) != length) {
            mg_trace_refuse(reader, "prompt %zu: must be a list of %zu token ids, -1 where masked",
                            i, length);
            fine = false;
        }
    }
    if (!fine) {
        return false;
    }
    rows = mg_heap_array(reader->heap, reader->n_prompts * length, sizeof(*rows));
    for (size_t i = 0; i < reader->n_prompts; i++) {
        fine = read_prompt(reader, rows + i * length, mg_json_at(prompts, i), i) && fine;
    }
    reader->prompts = rows;
    return fine;
}

bool mg_trace_read_header(struct mg_trace_reader *reader, const struct mg_json *root)
{
    struct mg_trace *trace = &reader->out->trace;
    const struct mg_json *block;
    const char *name;
    long long value = 0;
    bool fine;

    if (mg_json_type(root) == MG_JSON_OBJECT && mg_json_get(root, "marginalia_trace") == NULL) {
        mg_trace_refuse(reader, "no header: the first line must have \"marginalia_trace\": 1");
        return false;
    }
    if (!mg_trace_is_object(reader, root, HEADER_KEYS)) {
        return false;
    }
    fine = mg_trace_integer(&value, reader, mg_json_get(root, "marginalia_trace"),
                            "\"marginalia_trace\"", 1, 1);
    fine = get_text(reader, root, "made_by") != NULL && fine;
    name = get_text(reader, root, "sampler");
    if (name != NULL && !mg_name_is_valid(name)) {
        mg_trace_refuse(reader, "\"sampler\": must be 1 to 64 letters, digits, \"_\" and \"-\"");
        fine = false;
    }
    trace->sampler = name == NULL ? NULL : mg_heap_text(reader->heap, name);
    fine = read_vocab(reader, root) && name != NULL && fine;
    if (mg_trace_integer(&value, reader, mg_json_get(root, "length"), "\"length\"", 1,
                         LENGTH_MAX)) {
        trace->length = (size_t)value;
    }
    block = mg_json_get(root, "block");
    if (block != NULL && mg_trace_integer(&value, reader, block, "\"block\"", 1, LENGTH_MAX)) {
        trace->block = (size_t)value;
    }
    if (trace->vocab > 0 && mg_trace_integer(&value, reader, mg_json_get(root, "top"), "\"top\"", 0,
                                             (long long)trace->vocab)) {
        trace->top = (size_t)value;
    }
    fine = fine && reader->faults == 0;
    return fine && read_prompts(reader, mg_json_get(root, "prompts"));
}

/* ---- answers ---- */

static const char *const LINE_KEYS[] = {"sample", "step", "position", "top", "revealed", NULL};

static int by_id(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* One [token, probability] of the list; `before` is the probability above it. */
static bool read_pair(struct mg_trace_reader *reader, int *token, double *prob,
                      const struct mg_json *pair, size_t k, double before)
{
    const long long last = (long long)reader->out->trace.vocab - 1;
    long long id;
    char what[64];

    if (mg_json_type(pair) != MG_JSON_ARRAY || mg_json_count(pair) != 2 ||
        mg_json_type(mg_json_at(pair, 1)) != MG_JSON_NUMBER) {
        mg_trace_refuse(reader, "\"top\", entry %zu: must be [token, probability]", k);
        return false;
    }
    snprintf(what, sizeof(what), "\"top\", entry %zu, token", k);
    if (!mg_trace_integer(&id, reader, mg_json_at(pair, 0), what, 0, last)) {
        return false;
    }
    *token = (int)id;
    *prob = mg_json_number(mg_json_at(pair, 1));
    if (!(*prob >= 0.0 && *prob <= 1.0)) {
        mg_trace_refuse(reader, "\"top\", entry %zu: the probability %.17g is not in [0, 1]", k,
                        *prob);
        return false;
    }
    if (*prob > before) {
        mg_trace_refuse(reader,
                        "\"top\", entry %zu: the probability %.17g is above the one before it, "
                        "%.17g; the likeliest comes first",
                        k, *prob, before);
        return false;
    }
    return true;
}

/* Do n tokens differ? */
static bool differ(struct mg_trace_reader *reader, const int *tokens, size_t n)
{
    int *sorted = malloc((n + 1) * sizeof(*sorted));
    bool fine = true;

    if (sorted == NULL) {
        abort();
    }
    memcpy(sorted, tokens, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), by_id);
    for (size_t i = 1; fine && i < n; i++) {
        if (sorted[i - 1] == sorted[i]) {
            mg_trace_refuse(reader, "\"top\": token %d is listed twice", sorted[i]);
            fine = false;
        }
    }
    free(sorted);
    return fine;
}

/*
 * Are these n probabilities the likeliest of V? They are divided by their sum where that is to be
 * one, or is above it by rounding.
 */
static bool settle_sum(struct mg_trace_reader *reader, double *probs, size_t n)
{
    const size_t others = reader->out->trace.vocab - n;
    double sum = 0.0;

    for (size_t k = 0; k < n; k++) {
        sum += probs[k];
    }
    if (sum > 1.0 + SUM_TOLERANCE || (others == 0 && sum < 1.0 - SUM_TOLERANCE)) {
        mg_trace_refuse(reader, "\"top\": probabilities sum to %.9g, %s 1 within %g", sum,
                        others == 0 ? "all tokens must have" : "more than", SUM_TOLERANCE);
        return false;
    }
    if (1.0 - sum > (double)others * probs[n - 1] + SUM_TOLERANCE) {
        mg_trace_refuse(reader,
                        "\"top\": leaves %.9g to %zu others that have %.9g each at most: these are "
                        "not the %zu likeliest",
                        1.0 - sum, others, probs[n - 1], n);
        return false;
    }
    for (size_t k = 0; k < n && (others == 0 || sum > 1.0); k++) {
        probs[k] /= sum;
    }
    return true;
}

static bool read_top(struct mg_trace_reader *reader, struct mg_trace_answer *answer,
                     const struct mg_json *list)
{
    const size_t top = reader->out->trace.top;
    double before = 1.0;
    int *tokens;
    double *probs;

    if (top == 0 && list == NULL) {
        return true;
    }
    if (list == NULL || mg_json_type(list) != MG_JSON_ARRAY || mg_json_count(list) != top) {
        mg_trace_refuse(reader,
                        "\"top\": must be a list of %zu [token, probability], as the "
                        "header says",
                        top);
        return false;
    }
    tokens = mg_heap_array(reader->heap, top, sizeof(*tokens));
    probs = mg_heap_array(reader->heap, top, sizeof(*probs));
    for (size_t k = 0; k < top; k++) {
        if (!read_pair(reader, &tokens[k], &probs[k], mg_json_at(list, k), k, before)) {
            return false;
        }
        before = probs[k];
    }
    answer->tokens = tokens;
    answer->probs = probs;
    return top == 0 || (differ(reader, tokens, top) && settle_sum(reader, probs, top));
}

void mg_trace_read_line(struct mg_trace_reader *reader, const struct mg_json *root)
{
    const struct mg_trace *trace = &reader->out->trace;
    struct mg_trace_answer answer = {.revealed = -1};
    const struct mg_json *revealed;
    long long value = 0;
    bool fine;

    if (!mg_trace_is_object(reader, root, LINE_KEYS)) {
        return;
    }
    fine = mg_trace_integer(&value, reader, mg_json_get(root, "sample"), "\"sample\"", 0,
                            SAMPLES_MAX - 1);
    answer.sample = (size_t)value;
    fine = mg_trace_integer(&value, reader, mg_json_get(root, "step"), "\"step\"", 0,
                            (long long)trace->length - 1) &&
           fine;
    answer.step = (size_t)value;
    fine = mg_trace_integer(&value, reader, mg_json_get(root, "position"), "\"position\"", 0,
                            (long long)trace->length - 1) &&
           fine;
    answer.position = (size_t)value;
    revealed = mg_json_get(root, "revealed");
    if (revealed != NULL && mg_json_type(revealed) != MG_JSON_NULL) {
        fine = mg_trace_integer(&value, reader, revealed, "\"revealed\"", 0,
                                (long long)trace->vocab - 1) &&
               fine;
        answer.revealed = (int)value;
    }
    fine = read_top(reader, &answer, mg_json_get(root, "top")) && fine;
    if (fine) {
        reader->lines[reader->n_lines++] =
            (struct mg_trace_line){.answer = answer, .line = reader->line};
    }
}
