/* tasks.c - see tasks.h. */
#include "model/source/tasks.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/source/array.h"
#include "model/source/markov.h"
#include "model/source/sequences.h"
#include "model/source/task_rows.h"

static const struct {
    const char *word;
    bool integer;
} KEYS[] = {
#define KEY_ROW(key, key_word, whole) {key_word, whole},
    MG_TASK_KEYS(KEY_ROW)
#undef KEY_ROW
};

static size_t given_length(const struct mg_task_sizes *sizes)
{
    return mg_task_size(sizes, MG_TASK_LENGTH);
}

static size_t square_length(const struct mg_task_sizes *sizes)
{
    return mg_task_size(sizes, MG_TASK_ORDER) * mg_task_size(sizes, MG_TASK_ORDER);
}

static size_t sixteen(const struct mg_task_sizes *sizes)
{
    (void)sizes;
    return 16;
}

static size_t given_vocab(const struct mg_task_sizes *sizes)
{
    return mg_task_size(sizes, MG_TASK_VOCAB);
}

static size_t order_vocab(const struct mg_task_sizes *sizes)
{
    return mg_task_size(sizes, MG_TASK_ORDER);
}

static size_t two(const struct mg_task_sizes *sizes)
{
    (void)sizes;
    return 2;
}

static size_t four(const struct mg_task_sizes *sizes)
{
    (void)sizes;
    return 4;
}

static size_t one_more(const struct mg_task_sizes *sizes)
{
    return given_length(sizes) + 1;
}

/*
 * V - 1 words and, last, the end of text, which absorbs. A word is followed by the end with
 * probability stop; else by itself with probability stay; else by any word. Any word starts.
 */
static void end_of_text_chain(double *transition, double *start, const struct mg_task_sizes *sizes)
{
    const size_t V = given_vocab(sizes);
    const size_t end = V - 1;
    const double stop = sizes->value[MG_TASK_STOP];
    const double stay = sizes->value[MG_TASK_STAY];

    for (size_t x = 0; x < V; x++) {
        start[x] = x == end ? 0.0 : 1.0 / (double)end;
        for (size_t y = 0; y < V; y++) {
            if (x == end) {
                transition[x * V + y] = y == end ? 1.0 : 0.0;
            } else {
                const double go_on = (x == y ? stay : 0.0) + (1.0 - stay) / (double)end;
                transition[x * V + y] = y == end ? stop : (1.0 - stop) * go_on;
            }
        }
    }
}

#define ANY_LENGTH(low) [MG_TASK_LENGTH] = {low, 4096, (double)NAN}
#define ANY_VOCAB       [MG_TASK_VOCAB] = {2, 4096, 2}

static const struct mg_task TASKS[] = {
    {.name = "abab",
     .help = "ABAB... or BABA..., equally likely: after one token everything is known.",
     .keys = {ANY_LENGTH(1)},
     .symbols = "AB",
     .length = given_length,
     .vocab = two,
     .rows = mg_abab_rows,
     .fill = mg_abab_fill},
    {.name = "repeated_bit",
     .help = "One token, repeated: positions are alike but never forget.",
     .keys = {ANY_LENGTH(1), ANY_VOCAB},
     .length = given_length,
     .vocab = given_vocab,
     .rows = mg_repeat_rows,
     .fill = mg_repeat_fill},
    {.name = "parity",
     .help = "Tokens that sum to 0 modulo vocab: only the last one revealed is determined.",
     .keys = {ANY_LENGTH(2), ANY_VOCAB},
     .length = given_length,
     .vocab = given_vocab,
     .rows = mg_parity_rows,
     .fill = mg_parity_fill},
    {.name = "shuffle",
     .help = "A permutation of 0 to length-1, uniform (ParallelBench).",
     .keys = {[MG_TASK_LENGTH] = {1, 64, (double)NAN}},
     .length = given_length,
     .vocab = given_length,
     .rows = mg_shuffle_rows,
     .fill = mg_shuffle_fill},
    {.name = "replace",
     .help = "0 to length-1 in order, with one of them replaced by a new token (ParallelBench).",
     .keys = {ANY_LENGTH(1)},
     .length = given_length,
     .vocab = one_more,
     .rows = mg_replace_rows,
     .fill = mg_replace_fill},
    {.name = "latin",
     .help = "A Latin square, uniform: each symbol once in every row and column.",
     .keys = {[MG_TASK_ORDER] = {1, 6, 4}},
     .length = square_length,
     .vocab = order_vocab,
     .rows = mg_latin_rows,
     .fill = mg_latin_fill},
    {.name = "sudoku4",
     .help = "A 4 x 4 Sudoku, uniform over the 288.",
     .length = sixteen,
     .vocab = four,
     .rows = mg_sudoku_rows,
     .fill = mg_sudoku_fill},
    {.name = "reed_solomon",
     .help = "A code word: any `dimension` tokens are free and fix the others; vocab is a prime.",
     .keys = {ANY_LENGTH(1), [MG_TASK_VOCAB] = {2, 4096, (double)NAN},
              [MG_TASK_DIMENSION] = {1, 64, (double)NAN}},
     .check = mg_code_check,
     .length = given_length,
     .vocab = given_vocab,
     .rows = mg_code_rows,
     .fill = mg_code_fill},
    {.name = "copy",
     .help = "The first half is free and the second repeats it; or a copy at any offset.",
     .keys = {ANY_LENGTH(2), ANY_VOCAB, [MG_TASK_OFFSET] = {0, 4095, 0}},
     .check = mg_copy_check,
     .length = given_length,
     .vocab = given_vocab,
     .rows = mg_copy_rows,
     .fill = mg_copy_fill},
    {.name = "reverse",
     .help = "The first half is free and the second mirrors it.",
     .keys = {ANY_LENGTH(2), ANY_VOCAB},
     .length = given_length,
     .vocab = given_vocab,
     .rows = mg_reverse_rows,
     .fill = mg_reverse_fill},
    {.name = "end_of_text",
     .help = "Words until the end of text, which is the last token and fills the rest.",
     .keys = {ANY_LENGTH(1), [MG_TASK_VOCAB] = {2, 1024, 4}, [MG_TASK_STOP] = {0, 1, .1},
              [MG_TASK_STAY] = {0, 1, .5}},
     .length = given_length,
     .vocab = given_vocab,
     .chain = end_of_text_chain},
};
enum { N_TASKS = sizeof(TASKS) / sizeof(*TASKS) };

const struct mg_task *mg_tasks(size_t *n)
{
    *n = N_TASKS;
    return TASKS;
}

const struct mg_task *mg_task_find(const char *name)
{
    for (size_t t = 0; t < N_TASKS; t++) {
        if (strcmp(TASKS[t].name, name) == 0) {
            return &TASKS[t];
        }
    }
    return NULL;
}

const char *mg_task_key_word(enum mg_task_key key)
{
    assert(key < MG_TASK_KEY_COUNT);
    return KEYS[key].word;
}

bool mg_task_uses(const struct mg_task *task, enum mg_task_key key)
{
    assert(key < MG_TASK_KEY_COUNT);
    return task->keys[key].max > 0.0;
}

struct mg_task_sizes mg_task_sizes_none(void)
{
    struct mg_task_sizes sizes;

    for (size_t key = 0; key < MG_TASK_KEY_COUNT; key++) {
        sizes.value[key] = (double)NAN;
    }
    return sizes;
}

/* One key: default, then range; value in/out. */
static enum mg_status check_key(const struct mg_task *task, enum mg_task_key key, double *value,
                                struct mg_error *err)
{
    const struct mg_task_range *range = &task->keys[key];

    if (!mg_task_uses(task, key)) {
        if (!isnan(*value)) {
            return mg_fail(err, MG_EUSAGE, "task %s has no %s", task->name, KEYS[key].word);
        }
        return MG_OK;
    }
    *value = isnan(*value) ? range->fallback : *value;
    if (isnan(*value)) {
        return mg_fail(err, MG_EUSAGE, "task %s needs %s", task->name, KEYS[key].word);
    }
    if (!(*value >= range->min && *value <= range->max)) {
        return mg_fail(err, MG_EUSAGE, "%s is %.12g: task %s takes %.12g to %.12g", KEYS[key].word,
                       *value, task->name, range->min, range->max);
    }
    if (KEYS[key].integer && *value != floor(*value)) {
        return mg_fail(err, MG_EUSAGE, "%s is %.12g: not a whole number", KEYS[key].word, *value);
    }
    return MG_OK;
}

enum mg_status mg_task_check(const struct mg_task *task, struct mg_task_sizes *sizes,
                             struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t key = 0; key < MG_TASK_KEY_COUNT && status == MG_OK; key++) {
        status = check_key(task, (enum mg_task_key)key, &sizes->value[key], err);
    }
    if (status == MG_OK && task->check != NULL) {
        status = task->check(sizes, err);
    }
    if (status == MG_OK && task->rows != NULL) {
        const double rows = task->rows(sizes);
        const double tokens = rows * (double)task->length(sizes);
        if (rows > MG_TASK_ROWS_MAX || tokens > MG_TASK_TOKENS_MAX) {
            status = mg_fail(err, MG_EUSAGE,
                             "task %s of these sizes has %.6g sequences of %zu tokens; at most %d "
                             "sequences and %d tokens in all can be listed",
                             task->name, rows, task->length(sizes), MG_TASK_ROWS_MAX,
                             MG_TASK_TOKENS_MAX);
        }
    }
    return status;
}

static struct mg_source *new_chain(const struct mg_task *task, const struct mg_task_sizes *sizes)
{
    const size_t V = task->vocab(sizes);
    double *transition = mg_array_new(V * V, sizeof(*transition));
    double *start = mg_array_new(V, sizeof(*start));
    struct mg_source *source;

    task->chain(transition, start, sizes);
    source = mg_markov_new(transition, start, task->length(sizes), V);
    free(start);
    free(transition);
    return source;
}

struct mg_source *mg_task_new(const struct mg_task *task, const struct mg_task_sizes *sizes)
{
    const size_t L = task->length(sizes);
    struct mg_source *source;
    double *weight;
    int *tokens;
    size_t n;

    if (task->chain != NULL) {
        return new_chain(task, sizes);
    }
    n = (size_t)task->rows(sizes);
    tokens = mg_array_new(n * L, sizeof(*tokens));
    weight = mg_array_new(n, sizeof(*weight));
    task->fill(tokens, sizes);
    for (size_t r = 0; r < n; r++) {
        weight[r] = 1.0;
    }
    source = mg_sequences_new(tokens, weight, n, L, task->vocab(sizes));
    free(weight);
    free(tokens);
    return source;
}
