/* corpus.c - see corpus.h. */
#include "harness/corpus.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/file.h"
#include "harness/utf8.h"
#include "model/numeric/arena.h"

enum {
    CORPUS_BYTES_MAX = 1 << 30,
    UNKNOWN = 0xFFFF, /* no token has this id */
    SPACE_CODE = 0x2423
};

static const struct {
    const char *word, *help;
} CHARACTERS[] = {
    [MG_CORPUS_LETTERS] = {"letters",
                           "a to z, capitals as small ones; whatever is between is one space"},
    [MG_CORPUS_ALL] = {"all", "every character as it is; white space is one space"},
};

const char *mg_corpus_word(size_t i)
{
    return i < sizeof(CHARACTERS) / sizeof(CHARACTERS[0]) ? CHARACTERS[i].word : NULL;
}

const char *mg_corpus_help(size_t i)
{
    return CHARACTERS[i].help;
}

bool mg_corpus_is_missing(const char *path)
{
    return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* A file on its way. */
struct reader {
    const char *text;
    size_t size;
    uint16_t *id_of; /* (MG_UTF8_CODES) token of a code point, or UNKNOWN; white space is space */
    struct mg_corpus *corpus;
    struct mg_heap *heap;
    size_t line;
};

static bool is_white(unsigned code)
{
    return code == ' ' || (code >= '\t' && code <= '\r');
}

static enum mg_status fail_character(unsigned code, const char *why, struct mg_error *err)
{
    char text[5];

    mg_utf8_write(text, code);
    return code < ' ' || code == 0x7F
               ? mg_fail(err, MG_EUSAGE, "control character U+%04X: not a text", code)
               : mg_fail(err, MG_EUSAGE, "character \"%s\" (U+%04X) %s", text, code, why);
}

/* Every character must be one; mark those there (MG_UTF8_CODES bytes, zeroed) out. */
static enum mg_status scan(struct reader *reader, unsigned char *there, struct mg_error *err)
{
    size_t bytes;

    reader->line = 1;
    for (size_t at = 0; at < reader->size; at += bytes) {
        bytes = mg_utf8_bytes(reader->text + at, reader->size - at);
        if (bytes == 0) {
            return mg_fail(err, MG_EUSAGE, "byte 0x%02X is not UTF-8",
                           (unsigned)(unsigned char)reader->text[at]);
        }
        there[mg_utf8_code(reader->text + at, bytes)] = 1;
        reader->line += reader->text[at] == '\n';
    }
    reader->line = 0;
    return MG_OK;
}

static void add_symbol(struct reader *reader, unsigned code)
{
    char text[5];

    mg_utf8_write(text, code);
    reader->id_of[code] = (uint16_t)reader->corpus->vocab;
    reader->corpus->symbols[reader->corpus->vocab++] = mg_heap_text(reader->heap, text);
}

static void set_space(struct reader *reader, uint16_t id)
{
    reader->id_of[' '] = id;
    for (unsigned code = '\t'; code <= '\r'; code++) {
        reader->id_of[code] = id;
    }
}

/* a to z and the space, which is also everything else. */
static enum mg_status number_letters(struct reader *reader)
{
    reader->corpus->symbols = mg_heap_array(reader->heap, 27, sizeof(char *));
    for (unsigned code = 'a'; code <= 'z'; code++) {
        add_symbol(reader, code);
        reader->id_of[code - 'a' + 'A'] = reader->id_of[code];
    }
    for (size_t code = 0; code < MG_UTF8_CODES; code++) {
        if (reader->id_of[code] == UNKNOWN) {
            reader->id_of[code] = (uint16_t)reader->corpus->vocab;
        }
    }
    reader->corpus->symbols[reader->corpus->vocab++] = MG_CORPUS_SPACE;
    return MG_OK;
}

/* The characters of the file, in the order of their code points, the space last. */
static enum mg_status number_found(struct reader *reader, const unsigned char *there,
                                   struct mg_error *err)
{
    size_t n = 1;

    for (size_t code = 0; code < MG_UTF8_CODES; code++) {
        n += there[code];
    }
    if (n >= UNKNOWN) {
        return mg_fail(err, MG_EUSAGE, "has %zu different characters, more than %d", n,
                       (int)UNKNOWN - 1);
    }
    reader->corpus->symbols = mg_heap_array(reader->heap, n, sizeof(char *));
    for (unsigned code = 0; code < MG_UTF8_CODES; code++) {
        if (there[code] == 0 || is_white(code)) {
            continue;
        }
        if (code < ' ' || code == 0x7F || code == '_' || code == SPACE_CODE) {
            return fail_character(code,
                                  code == '_' ? "writes a mask, so it cannot be a token"
                                              : "writes a space, so it cannot be a token",
                                  err);
        }
        add_symbol(reader, code);
    }
    set_space(reader, (uint16_t)reader->corpus->vocab);
    reader->corpus->symbols[reader->corpus->vocab++] = MG_CORPUS_SPACE;
    return MG_OK;
}

/* The characters of a given alphabet, under their ids there. */
static enum mg_status number_given(struct reader *reader, const struct mg_alphabet *alphabet,
                                   struct mg_error *err)
{
    reader->corpus->symbols = mg_heap_array(reader->heap, alphabet->n, sizeof(char *));
    for (size_t id = 0; id < alphabet->n; id++) {
        const char *symbol = alphabet->symbols[id];
        const size_t bytes = mg_utf8_bytes(symbol, strlen(symbol));
        const unsigned code = mg_utf8_code(symbol, bytes);

        if (bytes == 0 || symbol[bytes] != '\0') {
            return mg_fail(err, MG_EUSAGE, "the alphabet's \"%s\" is not one character", symbol);
        }
        reader->id_of[code] = (uint16_t)id;
        reader->corpus->symbols[reader->corpus->vocab++] = symbol;
        if (code == SPACE_CODE) {
            set_space(reader, (uint16_t)id);
        }
    }
    if (reader->id_of[' '] == UNKNOWN) {
        return mg_fail(err, MG_EUSAGE, "the alphabet lacks \"%s\", the space", MG_CORPUS_SPACE);
    }
    return MG_OK;
}

/* Append the tokens of the bytes from begin to end, which are whole lines. */
static enum mg_status add_tokens(struct reader *reader, size_t begin, size_t end,
                                 struct mg_error *err)
{
    struct mg_corpus *corpus = reader->corpus;
    const uint16_t space = reader->id_of[' '];
    const size_t first = corpus->n;
    bool pending = false; /* a space, if anything follows */
    size_t bytes;

    for (size_t at = begin; at < end; at += bytes) {
        unsigned code;
        uint16_t id;

        bytes = mg_utf8_bytes(reader->text + at, end - at);
        code = mg_utf8_code(reader->text + at, bytes);
        id = reader->id_of[code];
        if (id == UNKNOWN) {
            return fail_character(code, "is not in the alphabet", err);
        }
        reader->line += code == '\n';
        if (id == space) {
            pending = corpus->n > first;
            continue;
        }
        if (pending) {
            corpus->tokens[corpus->n++] = space;
            pending = false;
        }
        corpus->tokens[corpus->n++] = id;
    }
    return MG_OK;
}

/* Where the first line begins after the share of the bytes to train on. */
static size_t cut_of(const struct reader *reader, double held_out)
{
    const size_t target = (size_t)((1.0 - held_out) * (double)reader->size);
    const char *end = target == 0 ? reader->text : NULL;

    if (target > 0) {
        end = memchr(reader->text + target - 1, '\n', reader->size - target + 1);
        end = end == NULL ? reader->text + reader->size : end + 1;
    }
    return (size_t)(end - reader->text);
}

static enum mg_status number(struct reader *reader, const struct mg_corpus_rule *rule,
                             const unsigned char *there, struct mg_error *err)
{
    for (size_t code = 0; code < MG_UTF8_CODES; code++) {
        reader->id_of[code] = UNKNOWN;
    }
    if (rule->characters == MG_CORPUS_LETTERS) {
        return number_letters(reader);
    }
    return rule->alphabet != NULL ? number_given(reader, rule->alphabet, err)
                                  : number_found(reader, there, err);
}

static enum mg_status tokenize(struct reader *reader, const struct mg_corpus_rule *rule,
                               struct mg_error *err)
{
    struct mg_corpus *corpus = reader->corpus;
    unsigned char *there = mg_allocate(MG_UTF8_CODES, 1);
    const size_t cut = cut_of(reader, rule->held_out);
    enum mg_status status;

    corpus->tokens = mg_heap_array(reader->heap, reader->size, sizeof(*corpus->tokens));
    reader->id_of = mg_allocate(MG_UTF8_CODES, sizeof(*reader->id_of));
    status = scan(reader, there, err);
    if (status == MG_OK) {
        status = number(reader, rule, there, err);
    }
    if (status == MG_OK) {
        reader->line = 1;
        status = add_tokens(reader, 0, cut, err);
        corpus->n_train = corpus->n;
    }
    if (status == MG_OK) {
        status = add_tokens(reader, cut, reader->size, err);
    }
    free(reader->id_of);
    free(there);
    return status;
}

/* How the tokens of a tokenizer are written, and how long they are. */
static void list_symbols(struct reader *reader, const struct mg_tokenizer *tokenizer)
{
    struct mg_corpus *corpus = reader->corpus;
    uint32_t *characters;

    corpus->vocab = mg_tokenizer_vocab(tokenizer);
    corpus->symbols = mg_heap_array(reader->heap, corpus->vocab, sizeof(char *));
    characters = mg_heap_array(reader->heap, corpus->vocab, sizeof(*characters));
    for (uint32_t id = 0; id < corpus->vocab; id++) {
        corpus->symbols[id] = mg_heap_adopt(reader->heap, mg_tokenizer_symbol(tokenizer, id));
        characters[id] = mg_tokenizer_characters(tokenizer, id);
    }
    corpus->characters = characters;
}

/* Each part as a text of its own. */
static enum mg_status encode(struct reader *reader, const struct mg_corpus_rule *rule,
                             struct mg_error *err)
{
    struct mg_corpus *corpus = reader->corpus;
    const size_t cut = cut_of(reader, rule->held_out);
    const size_t ends[] = {0, cut, reader->size};
    unsigned char *there = mg_allocate(MG_UTF8_CODES, 1);
    uint32_t *tokens = NULL;
    enum mg_status status = scan(reader, there, err);

    free(there);
    for (size_t part = 0; status == MG_OK && part < 2; part++) {
        uint32_t *ids;
        size_t n;

        status = mg_tokenizer_encode(&ids, &n, rule->tokenizer, reader->text + ends[part],
                                     ends[part + 1] - ends[part], err);
        if (status == MG_OK) {
            tokens = realloc(tokens, (corpus->n + n + 1) * sizeof(*tokens));
            if (tokens == NULL) {
                abort();
            }
            memcpy(tokens + corpus->n, ids, n * sizeof(*ids));
            corpus->n += n;
            corpus->n_train = part == 0 ? n : corpus->n_train;
            free(ids);
        }
    }
    corpus->tokens = tokens == NULL ? NULL : mg_heap_adopt(reader->heap, tokens);
    if (status == MG_OK) {
        list_symbols(reader, rule->tokenizer);
    }
    return status;
}

enum mg_status mg_corpus_read(struct mg_corpus *corpus, size_t *line, const char *path,
                              const struct mg_corpus_rule *rule, struct mg_heap *heap,
                              struct mg_error *err)
{
    struct reader reader = {.corpus = corpus, .heap = heap};
    struct mg_hash *hash;
    char *text;
    enum mg_status status = mg_file_read(&text, &reader.size, path, CORPUS_BYTES_MAX, err);

    *corpus = (struct mg_corpus){0};
    *line = 0;
    if (status == MG_OK) {
        reader.text = text;
        hash = mg_hash_new();
        mg_hash_bytes(hash, text, reader.size);
        mg_hash_finish(corpus->sha256, hash);
        status = reader.size == 0          ? mg_fail(err, MG_EUSAGE, "the corpus is empty")
                 : rule->tokenizer != NULL ? encode(&reader, rule, err)
                                           : tokenize(&reader, rule, err);
        *line = reader.line;
        free(text);
    }
    return status;
}

bool mg_corpus_prompt(int **tokens, size_t *n, const char **problem,
                      const struct mg_alphabet *alphabet, const char *text, struct mg_heap *heap)
{
    const size_t size = strlen(text);
    size_t bytes;

    *tokens = mg_heap_array(heap, size + 1, sizeof(**tokens));
    *n = 0;
    for (size_t at = 0; at < size; at += bytes) {
        const char *symbol = text[at] == ' ' ? MG_CORPUS_SPACE : text + at;
        char small[2] = {text[at], '\0'};
        int id;

        bytes = mg_utf8_bytes(text + at, size - at);
        assert(bytes > 0); /* JSON is UTF-8 */
        id = mg_alphabet_find(alphabet, symbol, text[at] == ' ' ? strlen(symbol) : bytes);
        if (id < 0 && text[at] >= 'A' && text[at] <= 'Z') {
            small[0] = (char)(text[at] - 'A' + 'a');
            id = mg_alphabet_find(alphabet, small, 1);
        }
        if (id < 0) {
            char list[512];

            *problem =
                mg_heap_format(heap, "unknown character \"%.*s\"\n    alphabet: %s", (int)bytes,
                               text + at, mg_alphabet_list(alphabet, list, sizeof(list)));
            return false;
        }
        (*tokens)[(*n)++] = id;
    }
    return true;
}
