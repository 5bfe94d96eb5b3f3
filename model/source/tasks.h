/*
 * tasks.h - standard tasks with a known law: a table of generators of sequences and chains.
 *
 * A task with sizes becomes a source of kind "sequences" (uniform over its valid rows) or "markov",
 * so nothing below knows about tasks. Adding one is a row of the table and a test.
 */
#ifndef MG_SOURCE_TASKS_H
#define MG_SOURCE_TASKS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/numeric/error.h"
#include "model/source/source.h"

/* X(KEY, word, integer): the sizes a task may have; integer: whole numbers only. */
#define MG_TASK_KEYS(X)                                                                            \
    X(LENGTH, "length", true)       /* of a sequence, in tokens */                                 \
    X(VOCAB, "vocab", true)         /* number of different tokens */                               \
    X(ORDER, "order", true)         /* side of the square */                                       \
    X(DIMENSION, "dimension", true) /* free symbols of a code word: any so many fix the rest */    \
    X(OFFSET, "offset", true)       /* a token equals the one so many places before; 0: half */    \
    X(STOP, "stop", false)          /* probability that the text ends after a word */              \
    X(STAY, "stay", false)          /* probability that a word is repeated if the text goes on */

enum mg_task_key {
#define MG_TASK_ENUM(key, word, integer) MG_TASK_##key,
    MG_TASK_KEYS(MG_TASK_ENUM)
#undef MG_TASK_ENUM
        MG_TASK_KEY_COUNT
};

/* Values of a task's sizes; NaN where none was given. */
struct mg_task_sizes {
    double value[MG_TASK_KEY_COUNT];
};

/* A key of a task: applies when max > 0; fallback NaN: the file must give it. */
struct mg_task_range {
    double min, max, fallback;
};

struct mg_task {
    const char *name; /* the word of an experiment file */
    const char *help; /* one sentence for `describe` */
    struct mg_task_range keys[MG_TASK_KEY_COUNT];
    const char *symbols; /* one letter per token, or NULL: tokens are written 0 to V-1 */

    /* What the ranges cannot say, e.g. a prime; NULL for none. As mg_task_check. */
    enum mg_status (*check)(const struct mg_task_sizes *sizes, struct mg_error *err);

    size_t (*length)(const struct mg_task_sizes *sizes); /* L */
    size_t (*vocab)(const struct mg_task_sizes *sizes);  /* V */

    /* Number of valid rows, all equally likely; NULL for a chain. */
    double (*rows)(const struct mg_task_sizes *sizes);

    /* tokens (rows, L) out, each valid row once; NULL for a chain. */
    void (*fill)(int *tokens, const struct mg_task_sizes *sizes);

    /* transition (V, V) and start (V) out; NULL unless a chain. */
    void (*chain)(double *transition, double *start, const struct mg_task_sizes *sizes);
};

/* Limits of what is listed: rows, and tokens of all rows. */
enum { MG_TASK_ROWS_MAX = 1 << 20, MG_TASK_TOKENS_MAX = 1 << 24 };

const struct mg_task *mg_tasks(size_t *n);

/* NULL when there is no such task. */
const struct mg_task *mg_task_find(const char *name);

/* Word of a key, as in an experiment file. */
const char *mg_task_key_word(enum mg_task_key key);
bool mg_task_uses(const struct mg_task *task, enum mg_task_key key);

/* No size given. */
struct mg_task_sizes mg_task_sizes_none(void);

/*
 * Put defaults where nothing was given, then check: every key in its range and no key of another
 * task, what only the task knows, and that the rows can be listed. MG_EUSAGE with one sentence that
 * names the key and the size.
 */
enum mg_status mg_task_check(const struct mg_task *task, struct mg_task_sizes *sizes,
                             struct mg_error *err);

/* The source; sizes must have passed mg_task_check. Never NULL; free with mg_source_free. */
struct mg_source *mg_task_new(const struct mg_task *task, const struct mg_task_sizes *sizes);

#endif
