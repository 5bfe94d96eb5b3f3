/*
 * progress.h - how a long command is going: one live line on a terminal, plain lines in a pipe.
 *
 * Live: done of total over all workers, failures, time left, what the worker that spoke last
 * computes, its loss, gradient norm, held-out NELBO and time left, drawn at most ten times a second
 * and taken away at the end. In a pipe (or TERM=dumb): a line for each end of a computation and at
 * most one every 30 seconds in between, without control characters. NO_COLOR (no-color.org) leaves
 * the live line without colour.
 */
#ifndef MG_HARNESS_PROGRESS_H
#define MG_HARNESS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/run.h"

struct mg_progress;

/*
 * total: computations to come, on `slots` workers; total_cost_s: what they are thought to take,
 * on one worker, 0 where nothing is known. The stream (standard error) is borrowed. json:
 * a JSON object a line instead: event (begin, progress, end, note), done, total, failed, seconds,
 * and of the computation at hand run, doing, step, steps, loss, outcome; progress once a second.
 */
struct mg_progress *mg_progress_new(FILE *stream, size_t total, double total_cost_s, size_t slots,
                                    bool json);

/* Takes the live line away; NULL is fine. */
void mg_progress_free(struct mg_progress *progress);

/* A worker begins a computation; what names it ("toy-pairs r3"), copied; cost_s is its part. */
void mg_progress_begin(struct mg_progress *progress, size_t slot, const char *what, double cost_s);

/* What it is doing now ("measure cd"), copied. */
void mg_progress_doing(struct mg_progress *progress, size_t slot, const char *doing);

/* Where its training is. */
void mg_progress_step(struct mg_progress *progress, size_t slot,
                      const struct mg_training_state *state);

/* It ended; outcome is one clause ("done") or the failure. */
void mg_progress_end(struct mg_progress *progress, size_t slot, bool failed, const char *outcome);

/* It stopped before its end, or is to begin again. */
void mg_progress_leave(struct mg_progress *progress, size_t slot);

/* Nothing new: redraw, if it is time. */
void mg_progress_tick(struct mg_progress *progress);

/* A sentence that stays, on a line of its own. */
void mg_progress_note(struct mg_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "3h05m", "6m10s", "4.2s": a duration for people, into a buffer, which is returned. */
const char *mg_progress_duration(double seconds, char buffer[32]);

/* Monotonic clock in seconds. */
double mg_clock_s(void);

#endif
