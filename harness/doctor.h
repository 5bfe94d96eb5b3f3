/*
 * doctor.h - is this machine fit to compute here? Each need looked at, with a remedy.
 */
#ifndef MG_HARNESS_DOCTOR_H
#define MG_HARNESS_DOCTOR_H

#include <stddef.h>
#include <stdio.h>

#include "harness/output.h"
#include "model/numeric/error.h"

/*
 * Look at the BLAS, the random numbers, SQLite, gnuplot and the folder of the database, then at
 * the n checkpoints of models, each whole and with every value; and print a table (check, state,
 * found). MG_EENVIRONMENT when the machine is not as it must be, MG_EUSAGE when a checkpoint is
 * not; the text says what to do. threads as in mg_matmul_start.
 */
enum mg_status mg_doctor(const char *db, size_t threads, const char *const *models, size_t n,
                         FILE *stream, enum mg_output_format format, struct mg_error *err);

#endif
