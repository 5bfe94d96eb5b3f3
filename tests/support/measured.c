/* measured.c - see measured.h. */
#include "tests/support/measured.h"

#include "tests/support/test.h"

void measured(struct mg_sink *sink, const struct mg_measure *measure,
              const struct mg_measure_spec *spec, const struct mg_source *source,
              struct mg_predictor *predictor)
{
    const struct mg_streams streams = {.order = {{11, 13}}};
    const struct mg_measure_input input = {spec, source, predictor, &streams, sink};
    struct mg_error err = {0};

    assert_int_equal(measure->check(spec, source, &err), MG_OK);
    assert_int_equal(measure->run(&input, &err), MG_OK);
}

double measured_number(const struct mg_cell *cell)
{
    return cell->type == MG_CELL_NULL  ? (double)NAN
           : cell->type == MG_CELL_INT ? (double)cell->integer
                                       : cell->real;
}
