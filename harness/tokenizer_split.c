/* tokenizer_split.c - see tokenizer_split.h; the only file that knows PCRE2 (BSD licence). */
#include "harness/tokenizer_split.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "model/numeric/arena.h"

/*
 * What `tokenizers` 0.23 (Oniguruma, Unicode 16) takes for a letter or a number and PCRE2 10.42
 * (Unicode 14) does not, and, for words, Rust's regex. Nothing is the other way round but U+180E,
 * which PCRE2 takes for white space. Measured over all code points: tests/tokenizers/classes.py.
 */
#define NEW_LETTERS                                                                                \
    "\\x{1C89}-\\x{1C8A}\\x{A7CB}-\\x{A7CD}\\x{A7DA}-\\x{A7DC}\\x{105C0}-\\x{105F3}"               \
    "\\x{10D4A}-\\x{10D65}\\x{10D6F}-\\x{10D85}\\x{10EC2}-\\x{10EC4}\\x{1123F}-\\x{11240}"         \
    "\\x{11380}-\\x{11389}\\x{1138B}\\x{1138E}\\x{11390}-\\x{113B5}\\x{113B7}\\x{113D1}"           \
    "\\x{113D3}\\x{11BC0}-\\x{11BE0}\\x{11F02}\\x{11F04}-\\x{11F10}\\x{11F12}-\\x{11F33}"          \
    "\\x{1342F}\\x{13441}-\\x{13446}\\x{13460}-\\x{143FA}\\x{16100}-\\x{1611D}"                    \
    "\\x{16D40}-\\x{16D6C}\\x{18CFF}\\x{1B132}\\x{1B155}\\x{1DF25}-\\x{1DF2A}"                     \
    "\\x{1E030}-\\x{1E06D}\\x{1E4D0}-\\x{1E4EB}\\x{1E5D0}-\\x{1E5ED}\\x{1E5F0}\\x{2B739}"          \
    "\\x{2EBF0}-\\x{2EE5D}\\x{31350}-\\x{323AF}"
#define NEW_NUMBERS                                                                                \
    "\\x{10D40}-\\x{10D49}\\x{116D0}-\\x{116E3}\\x{11BF0}-\\x{11BF9}\\x{11F50}-\\x{11F59}"         \
    "\\x{16130}-\\x{16139}\\x{16D70}-\\x{16D79}\\x{1CCF0}-\\x{1CCF9}\\x{1D2C0}-\\x{1D2D3}"         \
    "\\x{1E4F0}-\\x{1E4F9}\\x{1E5F1}-\\x{1E5FA}"
#define NEW_IN_WORDS                                                                               \
    "\\x{897}\\x{CF3}\\x{ECE}\\x{10D40}-\\x{10D49}\\x{10D69}-\\x{10D6D}"                           \
    "\\x{10EFC}-\\x{10EFF}\\x{11241}\\x{113B8}-\\x{113C0}\\x{113C2}\\x{113C5}"                     \
    "\\x{113C7}-\\x{113CA}\\x{113CC}-\\x{113D0}\\x{113D2}\\x{113E1}-\\x{113E2}"                    \
    "\\x{116D0}-\\x{116E3}\\x{11BF0}-\\x{11BF9}\\x{11F00}-\\x{11F01}\\x{11F03}"                    \
    "\\x{11F34}-\\x{11F3A}\\x{11F3E}-\\x{11F42}\\x{11F50}-\\x{11F5A}\\x{13440}"                    \
    "\\x{13447}-\\x{13455}\\x{1611E}-\\x{16139}\\x{16D70}-\\x{16D79}\\x{1CCF0}-\\x{1CCF9}"         \
    "\\x{1E08F}\\x{1E4EC}-\\x{1E4F9}\\x{1E5EE}-\\x{1E5EF}\\x{1E5F1}-\\x{1E5FA}"

#define L "\\p{L}" NEW_LETTERS
#define N "\\p{N}" NEW_NUMBERS
#define WHITE                                                                                      \
    "\\t-\\r "                                                                                     \
    "\\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}"
#define S     "[" WHITE "]"
#define NOT_S "[^" WHITE "]"
#define WORD  "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}" NEW_LETTERS NEW_IN_WORDS "]"
#define ENDS  S "+(?!" NOT_S ")|" S "+"

static const struct {
    const char *regex, *pattern;
} RULES[] = {
    /* LLaDA, Ling */
    {"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"
     "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
     "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n" L N "]?+[" L "]+|[" N "]| ?[^" WHITE L N "]++[\\r\\n]*"
     "|" S "*[\\r\\n]|" ENDS},
    /* Qwen2, Qwen3, Dream */
    {"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
     "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
     "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n" L N "]?[" L "]+|[" N "]| ?[^" WHITE L N "]+[\\r\\n]*"
     "|" S "*[\\r\\n]+|" ENDS},
    /* Llama-3 */
    {"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
     "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n" L N "]?[" L "]+|[" N "]{1,3}"
     "| ?[^" WHITE L N "]+[\\r\\n]*|" S "*[\\r\\n]+|" ENDS},
    {MG_SPLIT_GPT2, "'s|'t|'re|'ve|'m|'ll|'d| ?[" L "]+| ?[" N "]+| ?[^" WHITE L N "]+|" ENDS},
};

struct mg_split {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
};

static struct mg_split *compile(const char *pattern)
{
    struct mg_split *split = mg_allocate(1, sizeof(*split));
    int error;
    PCRE2_SIZE offset;

    split->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &offset, NULL);
    assert(split->code != NULL); /* the patterns are our own */
    split->match = pcre2_match_data_create(1, NULL);
    split->limits = pcre2_match_context_create(NULL);
    assert(split->match != NULL && split->limits != NULL);
    pcre2_set_match_limit(split->limits, UINT32_MAX); /* a long run of spaces backs up once */
    return split;
}

struct mg_split *mg_split_new(const char *regex)
{
    for (size_t i = 0; i < sizeof(RULES) / sizeof(RULES[0]); i++) {
        if (strcmp(RULES[i].regex, regex) == 0) {
            return compile(RULES[i].pattern);
        }
    }
    return NULL;
}

struct mg_split *mg_split_word_characters(void)
{
    return compile(WORD);
}

void mg_split_free(struct mg_split *split)
{
    if (split != NULL) {
        pcre2_match_context_free(split->limits);
        pcre2_match_data_free(split->match);
        pcre2_code_free(split->code);
        free(split);
    }
}

const char *mg_split_names(void)
{
    return "those of LLaDA, Qwen2, Llama-3 and GPT-2";
}

size_t mg_split_piece(const struct mg_split *split, const char *p, size_t rest)
{
    const int found = pcre2_match(split->code, (PCRE2_SPTR)p, rest, 0, PCRE2_NO_UTF_CHECK,
                                  split->match, split->limits);

    assert(found > 0 || found == PCRE2_ERROR_NOMATCH);
    return found > 0 ? pcre2_get_ovector_pointer(split->match)[1] : 0;
}

bool mg_is_white(unsigned code)
{
    static const unsigned ranges[][2] = {
        {0x09, 0x0D},     {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
        {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (code >= ranges[i][0] && code <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}
