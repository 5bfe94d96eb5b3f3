/* measured.h - run a measure for a test, and read its rows. */
#ifndef MG_TESTS_SUPPORT_MEASURED_H
#define MG_TESTS_SUPPORT_MEASURED_H

#include "model/measure/measure.h"

/* Check and run, either of which fails the test unless it is fine; the rows go to the sink. */
void measured(struct mg_sink *sink, const struct mg_measure *measure,
              const struct mg_measure_spec *spec, const struct mg_source *source,
              struct mg_predictor *predictor);

/* A cell that holds a number; NAN for NULL. */
double measured_number(const struct mg_cell *cell);

#endif
