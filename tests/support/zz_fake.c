#include "model/measure/kinds.h"
const struct mg_measure mg_measure_distance = {.kind = "distance"};
const struct mg_measure mg_measure_law = {.kind = "law"};
const struct mg_measure mg_measure_schedule = {.kind = "schedule"};
const struct mg_measure mg_measure_likelihood = {.kind = "likelihood"};
const struct mg_measure mg_measure_order = {.kind = "order"};
const struct mg_measure mg_measure_consistency = {.kind = "consistency"};
