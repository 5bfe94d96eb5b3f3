/*
 * command.h - a predictor that is another program: masked rows in, probabilities out, as JSON.
 *
 * One line each way, UTF-8, so that a model in any language gets every probe:
 *
 *   {"marginalia":1,"length":L,"vocab":V,"symbols":["A",...]}   once, V symbols: how tokens are
 *                                                               written
 *   {"vocab":V}                                                 the answer, once it is ready
 *   {"rows":[[0,-1,2,-1],...]}                                  token ids, -1 where masked
 *   {"probs":[[[p,...],[p,...]],...]}                           for each row, for each masked
 *                                                               position in order, V numbers
 *
 * or {"error":"why"} to any line. Numbers are finite, not negative, and sum to 1 within 1e-4; they
 * are divided by their sum, for single precision is not exact. The mask is no token: a V+1st
 * number is refused. The same row is to get the same answer, whatever stands beside it.
 */
#ifndef MG_HARNESS_COMMAND_H
#define MG_HARNESS_COMMAND_H

#include <stddef.h>

#include "harness/identity.h"
#include "model/numeric/error.h"
#include "model/predictor/predictor.h"

struct mg_command_use {
    char *const *argv;  /* ended by NULL; borrowed, as all of it */
    const char *folder; /* that it works in */
    double timeout_s;   /* for one answer */
    size_t length, vocab;
    char *const *symbols; /* (V) */
};

/*
 * Start it and ask it a few rows. MG_EENVIRONMENT when it cannot be started, MG_NO when it is
 * slow, dead or answers otherwise than above, MG_INTERRUPTED; then *predictor is NULL.
 */
enum mg_status mg_command_new(struct mg_predictor **predictor, const struct mg_command_use *use,
                              struct mg_error *err);

/* The SHA-256 of its answers to these rows: the same program and model, the same hash. */
const char *mg_command_answers(const struct mg_predictor *predictor);

/* What went wrong since it was made, for predictions cannot say; after a fault they are uniform. */
enum mg_status mg_command_status(const struct mg_predictor *predictor, struct mg_error *err);

#endif
