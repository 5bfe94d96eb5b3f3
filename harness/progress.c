/* progress.c - the live line and the plain lines; see progress.h. */
#include "harness/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "harness/json.h"
#include "model/numeric/arena.h"

#define LIVE_EVERY_S  0.1
#define PLAIN_EVERY_S 30.0
#define JSON_EVERY_S  1.0
#define LEAST_COST_S  0.02 /* of any computation, for the time left */

/* What one worker is at. */
struct slot {
    bool busy;
    double begin_s;
    double cost_s;                     /* what it is thought to take, at least LEAST_COST_S */
    struct mg_training_state training; /* steps 0: none */
    size_t first_step;                 /* of it that was told of, */
    double first_s;                    /* and when */
    char what[160];
    char doing[80];
};

struct mg_progress {
    FILE *stream;
    bool live;
    bool colour;
    bool json;
    size_t total, done, failed;
    double total_cost_s, done_cost_s; /* only their ratio counts */
    double begin_s, last_s;
    struct slot *slots;
    size_t n_slots;
    size_t speaker; /* the slot that spoke last */
};

double mg_clock_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

const char *mg_progress_duration(double seconds, char buffer[32])
{
    const long whole = (long)(seconds + 0.5);

    if (seconds < 0.9995) {
        snprintf(buffer, 32, "%.0fms", 1000.0 * seconds);
    } else if (seconds < 99.5) {
        snprintf(buffer, 32, "%.1fs", seconds);
    } else if (whole < 3600) {
        snprintf(buffer, 32, "%ldm%02lds", whole / 60, whole % 60);
    } else {
        snprintf(buffer, 32, "%ldh%02ldm", whole / 3600, whole % 3600 / 60);
    }
    return buffer;
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && value[0] != '\0';
}

struct mg_progress *mg_progress_new(FILE *stream, size_t total, double total_cost_s, size_t slots,
                                    bool json)
{
    struct mg_progress *progress = mg_allocate(1, sizeof(*progress));
    const char *terminal = getenv("TERM");

    progress->stream = stream;
    progress->total = total;
    progress->total_cost_s = total_cost_s + LEAST_COST_S * (double)total;
    progress->slots = mg_allocate(slots + 1, sizeof(*progress->slots));
    progress->n_slots = slots;
    progress->json = json;
    progress->live =
        !json && isatty(fileno(stream)) != 0 && terminal != NULL && strcmp(terminal, "dumb") != 0;
    progress->colour = progress->live && !is_set("NO_COLOR");
    progress->begin_s = progress->last_s = mg_clock_s();
    return progress;
}

static void clear_line(const struct mg_progress *progress)
{
    if (progress->live) {
        fputs("\r\033[K", progress->stream);
    }
}

void mg_progress_free(struct mg_progress *progress)
{
    if (progress != NULL) {
        clear_line(progress);
        (void)fflush(progress->stream);
        free(progress->slots);
        free(progress);
    }
}

/* Time left if the rest costs what it is thought to, in the proportion that held so far. */
static void write_eta(char *text, size_t size, const struct mg_progress *progress, double now_s)
{
    double done_s = progress->done_cost_s;
    const double spent_s = now_s - progress->begin_s;
    char duration[32];
    double share;

    for (size_t i = 0; i < progress->n_slots; i++) {
        const struct slot *slot = &progress->slots[i];
        done_s += slot->training.steps > 0
                      ? slot->cost_s * (double)slot->training.step / (double)slot->training.steps
                      : 0.0;
    }
    share = done_s / progress->total_cost_s;
    text[0] = '\0';
    if (progress->done < progress->total && share > 0.0 && spent_s > 1.0) {
        snprintf(text, size, " · eta %s",
                 mg_progress_duration(spent_s * (1.0 - share) / share, duration));
    }
}

/* To the training's end, if its steps go on as they went; NaN until two were told of. */
static double left_s(const struct slot *slot)
{
    const struct mg_training_state *at = &slot->training;
    const double gone_s = mg_clock_s() - slot->first_s;

    return at->step > slot->first_step
               ? gone_s * (double)(at->steps - 1 - at->step) / (double)(at->step - slot->first_step)
               : (double)NAN;
}

/* " step 40/1500 loss 0.7012 grad 0.52 NELBO 0.6973, 12.1s left"; "" without a training. */
static void write_training(char *text, size_t size, const struct slot *slot)
{
    const struct mg_training_state *at = &slot->training;
    char nelbo[32] = "";
    char left[40] = "";
    char duration[32];

    text[0] = '\0';
    if (at->steps == 0) {
        return;
    }
    if (!isnan(at->nelbo_nats_per_token)) {
        snprintf(nelbo, sizeof(nelbo), " NELBO %.4f", at->nelbo_nats_per_token);
    }
    if (!isnan(left_s(slot))) {
        snprintf(left, sizeof(left), ", %s left", mg_progress_duration(left_s(slot), duration));
    }
    snprintf(text, size, " step %zu/%zu loss %.4f grad %.2g%s%s", at->step, at->steps,
             at->loss_nats_per_token, at->grad_norm, nelbo, left);
}

static void write_status(char *text, size_t size, const struct mg_progress *progress)
{
    const struct slot *slot = &progress->slots[progress->speaker];
    char eta[64];
    char failed[48] = "";
    char training[192];
    char others[40] = "";
    size_t busy = 0;

    write_eta(eta, sizeof(eta), progress, mg_clock_s());
    if (progress->failed > 0) {
        snprintf(failed, sizeof(failed), " · %s%zu failed%s", progress->colour ? "\033[31m" : "",
                 progress->failed, progress->colour ? "\033[0m" : "");
    }
    write_training(training, sizeof(training), slot);
    for (size_t i = 0; i < progress->n_slots; i++) {
        busy += progress->slots[i].busy;
    }
    if (busy > 1) {
        snprintf(others, sizeof(others), " (and %zu more)", busy - 1);
    }
    snprintf(text, size, "%zu/%zu%s%s · %s %s%s%s", progress->done, progress->total, failed, eta,
             slot->what, slot->doing, training, others);
}

/* Cut a UTF-8 text to `columns` characters; escapes are few and count as characters. */
static void cut(char *text, size_t columns)
{
    size_t at = 0;
    size_t characters = 0;

    while (text[at] != '\0') {
        if (((unsigned char)text[at] & 0xc0U) != 0x80U && characters++ == columns) {
            text[at] = '\0';
            return;
        }
        at++;
    }
}

/* ", "key": "text"", nothing for an empty text. */
static void write_member(FILE *stream, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        char *quoted = mg_json_quote(text);
        fprintf(stream, ", \"%s\": %s", key, quoted);
        free(quoted);
    }
}

static void write_number(FILE *stream, const char *key, double value)
{
    char number[32];

    fprintf(stream, ", \"%s\": %s", key, isfinite(value) ? mg_number_text(value, number) : "null");
}

static void write_training_members(FILE *stream, const struct slot *slot)
{
    const struct mg_training_state *at = &slot->training;

    fprintf(stream, ", \"step\": %zu, \"steps\": %zu", at->step, at->steps);
    write_number(stream, "loss", at->loss_nats_per_token);
    write_number(stream, "grad_norm", at->grad_norm);
    write_number(stream, "nelbo_held_out", at->nelbo_nats_per_token);
    write_number(stream, "seconds_left", left_s(slot));
}

/* One event of a slot (NULL: of none) as a line; what is said of it under the key given. */
static void write_json(struct mg_progress *progress, const char *event, const struct slot *slot,
                       const char *key, const char *text)
{
    fprintf(progress->stream,
            "{\"marginalia\": 1, \"event\": \"%s\", \"done\": %zu, \"total\": %zu, \"failed\": "
            "%zu, \"seconds\": %.3f",
            event, progress->done, progress->total, progress->failed,
            mg_clock_s() - progress->begin_s);
    if (slot != NULL) {
        write_member(progress->stream, "run", slot->what);
        write_member(progress->stream, "doing", slot->doing);
        if (slot->training.steps > 0) {
            write_training_members(progress->stream, slot);
        }
    }
    write_member(progress->stream, key, text);
    fputs("}\n", progress->stream);
    (void)fflush(progress->stream);
}

static void draw(struct mg_progress *progress, bool now)
{
    const double now_s = mg_clock_s();
    struct winsize window = {0};
    char text[640];

    if (!now && now_s - progress->last_s < (progress->live   ? LIVE_EVERY_S
                                            : progress->json ? JSON_EVERY_S
                                                             : PLAIN_EVERY_S)) {
        return;
    }
    progress->last_s = now_s;
    if (progress->json) {
        write_json(progress, "progress", &progress->slots[progress->speaker], "", NULL);
        return;
    }
    write_status(text, sizeof(text), progress);
    if (progress->live) {
        if (ioctl(fileno(progress->stream), TIOCGWINSZ, &window) == 0 && window.ws_col > 1) {
            cut(text,
                (size_t)window.ws_col - 1 + (progress->failed > 0 && progress->colour ? 9 : 0));
        }
        fprintf(progress->stream, "\r%s\033[K", text);
    } else {
        fprintf(progress->stream, "%s\n", text);
    }
    (void)fflush(progress->stream);
}

void mg_progress_begin(struct mg_progress *progress, size_t slot, const char *what, double cost_s)
{
    struct slot *at = &progress->slots[slot];

    *at = (struct slot){.busy = true, .begin_s = mg_clock_s(), .cost_s = cost_s + LEAST_COST_S};
    snprintf(at->what, sizeof(at->what), "%s", what);
    progress->speaker = slot;
    if (progress->json) {
        write_json(progress, "begin", at, "", NULL);
    } else if (progress->live) {
        draw(progress, false);
    }
}

void mg_progress_doing(struct mg_progress *progress, size_t slot, const char *doing)
{
    struct slot *at = &progress->slots[slot];

    snprintf(at->doing, sizeof(at->doing), "%s", doing);
    at->training.steps = 0;
    progress->speaker = slot;
    draw(progress, false);
}

void mg_progress_step(struct mg_progress *progress, size_t slot,
                      const struct mg_training_state *state)
{
    struct slot *at = &progress->slots[slot];

    if (at->training.steps == 0) {
        at->first_step = state->step;
        at->first_s = mg_clock_s();
    }
    at->training = *state;
    progress->speaker = slot;
    draw(progress, false);
}

void mg_progress_end(struct mg_progress *progress, size_t slot, bool failed, const char *outcome)
{
    struct slot *at = &progress->slots[slot];
    char duration[32];

    progress->done++;
    progress->done_cost_s += at->cost_s;
    progress->failed += failed;
    mg_progress_leave(progress, slot);
    if (progress->json) {
        write_json(progress, "end", at, failed ? "failure" : "outcome", outcome);
    } else if (!progress->live || failed) {
        clear_line(progress);
        fprintf(progress->stream, "%zu/%zu %s %s: %s (%s)\n", progress->done, progress->total,
                failed ? "FAIL" : "ok", at->what, outcome,
                mg_progress_duration(mg_clock_s() - at->begin_s, duration));
        (void)fflush(progress->stream);
    }
    if (progress->live) {
        draw(progress, false);
    }
}

void mg_progress_leave(struct mg_progress *progress, size_t slot)
{
    progress->slots[slot].busy = false;
    progress->slots[slot].training.steps = 0;
}

void mg_progress_tick(struct mg_progress *progress)
{
    draw(progress, false);
}

void mg_progress_note(struct mg_progress *progress, const char *format, ...)
{
    va_list arguments;
    char text[1024];

    clear_line(progress);
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (progress->json) {
        write_json(progress, "note", NULL, "text", text);
        return;
    }
    fprintf(progress->stream, "%s\n", text);
    (void)fflush(progress->stream);
}
