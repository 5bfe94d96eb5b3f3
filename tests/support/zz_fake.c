#include "model/measure/kinds.h"
const struct mg_measure mg_measure_order = {.kind = "order", .help = "x"};
