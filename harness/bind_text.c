/* bind_text.c - a source given by a corpus file. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bind_source.h"
#include "harness/inherit.h"
#include "model/source/text.h"

static const char *const MISSING_WORDS[] = {"error", "not_run"};

const char *mg_if_missing_word(size_t i)
{
    return i < sizeof(MISSING_WORDS) / sizeof(MISSING_WORDS[0]) ? MISSING_WORDS[i] : NULL;
}

/* The file is not there: a fault, or, if the experiment says so, a reason not to run it. */
static void tell_missing(struct mg_binding *binding, const char *key, const char *path)
{
    if (strcmp(mg_bound_text(binding, "source.if_missing"), "not_run") != 0) {
        mg_bound_refuse(binding, key, "%s: no such file", path);
    } else if (strcmp(key, "source.corpus") == 0) {
        binding->point->missing = mg_heap_format(
            binding->heap, "the corpus %s is not there; `make data` brings the default ones", path);
    } else {
        binding->point->missing =
            mg_heap_format(binding->heap, "the tokenizer %s is not there", path);
    }
}

/* The hash that the file declares must be the one there is; then it is among the resolved keys. */
static bool settle_hash(struct mg_binding *binding, const char *path, const char *what,
                        const char *sha256)
{
    const struct mg_setting *setting = mg_resolved_get(binding->resolved, "%s", path);
    const char *declared = setting == NULL ? sha256 : mg_json_string(setting->value);
    bool same = strlen(declared) == strlen(sha256);
    char *quoted;

    for (size_t i = 0; same && declared[i] != '\0'; i++) {
        same = tolower((unsigned char)declared[i]) == sha256[i];
    }
    if (!same) {
        mg_bound_refuse(binding, path, "%s the SHA-256\n    %s", what, sha256);
        return false;
    }
    quoted = mg_json_quote(sha256);
    mg_resolved_put(binding->resolved, path, quoted);
    free(quoted);
    return true;
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

static bool tokens_are(const struct mg_binding *binding, const char *word)
{
    return strcmp(mg_bound_text(binding, "source.tokens"), word) == 0;
}

static const char *beside(const struct mg_binding *binding, const char *path)
{
    return mg_path_beside(binding->heap, mg_resolved_place(binding->resolved, path).file,
                          mg_bound_text(binding, path));
}

/* Which characters to read. False after complaints. */
static bool rule_of(struct mg_binding *binding, struct mg_corpus_rule *rule)
{
    while (strcmp(mg_corpus_word(rule->characters), mg_bound_text(binding, "source.characters")) !=
           0) {
        rule->characters++;
    }
    if (mg_resolved_get(binding->resolved, "source.alphabet") == NULL) {
        return true;
    }
    if (rule->characters == MG_CORPUS_LETTERS) {
        mg_bound_refuse(binding, "source.alphabet",
                        "characters \"letters\" have their own; \"all\" take one");
        return false;
    }
    rule->alphabet = &binding->coding.characters;
    if (!mg_bind_given_alphabet(binding)) {
        return false;
    }
    binding->coding.characters = binding->alphabet;
    return true;
}

static void free_tokenizer(void *tokenizer)
{
    mg_tokenizer_free(tokenizer);
}

/* The source's own, else that of the checkpoint which it is to be measured with. */
static const char *tokenizer_path(const struct mg_binding *binding)
{
    return mg_resolved_get(binding->resolved, "source.tokenizer") != NULL
               ? beside(binding, "source.tokenizer")
               : mg_heap_format(binding->heap, "%s/tokenizer.json",
                                beside(binding, "predictor.path"));
}

/* The tokenizer of the source. False after complaints. */
static bool read_tokenizer(struct mg_binding *binding)
{
    const char *path = tokenizer_path(binding);
    struct mg_tokenizer *tokenizer = NULL;
    struct mg_error err = {0};
    char sha256[MG_KEY_TEXT];

    if (mg_resolved_get(binding->resolved, "source.alphabet") != NULL) {
        mg_bound_refuse(binding, "source.alphabet", "a tokenizer has its own");
        return false;
    }
    if (mg_corpus_is_missing(path)) {
        tell_missing(binding, "source.tokenizer", path);
        return false;
    }
    if (mg_tokenizer_read(&tokenizer, sha256, path, &err) != MG_OK) {
        mg_findings_add_raw(binding->reading->findings, mg_heap_text(binding->heap, err.text));
        return false;
    }
    mg_heap_own(binding->heap, tokenizer, free_tokenizer);
    binding->coding.tokenizer = tokenizer;
    binding->point->has_tokenizer = true;
    return settle_hash(binding, "source.tokens_sha256", "the tokenizer has", sha256);
}

/* The corpus by the keys of the source. False after complaints. */
static bool read_corpus(struct mg_binding *binding, struct mg_corpus *corpus, const char *path)
{
    struct mg_corpus_rule rule = {.held_out = mg_bound_number(binding, "source.held_out")};
    struct mg_error err = {0};
    size_t line;

    if (tokens_are(binding, "tokenizer") ? !read_tokenizer(binding) : !rule_of(binding, &rule)) {
        return false;
    }
    rule.tokenizer = binding->coding.tokenizer;
    if (mg_corpus_read(corpus, &line, path, &rule, binding->heap, &err) != MG_OK) {
        mg_findings_add_line(binding->reading->findings, path, line, "%s", err.text);
        return false;
    }
    return true;
}

/* Ids that a model has beyond its tokenizer's are tokens that no text has. False after complaints.
 */
static bool extend(struct mg_binding *binding, struct mg_corpus *corpus, size_t vocab)
{
    const char **symbols = mg_heap_array(binding->heap, vocab, sizeof(*symbols));
    uint32_t *characters = mg_heap_array(binding->heap, vocab, sizeof(*characters));

    if (vocab < corpus->vocab) {
        mg_bound_refuse(binding, "source.vocab", "the tokenizer has %zu tokens", corpus->vocab);
        return false;
    }
    memcpy(symbols, corpus->symbols, corpus->vocab * sizeof(*symbols));
    memcpy(characters, corpus->characters, corpus->vocab * sizeof(*characters));
    for (size_t id = corpus->vocab; id < vocab; id++) {
        symbols[id] = mg_heap_format(binding->heap, "<#%zu>", id);
    }
    corpus->symbols = symbols;
    corpus->characters = characters;
    corpus->vocab = vocab;
    return true;
}

/* As many tokens as the source wants: merges, or ids without a token. False after complaints. */
static bool bind_vocab(struct mg_binding *binding, struct mg_corpus *corpus)
{
    const size_t characters = corpus->vocab;
    char sha256[MG_KEY_TEXT];
    size_t vocab;

    if (mg_resolved_get(binding->resolved, "source.vocab") == NULL) {
        return true;
    }
    vocab = mg_bound_size(binding, "source.vocab");
    if (tokens_are(binding, "tokenizer")) {
        return extend(binding, corpus, vocab);
    }
    if (vocab < characters) {
        mg_bound_refuse(binding, "source.vocab", "%zu is less than the %zu characters there are",
                        vocab, characters);
        return false;
    }
    if (!mg_coding_learn(&binding->coding, sha256, corpus, vocab, binding->heap)) {
        mg_bound_refuse(binding, "source.vocab",
                        "the part to train on gives %zu tokens: then no two are together twice",
                        corpus->vocab);
        return false;
    }
    return settle_hash(binding, "source.tokens_sha256", "the merges learnt have", sha256);
}

/* Every key that a corpus is read by is there and valid; the table has complained otherwise. */
static bool has_keys(const struct mg_binding *binding)
{
    static const struct {
        const char *key, *tokens; /* needed with these tokens; NULL: with all */
    } keys[] = {
        {"corpus", NULL},     {"length", NULL}, {"held_out", NULL},
        {"if_missing", NULL}, {"tokens", NULL}, {"characters", "characters bpe"},
    };
    static const char *const optional[] = {"sha256", "tokens_sha256", "alphabet", "vocab",
                                           "tokenizer"};
    const struct mg_setting *tokens = mg_resolved_get(binding->resolved, "source.tokens");
    bool all = tokens != NULL;

    for (size_t i = 0; all && i < sizeof(keys) / sizeof(keys[0]); i++) {
        all = (keys[i].tokens != NULL &&
               !mg_words_have(keys[i].tokens, mg_json_string(tokens->value))) ||
              mg_resolved_get(binding->resolved, "source.%s", keys[i].key) != NULL;
    }
    if (all && tokens_are(binding, "bpe") &&
        mg_settings_get(binding->resolved->given, "source.vocab") == NULL) {
        mg_bound_refuse(binding, "source.tokens", "\"bpe\" needs \"vocab\", how many to learn");
        all = false;
    }
    if (all && tokens_are(binding, "tokenizer") &&
        mg_resolved_get(binding->resolved, "source.tokenizer") == NULL &&
        mg_resolved_get(binding->resolved, "predictor.path") == NULL) {
        mg_findings_missing(binding->reading->findings,
                            mg_resolved_place(binding->resolved, "source"), "tokenizer",
                            "missing: a tokenizer.json; only a checkpoint brings its own");
        all = false;
    }
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        const char *path = mg_heap_format(binding->reading->heap, "source.%s", optional[i]);
        const struct mg_setting *given = mg_settings_get(binding->resolved->given, path);

        all = all && (given == NULL || given->valid);
    }
    return all;
}

/* The alphabet of the tokens; long ones are not listed, the hash stands for them. */
static bool bind_alphabet(struct mg_binding *binding, const struct mg_corpus *corpus)
{
    const struct mg_alphabet *alphabet = &binding->alphabet;

    mg_alphabet_init(&binding->alphabet, binding->heap, corpus->symbols, corpus->vocab);
    if (binding->coding.tokenizer == NULL) {
        mg_bind_put_alphabet(binding);
        return true;
    }
    for (size_t i = 1; i < alphabet->n; i++) {
        if (strcmp(alphabet->symbols[alphabet->sorted[i]],
                   alphabet->symbols[alphabet->sorted[i - 1]]) == 0) {
            mg_bound_refuse(binding, "source.tokenizer", "tokens %zu and %zu are both written %s",
                            alphabet->sorted[i - 1], alphabet->sorted[i],
                            alphabet->symbols[alphabet->sorted[i]]);
            return false;
        }
    }
    return true;
}

struct mg_source *mg_bind_text_source(struct mg_binding *binding)
{
    struct mg_corpus corpus;
    const char *path;
    struct mg_source *source;
    size_t length;
    bool fine;

    if (!has_keys(binding)) {
        return NULL;
    }
    path = beside(binding, "source.corpus");
    if (mg_corpus_is_missing(path)) {
        tell_missing(binding, "source.corpus", path);
        return NULL;
    }
    if (!read_corpus(binding, &corpus, path)) {
        return NULL;
    }
    fine = settle_hash(binding, "source.sha256", "the corpus has", corpus.sha256);
    if (binding->coding.tokenizer == NULL) {
        mg_alphabet_init(&binding->coding.characters, binding->heap, corpus.symbols, corpus.vocab);
    }
    length = mg_bound_size(binding, "source.length");
    fine = bind_vocab(binding, &corpus) && check_length(binding, &corpus, length) && fine;
    if (!fine || !bind_alphabet(binding, &corpus)) {
        return NULL;
    }
    source = mg_text_new(corpus.tokens, corpus.n, corpus.n_train, length, corpus.vocab,
                         corpus.characters);
    mg_text_spell(source, corpus.symbols);
    return source;
}
