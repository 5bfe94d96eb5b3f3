/*
 * options.h - the one table of keys of an experiment file.
 *
 * Parsing, range checks, defaults, did-you-mean, `describe` and the JSON Schema all read this
 * table; a new key is a row here and a use in bind_*.c. A path is dotted; "*" stands for the name
 * of an entry of a list ("measure.*.context").
 */
#ifndef MG_HARNESS_OPTIONS_H
#define MG_HARNESS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/json.h"

enum mg_option_type {
    MG_OPTION_OBJECT, /* keys of the table below it */
    MG_OPTION_LIST,   /* objects with unique names; "*" is the name */
    MG_OPTION_AXES,   /* sweep syntax, read by sweep.c */
    MG_OPTION_INTEGER,
    MG_OPTION_NUMBER,
    MG_OPTION_BOOL,
    MG_OPTION_TEXT,
    MG_OPTION_NAME,     /* [A-Za-z0-9_-]{1,64} */
    MG_OPTION_CHOICE,   /* one of the words */
    MG_OPTION_SEED,     /* text: a 64-bit number, decimal or 0x */
    MG_OPTION_TEXTS,    /* a list of texts */
    MG_OPTION_FILES,    /* a text or a list of texts */
    MG_OPTION_INTEGERS, /* a list of integers */
    MG_OPTION_MATRIX,   /* a list of lists of numbers */
    MG_OPTION_START,    /* a list of numbers, or "stationary" */
    MG_OPTION_ROWS,     /* a list of {"tokens": text, "count": number} */
    MG_OPTION_GROUPS,   /* a list of lists of integers */
    MG_OPTION_SIDE,     /* an integer, or a literal string of tokens */
    MG_OPTION_CONTEXT,  /* a string of tokens and masks, or {"text" or "chat", "masks",
                          "after"} */
    MG_OPTION_INTERVAL  /* [lo, hi], null for an open end */
};

struct mg_option {
    const char *path;
    enum mg_option_type type;
    double min, max;             /* of numbers, of the elements of lists of integers */
    const char *brackets;        /* "[]", "(]", "[)" or "()": which ends belong; NULL: no range */
    const char *(*word)(size_t); /* choices: the i-th, NULL after the last */
    const char *(*word_help)(size_t); /* a sentence about it; NULL: none */
    const char *fallback;             /* default as JSON text; NULL: none */
    bool required;                    /* wherever it applies */
    /*
     * Where it applies: the value of `chooser` (a key beside it, or a dotted path) is one of the
     * space-separated words of `kinds`, or, for samplers, the order's mg_sizing has its bit in
     * `sizings`. Without chooser: everywhere. With a task_key also where source.kind is "task"
     * and the task has that size, whose range and default are then the task's.
     */
    const char *chooser;
    const char *kinds;
    unsigned sizings;
    unsigned task_key;   /* enum mg_task_key plus 1; 0: none */
    const char *unit;    /* NULL: none */
    const char *help;    /* one sentence */
    const char *example; /* JSON text */
    const char *aliases; /* space-separated words that people write instead; NULL: none */
};

const struct mg_option *mg_options(size_t *n);

/* The row that a concrete path matches ("measure.cd.context"), or NULL. */
const struct mg_option *mg_option_find(const char *path);

/* Last component of the path: the key as it stands in its object. */
const char *mg_option_key(const struct mg_option *option);

/* True if row `option` is a key of the object at concrete path prefix ("" is the file itself). */
bool mg_option_is_in(const struct mg_option *option, const char *prefix);

/* True if the key may apply when its chooser has this value. */
bool mg_option_applies(const struct mg_option *option, const char *chosen);

/* True if it is a size of the task called so. */
bool mg_option_applies_to_task(const struct mg_option *option, const char *task);

/* True if a sweep may vary it: it lies in source, predictor, train or measure. */
bool mg_option_sweeps(const struct mg_option *option);

/* The key of the object at prefix that someone writing `key` probably meant, or NULL. */
const char *mg_option_suggest(const char *prefix, const char *key);

/* "a, b, c": the keys of the object at prefix, by name; into a buffer, which is returned. */
const char *mg_option_keys(const char *prefix, char *buffer, size_t size);

/* "a, b, c": the choices of an option. */
const char *mg_option_words(const struct mg_option *option, char *buffer, size_t size);

/* The values of the chooser with which an option applies, separated by spaces. */
const char *mg_option_kinds(const struct mg_option *option, char *buffer, size_t size);

/* The path of the first row that lists the word among its aliases, or NULL. */
const char *mg_option_alias(const char *word);

/* The range as "in [1, 128]", "" when there is none. */
const char *mg_option_range(const struct mg_option *option, char *buffer, size_t size);

/* "an integer", "a list of lists of numbers", ...: what a value of this type is. */
const char *mg_option_type_name(enum mg_option_type type);

/* Called for each fault of a value: the sentence ("must be ..."), and where, maybe inside it. */
typedef void mg_option_report(void *ctx, const struct mg_json *at, const char *problem);

/* Shape, range and choice of a value, without regard to other keys. True if fine. */
bool mg_option_check(const struct mg_option *option, const struct mg_json *value,
                     mg_option_report *report, void *ctx);

/* Is word, whatever its case, one of the space-separated words? NULL holds none. */
bool mg_words_have(const char *words, const char *word);

/* [A-Za-z0-9_-]{1,64}. */
bool mg_name_is_valid(const char *text);

/* Decimal or 0x text of a 64-bit number, nothing else; false leaves *seed undefined. */
bool mg_seed_parse(uint64_t *seed, const char *text);

#endif
