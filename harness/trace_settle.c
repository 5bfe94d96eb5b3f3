/* trace_settle.c - what the lines of a trace say together: steps that follow, masks that end. */
#include <stdlib.h>
#include <string.h>

#include "harness/trace_part.h"
#include "model/source/source.h"

enum { CELLS_MAX = 1 << 26 }; /* positions of all samples: 256 MB of tokens */

/* One sample on its way. */
struct sample {
    struct mg_trace_reader *reader;
    size_t index;
    int *tokens;  /* (L) */
    int *step_of; /* (L) */
    size_t start; /* of block 0 */
    size_t steps; /* so far */
    bool whole;   /* no line of the file is missing for a fault of its own */
};

static int by_place(const void *a, const void *b)
{
    const struct mg_trace_line *x = a;
    const struct mg_trace_line *y = b;
    const size_t left[4] = {x->answer.sample, x->answer.step, x->answer.position, x->line};
    const size_t right[4] = {y->answer.sample, y->answer.step, y->answer.position, y->line};

    for (size_t i = 0; i < 4; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

/* One prompt for all, or one for each; without prompts all is masked. */
static const int *prompt_of(const struct mg_trace_reader *reader, size_t sample)
{
    return reader->prompts == NULL ? NULL
                                   : reader->prompts + (reader->n_prompts == 1 ? 0 : sample) *
                                                           reader->out->trace.length;
}

/* Is a line about a position that was masked, told once in its step? */
static bool check_position(const struct sample *sample, const struct mg_trace_line *line,
                           const struct mg_trace_line *before)
{
    const struct mg_trace_answer *answer = &line->answer;
    const size_t i = answer->position;
    const int step = sample->step_of[i];

    if (before != NULL && before->answer.position == i) {
        mg_trace_refuse_line(sample->reader, line->line,
                             "sample %zu, step %zu, position %zu: is told on line %zu already",
                             answer->sample, answer->step, i, before->line);
        return false;
    }
    if (sample->tokens[i] == MG_MASK) {
        return true;
    }
    if (step < 0) {
        mg_trace_refuse_line(
            sample->reader, line->line,
            "sample %zu, step %zu, position %zu: is a token of the prompt, no mask", answer->sample,
            answer->step, i);
    } else {
        mg_trace_refuse_line(sample->reader, line->line,
                             "sample %zu, step %zu, position %zu: is revealed in step %d already; "
                             "only masked positions are told",
                             answer->sample, answer->step, i, step);
    }
    return false;
}

/* The block of the first mask is the only one that a step may reveal. */
static void check_block(const struct sample *sample, const struct mg_trace_line *line)
{
    const size_t block = sample->reader->out->trace.block;
    size_t first = 0;

    if (block == 0 || line->answer.revealed == MG_MASK) {
        return;
    }
    while (sample->tokens[first] != MG_MASK) {
        first++; /* the line's own position is masked */
    }
    if ((line->answer.position - sample->start) / block != (first - sample->start) / block) {
        mg_trace_refuse_line(sample->reader, line->line,
                             "sample %zu, step %zu, position %zu: is revealed before position %zu, "
                             "which is in an earlier block of %zu",
                             sample->index, line->answer.step, line->answer.position, first, block);
    }
}

/* The n lines of one step. */
static void take_step(struct sample *sample, const struct mg_trace_line *lines, size_t n)
{
    struct mg_trace_reader *reader = sample->reader;
    const size_t step = lines[0].answer.step;
    size_t masks = 0;
    size_t revealed = 0;

    if (sample->whole && step > sample->steps) {
        mg_trace_refuse_line(reader, lines[0].line,
                             "sample %zu: step %zu follows, but step %zu is missing", sample->index,
                             step, sample->steps);
    }
    sample->steps = step + 1;
    for (size_t i = 0; i < reader->out->trace.length; i++) {
        masks += sample->tokens[i] == MG_MASK;
    }
    for (size_t k = 0; k < n; k++) {
        if (check_position(sample, &lines[k], k == 0 ? NULL : &lines[k - 1])) {
            check_block(sample, &lines[k]);
        }
        revealed += lines[k].answer.revealed != MG_MASK;
    }
    if (sample->whole && revealed == 0) {
        mg_trace_refuse_line(reader, lines[0].line,
                             "sample %zu, step %zu: reveals nothing; a step reveals at least one "
                             "token",
                             sample->index, step);
    }
    if (sample->whole && n < masks && n > revealed) {
        mg_trace_refuse_line(
            reader, lines[0].line,
            "sample %zu, step %zu: tells %zu of %zu masked positions; all of them, "
            "or only those that it reveals",
            sample->index, step, n, masks);
    }
    for (size_t k = 0; k < n; k++) {
        if (lines[k].answer.revealed != MG_MASK &&
            sample->tokens[lines[k].answer.position] == MG_MASK) {
            sample->tokens[lines[k].answer.position] = lines[k].answer.revealed;
            sample->step_of[lines[k].answer.position] = (int)step;
        }
    }
}

/* The n lines of one sample; tokens starts as its prompt. */
static void take_sample(struct sample *sample, const struct mg_trace_line *lines, size_t n)
{
    const size_t length = sample->reader->out->trace.length;
    size_t masks = 0;
    size_t first = 0;

    for (size_t from = 0; from < n;) {
        size_t end = from + 1;

        while (end < n && lines[end].answer.step == lines[from].answer.step) {
            end++;
        }
        take_step(sample, lines + from, end - from);
        from = end;
    }
    for (size_t i = length; i-- > 0;) {
        if (sample->tokens[i] == MG_MASK) {
            masks++;
            first = i;
        }
    }
    if (sample->whole && masks > 0) {
        mg_trace_refuse_line(sample->reader, lines[n - 1].line,
                             "sample %zu: ends with %zu masked position%s, the first is %zu; every "
                             "one must be revealed",
                             sample->index, masks, masks == 1 ? "" : "s", first);
    }
}

/* Samples from 0 on, as many as there are prompts. False after faults. */
static bool count_samples(struct mg_trace_reader *reader)
{
    struct mg_trace *trace = &reader->out->trace;
    const struct mg_trace_line *last;

    if (reader->n_lines == 0) {
        if (reader->faults == 0) {
            mg_trace_refuse_line(reader, 1, "there is no line after the header");
        }
        return false;
    }
    last = &reader->lines[reader->n_lines - 1];
    trace->n_samples = last->answer.sample + 1;
    if (reader->n_prompts > 1 && trace->n_samples != reader->n_prompts && reader->faults == 0) {
        mg_trace_refuse_line(reader, 1, "\"prompts\": has %zu rows, there are %zu samples",
                             reader->n_prompts, trace->n_samples);
    }
    if (trace->n_samples > reader->n_lines) { /* so many cannot be: no memory is asked for them */
        if (reader->faults == 0) {
            mg_trace_refuse_line(reader, last->line,
                                 "sample %zu: there are %zu lines; samples count from 0 and none "
                                 "is missing",
                                 last->answer.sample, reader->n_lines);
        }
        return false;
    }
    if (trace->n_samples > CELLS_MAX / trace->length) {
        mg_trace_refuse_line(reader, last->line,
                             "%zu samples of %zu positions are more than 2^26 tokens",
                             trace->n_samples, trace->length);
        return false;
    }
    return reader->n_prompts <= 1 || trace->n_samples <= reader->n_prompts;
}

static void fill_start(struct mg_trace_reader *reader, int *prompts, int *tokens, int *step_of)
{
    const size_t length = reader->out->trace.length;

    for (size_t s = 0; s < reader->out->trace.n_samples; s++) {
        const int *prompt = prompt_of(reader, s);

        for (size_t i = 0; i < length; i++) {
            prompts[s * length + i] = prompt == NULL ? MG_MASK : prompt[i];
            step_of[s * length + i] = -1;
        }
    }
    memcpy(tokens, prompts, reader->out->trace.n_samples * length * sizeof(*tokens));
}

void mg_trace_settle(struct mg_trace_reader *reader)
{
    struct mg_trace *trace = &reader->out->trace;
    const bool whole = reader->faults == 0;
    struct mg_trace_answer *answers;
    int *rows[3];

    qsort(reader->lines, reader->n_lines, sizeof(*reader->lines), by_place);
    if (!count_samples(reader)) {
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        rows[i] = mg_heap_array(reader->heap, trace->n_samples * trace->length, sizeof(int));
    }
    fill_start(reader, rows[0], rows[1], rows[2]);
    for (size_t from = 0, next = 0; from < reader->n_lines; next++) {
        const size_t s = reader->lines[from].answer.sample;
        size_t end = from + 1;
        struct sample sample = {.reader = reader,
                                .index = s,
                                .tokens = rows[1] + s * trace->length,
                                .step_of = rows[2] + s * trace->length,
                                .start = mg_trace_start(rows[0] + s * trace->length, trace->length),
                                .whole = whole};

        if (whole && s > next) {
            mg_trace_refuse_line(reader, reader->lines[from].line,
                                 "sample %zu follows, but sample %zu is missing", s, next);
        }
        next = s;
        while (end < reader->n_lines && reader->lines[end].answer.sample == s) {
            end++;
        }
        take_sample(&sample, reader->lines + from, end - from);
        from = end;
    }
    answers = mg_heap_array(reader->heap, reader->n_lines, sizeof(*answers));
    for (size_t i = 0; i < reader->n_lines; i++) {
        answers[i] = reader->lines[i].answer;
    }
    trace->answers = answers;
    trace->n_answers = reader->n_lines;
    trace->prompts = rows[0];
    trace->tokens = rows[1];
    trace->step_of = rows[2];
}
