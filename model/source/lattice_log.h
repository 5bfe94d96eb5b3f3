/*
 * lattice_log.h - the two passes of lattice.h on logarithms: some 20 times slower, never too small.
 *
 * Arguments and answers as in lattice.h, for any positive probabilities and any length.
 */
#ifndef MG_SOURCE_LATTICE_LOG_H
#define MG_SOURCE_LATTICE_LOG_H

#include "model/source/lattice.h"

double mg_lattice_log_mass_by_logs(const struct mg_lattice *lattice, const double *const *weight);

bool mg_lattice_posterior_by_logs(double *posterior, const struct mg_lattice *lattice,
                                  const double *const *weight);

#endif
