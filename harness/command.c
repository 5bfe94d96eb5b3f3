/* command.c - a predictor that is another program; see command.h. */
#include "harness/command.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/buffer.h"
#include "harness/command_child.h"
#include "harness/json.h"
#include "model/numeric/arena.h"
#include "model/predictor/uniform.h"

enum {
    CELLS_MAX = 1 << 20, /* probabilities of one answer, about */
    PROBES = 4           /* rows that its answers are known by */
};

#define SUM_TOLERANCE 1e-4

struct command {
    struct mg_predictor base;
    struct mg_command_use use;
    struct mg_child *child;
    struct mg_error failed; /* MG_OK so far, or its first fault */
    size_t asked;           /* requests so far */
    char answers[MG_KEY_TEXT];
};

/* Where an answer is wrong, for people. */
struct place {
    const struct command *command;
    size_t row, position;
};

static enum mg_status refuse(const struct place *place, struct mg_error *err, const char *fault)
{
    return mg_fail(err, MG_NO, "row %zu of request %zu, position %zu: %s", place->row,
                   place->command->asked, place->position, fault);
}

/* A member of the answer, an array of n; fault says what it is an array of. */
static bool is_array(const struct mg_json *value, size_t n, const char *of, char fault[160])
{
    if (value == NULL || mg_json_type(value) != MG_JSON_ARRAY) {
        snprintf(fault, 160, "must be an array of %zu %s, is %s", n, of,
                 value == NULL ? "missing" : mg_json_type_name(mg_json_type(value)));
        return false;
    }
    if (mg_json_count(value) != n) {
        snprintf(fault, 160, "must be an array of %zu %s, has %zu", n, of, mg_json_count(value));
        return false;
    }
    return true;
}

/* One distribution (V). */
static enum mg_status read_cell(double *probs, const struct mg_json *cell,
                                const struct place *place, struct mg_error *err)
{
    const size_t vocab = place->command->base.vocab;
    double sum = 0.0;
    char fault[160];

    if (cell != NULL && mg_json_type(cell) == MG_JSON_ARRAY && mg_json_count(cell) == vocab + 1) {
        snprintf(fault, sizeof(fault),
                 "%zu probabilities for %zu tokens; the mask is none and gets none", vocab + 1,
                 vocab);
        return refuse(place, err, fault);
    }
    if (!is_array(cell, vocab, "probabilities", fault)) {
        return refuse(place, err, fault);
    }
    for (size_t v = 0; v < vocab; v++) {
        const struct mg_json *value = mg_json_at(cell, v);

        if (mg_json_type(value) != MG_JSON_NUMBER) {
            snprintf(fault, sizeof(fault), "token %zu: must be a number, is %s", v,
                     mg_json_type_name(mg_json_type(value)));
            return refuse(place, err, fault);
        }
        probs[v] = mg_json_number(value);
        if (probs[v] < 0.0) {
            snprintf(fault, sizeof(fault), "token %zu: the probability %g is negative", v,
                     probs[v]);
            return refuse(place, err, fault);
        }
        sum += probs[v];
    }
    if (!(fabs(sum - 1.0) <= SUM_TOLERANCE)) {
        snprintf(fault, sizeof(fault), "probabilities sum to %.9g, not to 1", sum);
        return refuse(place, err, fault);
    }
    for (size_t v = 0; v < vocab; v++) {
        probs[v] /= sum;
    }
    return MG_OK;
}

/* The masked positions of one row; the others have their point masses. */
static enum mg_status read_row(struct command *command, double *probs, const struct mg_json *cells,
                               const int *row, size_t index, struct mg_error *err)
{
    struct place place = {.command = command, .row = index};
    enum mg_status status = MG_OK;
    size_t masked = 0;
    char fault[160];

    for (size_t i = 0; i < command->base.length; i++) {
        masked += row[i] == MG_MASK;
    }
    if (!is_array(cells, masked, "distributions, one a masked position", fault)) {
        return mg_fail(err, MG_NO, "row %zu of request %zu, \"probs\": %s", index, command->asked,
                       fault);
    }
    masked = 0;
    for (size_t i = 0; status == MG_OK && i < command->base.length; i++) {
        if (row[i] == MG_MASK) {
            place.position = i;
            status = read_cell(probs + i * command->base.vocab, mg_json_at(cells, masked++), &place,
                               err);
        }
    }
    return status;
}

/* Send a line, and parse the one that comes. */
static enum mg_status exchange(struct command *command, struct mg_json_file **file,
                               const struct mg_buffer *request, struct mg_error *err)
{
    const struct mg_json *root;
    const struct mg_json *error;
    const char *answer;
    char name[48];
    size_t size;

    *file = NULL;
    command->asked++;
    if (mg_child_ask(command->child, &answer, &size, request->text, request->size,
                     command->use.timeout_s, err) != MG_OK) {
        return err->status;
    }
    snprintf(name, sizeof(name), "answer to request %zu", command->asked);
    if (mg_json_parse_header(file, answer, size, name, err) != MG_OK) {
        return err->status = MG_NO;
    }
    root = mg_json_root(*file);
    if (mg_json_type(root) != MG_JSON_OBJECT) {
        return mg_fail(err, MG_NO, "%s: must be an object, is %s", name,
                       mg_json_type_name(mg_json_type(root)));
    }
    error = mg_json_get(root, "error");
    if (error != NULL) {
        return mg_fail(err, MG_NO, "%s: %s", name,
                       mg_json_type(error) == MG_JSON_STRING ? mg_json_string(error) : "an error");
    }
    return MG_OK;
}

static enum mg_status greet(struct command *command, struct mg_error *err)
{
    struct mg_buffer request = {0};
    struct mg_json_file *file = NULL;
    const struct mg_json *vocab;
    long long answered = -1;
    enum mg_status status;

    mg_buffer_printf(&request, "{\"marginalia\":1,\"length\":%zu,\"vocab\":%zu,\"symbols\":[",
                     command->base.length, command->base.vocab);
    for (size_t v = 0; v < command->base.vocab; v++) {
        char *quoted = mg_json_quote(command->use.symbols[v]);
        mg_buffer_printf(&request, "%s%s", v == 0 ? "" : ",", quoted);
        free(quoted);
    }
    mg_buffer_puts(&request, "]}\n");
    status = exchange(command, &file, &request, err);
    if (status == MG_OK) {
        vocab = mg_json_get(mg_json_root(file), "vocab");
        if (vocab == NULL || mg_json_type(vocab) != MG_JSON_NUMBER ||
            !mg_json_integer(vocab, &answered) || answered < 0 ||
            (size_t)answered != command->base.vocab) {
            status = mg_fail(err, MG_NO,
                             "answer to request 1, \"vocab\": must be %zu, the tokens of the "
                             "source",
                             command->base.vocab);
        }
    }
    mg_json_free(file);
    mg_buffer_free(&request);
    return status;
}

/* probs (n, L, V) out: as ask_rows of mg_predictor_ops, but can fail. */
static enum mg_status ask(struct command *command, double *probs, const int *rows, size_t n,
                          struct mg_error *err)
{
    const size_t length = command->base.length;
    struct mg_buffer request = {0};
    struct mg_json_file *file = NULL;
    const struct mg_json *answer;
    enum mg_status status;
    char fault[160];

    mg_buffer_puts(&request, "{\"rows\":[");
    for (size_t i = 0; i < n * length; i++) {
        mg_buffer_printf(&request, "%s%d%s", i % length > 0 ? "," : (i > 0 ? ",[" : "["), rows[i],
                         i % length + 1 == length ? "]" : "");
    }
    mg_buffer_puts(&request, "]}\n");
    status = exchange(command, &file, &request, err);
    if (status == MG_OK) {
        answer = mg_json_get(mg_json_root(file), "probs");
        if (!is_array(answer, n, "rows", fault)) {
            status =
                mg_fail(err, MG_NO, "answer to request %zu, \"probs\": %s", command->asked, fault);
        }
        for (size_t r = 0; status == MG_OK && r < n; r++) {
            status = read_row(command, probs + r * length * command->base.vocab,
                              mg_json_at(answer, r), rows + r * length, r, err);
        }
    }
    mg_json_free(file);
    mg_buffer_free(&request);
    return status;
}

/* The first fault stays; no answer is of use after it. */
static void keep_fault(struct command *command, const struct mg_error *err)
{
    command->failed.status = MG_OK;
    (void)mg_fail(&command->failed, err->status, "predictor.argv (%s): %s", command->use.argv[0],
                  err->text);
}

static void command_predict(struct mg_predictor *predictor, double *probs, bool *possible,
                            const int *rows, size_t n)
{
    struct command *command = (struct command *)predictor;
    const size_t cells = predictor->length * predictor->vocab;
    const size_t most = CELLS_MAX / cells > 0 ? CELLS_MAX / cells : 1;

    for (size_t r = 0; r < n; r++) {
        mg_uniform_row(probs + r * cells, rows + r * predictor->length, predictor->length,
                       predictor->vocab);
        if (possible != NULL) {
            possible[r] = true;
        }
    }
    for (size_t r = 0; command->failed.status == MG_OK && r < n; r += most) {
        struct mg_error err = {0};

        if (ask(command, probs + r * cells, rows + r * predictor->length,
                n - r < most ? n - r : most, &err) != MG_OK) {
            keep_fault(command, &err);
        }
    }
    for (size_t r = 0; command->failed.status != MG_OK && r < n; r++) {
        mg_uniform_row(probs + r * cells, rows + r * predictor->length, predictor->length,
                       predictor->vocab); /* not half an answer */
    }
}

static void command_free(struct mg_predictor *predictor)
{
    struct command *command = (struct command *)predictor;

    mg_child_free(command->child);
    free(command);
}

static const struct mg_predictor_ops COMMAND = {
    .kind = "command", .predict = command_predict, .free = command_free};

/* Rows of every kind: all masked, the first or the last masked, and every second. */
static void hash_answers(struct command *command)
{
    const size_t length = command->base.length;
    const size_t cells = length * command->base.vocab;
    int *row = mg_allocate(length, sizeof(*row));
    double *probs = mg_allocate(cells, sizeof(*probs));
    struct mg_hash *hash = mg_hash_new();

    for (size_t k = 0; k < PROBES; k++) {
        for (size_t i = 0; i < length; i++) {
            const bool masked[PROBES] = {true, i == 0, i + 1 == length, i % 2 == 0};
            row[i] = masked[k] ? MG_MASK : (int)(i * k % command->base.vocab);
        }
        command_predict(&command->base, probs, NULL, row, 1);
        mg_hash_bytes(hash, probs, cells * sizeof(*probs));
    }
    mg_hash_finish(command->answers, hash);
    free(probs);
    free(row);
}

enum mg_status mg_command_new(struct mg_predictor **predictor, const struct mg_command_use *use,
                              struct mg_error *err)
{
    struct command *command = mg_allocate(1, sizeof(*command));
    struct mg_error why = {0};

    *predictor = NULL;
    *command = (struct command){
        .base = {.ops = &COMMAND, .length = use->length, .vocab = use->vocab}, .use = *use};
    if (mg_child_start(&command->child, use->argv, use->folder, &why) != MG_OK ||
        greet(command, &why) != MG_OK) {
        keep_fault(command, &why);
    } else {
        hash_answers(command);
    }
    if (mg_command_status(&command->base, err) != MG_OK) {
        command_free(&command->base);
        return err->status;
    }
    *predictor = &command->base;
    return MG_OK;
}

const char *mg_command_answers(const struct mg_predictor *predictor)
{
    assert(predictor->ops == &COMMAND);
    return ((const struct command *)predictor)->answers;
}

enum mg_status mg_command_status(const struct mg_predictor *predictor, struct mg_error *err)
{
    const struct command *command = (const struct command *)predictor;

    assert(predictor->ops == &COMMAND);
    return command->failed.status == MG_OK
               ? MG_OK
               : mg_fail(err, command->failed.status, "%s", command->failed.text);
}
