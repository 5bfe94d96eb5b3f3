/*
 * progress.h - how a long command is going: one live line on a terminal, plain lines in a pipe.
 *
 * Live: done of total, failures, time left, what is being computed and its loss, drawn at most ten
 * times a second and taken away at the end. In a pipe (or TERM=dumb): a line for each end of a
 * computation and at most one every 30 seconds in between, without control characters. NO_COLOR
 * (no-color.org) leaves the live line without colour.
 */
#ifndef MG_HARNESS_PROGRESS_H
#define MG_HARNESS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct mg_progress;

/* total: computations to come. The stream (standard error) is borrowed. */
struct mg_progress *mg_progress_new(FILE *stream, size_t total);

/* Takes the live line away; NULL is fine. */
void mg_progress_free(struct mg_progress *progress);

/* A computation begins; what names it ("toy-pairs r3"), copied. */
void mg_progress_begin(struct mg_progress *progress, const char *what);

/* What it is doing now ("measure cd"), copied. */
void mg_progress_doing(struct mg_progress *progress, const char *doing);

/* Step of a training, from 0. */
void mg_progress_step(struct mg_progress *progress, size_t step, size_t steps,
                      double loss_nats_per_token);

/* It ended; outcome is one clause ("1500 steps, loss 0.412") or the failure. */
void mg_progress_end(struct mg_progress *progress, bool failed, const char *outcome);

/* A sentence that stays, on a line of its own. */
void mg_progress_note(struct mg_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "3h05m", "6m10s", "4.2s": a duration for people, into a buffer, which is returned. */
const char *mg_progress_duration(double seconds, char buffer[32]);

/* Monotonic clock in seconds. */
double mg_clock_s(void);

#endif
