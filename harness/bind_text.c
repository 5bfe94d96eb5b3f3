/* bind_text.c - a source given by a corpus file. */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bind_source.h"
#include "harness/corpus.h"
#include "harness/inherit.h"
#include "model/source/text.h"

static const char *const MISSING_WORDS[] = {"error", "not_run"};

const char *mg_if_missing_word(size_t i)
{
    return i < sizeof(MISSING_WORDS) / sizeof(MISSING_WORDS[0]) ? MISSING_WORDS[i] : NULL;
}

/* The file is not there: a fault, or, if the experiment says so, a reason not to run it. */
static void tell_missing(struct mg_binding *binding, const char *path)
{
    if (strcmp(mg_bound_text(binding, "source.if_missing"), "not_run") == 0) {
        binding->point->missing = mg_heap_format(
            binding->heap, "the corpus %s is not there; `make data` brings the default ones", path);
    } else {
        mg_bound_refuse(binding, "source.corpus", "%s: no such file", path);
    }
}

static bool check_hash(const struct mg_binding *binding, const struct mg_corpus *corpus)
{
    const struct mg_setting *setting = mg_resolved_get(binding->resolved, "source.sha256");
    const char *declared = setting == NULL ? corpus->sha256 : mg_json_string(setting->value);
    bool same = strlen(declared) == strlen(corpus->sha256);

    for (size_t i = 0; same && declared[i] != '\0'; i++) {
        same = tolower((unsigned char)declared[i]) == corpus->sha256[i];
    }
    if (!same) {
        mg_bound_refuse(binding, "source.sha256", "the corpus has the SHA-256\n    %s",
                        corpus->sha256);
    }
    return same;
}

static bool check_length(const struct mg_binding *binding, const struct mg_corpus *corpus,
                         size_t length)
{
    const size_t held_out = corpus->n - corpus->n_train;

    if (corpus->n_train >= length && held_out >= length) {
        return true;
    }
    mg_bound_refuse(binding, "source.length",
                    "the corpus has %zu tokens to train on and %zu held out (it is split where a "
                    "line begins), fewer than the length %zu",
                    corpus->n_train, held_out, length);
    return false;
}

/* The corpus by the keys of the source. False after complaints. */
static bool read_corpus(struct mg_binding *binding, struct mg_corpus *corpus, const char *path)
{
    const struct mg_setting *alphabet = mg_resolved_get(binding->resolved, "source.alphabet");
    struct mg_corpus_rule rule = {.held_out = mg_bound_number(binding, "source.held_out")};
    struct mg_error err = {0};
    size_t line;

    while (strcmp(mg_corpus_word(rule.characters), mg_bound_text(binding, "source.characters")) !=
           0) {
        rule.characters++;
    }
    if (alphabet != NULL && rule.characters == MG_CORPUS_LETTERS) {
        mg_bound_refuse(binding, "source.alphabet",
                        "characters \"letters\" have their own; \"all\" take one");
        return false;
    }
    if (alphabet != NULL) {
        if (!mg_bind_given_alphabet(binding)) {
            return false;
        }
        rule.alphabet = &binding->alphabet;
    }
    if (mg_corpus_read(corpus, &line, path, &rule, binding->heap, &err) != MG_OK) {
        mg_findings_add_line(binding->reading->findings, path, line, "%s", err.text);
        return false;
    }
    return true;
}

/* Every key that a corpus is read by is there and valid; the table has complained otherwise. */
static bool has_keys(const struct mg_binding *binding)
{
    static const char *const keys[] = {"corpus", "length", "characters", "held_out", "if_missing"};
    static const char *const optional[] = {"sha256", "alphabet"};
    bool all = true;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        all = all && mg_resolved_get(binding->resolved, "source.%s", keys[i]) != NULL;
    }
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        const char *path = mg_heap_format(binding->reading->heap, "source.%s", optional[i]);
        const struct mg_setting *given = mg_settings_get(binding->resolved->given, path);

        all = all && (given == NULL || given->valid);
    }
    return all;
}

struct mg_source *mg_bind_text_source(struct mg_binding *binding)
{
    struct mg_corpus corpus;
    const char *path;
    struct mg_source *source;
    size_t length;
    char *quoted;
    bool fine;

    if (!has_keys(binding)) {
        return NULL;
    }
    path = mg_path_beside(binding->heap, mg_resolved_place(binding->resolved, "source.corpus").file,
                          mg_bound_text(binding, "source.corpus"));
    if (mg_corpus_is_missing(path)) {
        tell_missing(binding, path);
        return NULL;
    }
    if (!read_corpus(binding, &corpus, path)) {
        return NULL;
    }
    length = mg_bound_size(binding, "source.length");
    fine = check_hash(binding, &corpus);
    fine = check_length(binding, &corpus, length) && fine;
    if (!fine) {
        return NULL;
    }
    quoted = mg_json_quote(corpus.sha256);
    mg_resolved_put(binding->resolved, "source.sha256", quoted);
    free(quoted);
    mg_alphabet_init(&binding->alphabet, binding->heap, corpus.symbols, corpus.vocab);
    mg_bind_put_alphabet(binding);
    source = mg_text_new(corpus.tokens, corpus.n, corpus.n_train, length, corpus.vocab);
    mg_text_spell(source, corpus.symbols);
    return source;
}
