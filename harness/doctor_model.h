/*
 * doctor_model.h - is a checkpoint whole? What it is, and whether every value is a number.
 *
 * Loading looks at every header, shape and norm; the matrices are borrowed as they are, and reading
 * 16 GB takes a while, so their values are looked at when somebody asks.
 */
#ifndef MG_HARNESS_DOCTOR_MODEL_H
#define MG_HARNESS_DOCTOR_MODEL_H

#include <stddef.h>

#include "model/numeric/error.h"

/*
 * Load it, to predict one position: errors as mg_checkpoint_load. found: layers, width, tokens,
 * precision, and what of its files was ignored.
 */
enum mg_status mg_doctor_model(char *found, size_t size, const char *path, struct mg_error *err);

/*
 * Look at every value of every F32, F16 and BF16 tensor. found: how many. MG_EUSAGE names file,
 * tensor and place (from 0, row-major) of the first that is infinite or NaN.
 */
enum mg_status mg_doctor_values(char *found, size_t size, const char *path, struct mg_error *err);

#endif
