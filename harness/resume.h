/*
 * resume.h - a long training's state on disk, so that it survives its process.
 *
 * One safetensors file beside the model's folder: weights, both moments of AdamW, and in its
 * metadata the key, the next step and the rows sent so far, reals in hexadecimal. Randomness is
 * addressed by step and needs no state, so a training that goes on from here sends the same rows
 * and ends with the same weights as one that was never stopped.
 */
#ifndef MG_HARNESS_RESUME_H
#define MG_HARNESS_RESUME_H

#include <stdbool.h>
#include <stddef.h>

#include "model/measure/rows.h"
#include "model/network/adamw.h"
#include "model/network/transformer.h"
#include "model/numeric/error.h"

struct mg_resume;

/* "MODELS/KEY.resume", malloc'd. */
char *mg_resume_path(const char *models_dir, const char *key);

/*
 * The state of training `key` at path; every_s: seconds between two writings. Rows go on to
 * `rows`. All borrowed.
 */
struct mg_resume *mg_resume_new(const char *path, const char *key, double every_s,
                                struct mg_sink *rows);
void mg_resume_free(struct mg_resume *resume); /* the file stays; NULL is fine */

/* The sink to train into: rows of `metrics`, remembered and passed on. */
struct mg_sink *mg_resume_sink(struct mg_resume *resume);

/*
 * Set the network and the optimiser to what the file says and send its rows; the next step. 0,
 * and nothing changed, where there is no file, one that does not belong to this training, or one
 * that is past step `latest` (before which there is still something to measure).
 */
size_t mg_resume_restore(struct mg_resume *resume, struct mg_transformer *transformer,
                         struct mg_adamw *adamw, size_t latest);

/*
 * Write the state before step `next`, durably, when it is time or `now`. The time spent writing
 * stays below a twentieth of the training's. MG_ESTORAGE.
 */
enum mg_status mg_resume_keep(struct mg_resume *resume, struct mg_transformer *transformer,
                              struct mg_adamw *adamw, size_t next, bool now, struct mg_error *err);

/* The next step of the state at path, 0 where there is none of this key. */
size_t mg_resume_peek(const char *path, const char *key);

#endif
