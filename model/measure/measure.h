/*
 * measure.h - what is asked of a predictor: one file a measure, one row in the table of measures.
 *
 * A measure takes a predictor and its source and writes rows; it knows no files and no SQL. Its
 * rows depend on its own entry alone, never on the other measures of a run.
 */
#ifndef MG_MEASURE_MEASURE_H
#define MG_MEASURE_MEASURE_H

#include "model/diffusion/order.h"
#include "model/measure/rows.h"
#include "model/measure/trace.h"
#include "model/numeric/error.h"
#include "model/numeric/philox.h"
#include "model/predictor/predictor.h"
#include "model/source/source.h"

/* One entry of "measure", resolved: fields that do not apply to its kind are 0. */
struct mg_measure_spec {
    int *context;    /* (L) joint, samples, law, order, top: tokens or MG_MASK; NULL: all masked */
    size_t *targets; /* joint: masked positions asked for, in the given order */
    size_t n_targets;
    struct mg_sampler *samplers;
    size_t n_samplers;
    size_t draws;     /* samples */
    size_t left;      /* distance, bidirectional, order, likelihood: revealed tokens drawn from
                         the source on the left */
    size_t right;     /* and on the right */
    size_t middle;    /* order: and in the middle */
    int *left_tokens; /* distance: a literal left context of `left` tokens instead, or NULL */
    int *right_tokens;
    size_t run;      /* distance, bidirectional: masked positions between them, 0: all */
    size_t contexts; /* distance, bidirectional: contexts averaged over */
    size_t top;      /* top: likeliest tokens listed */
    int *watch;      /* (n_watch) top: tokens whose probabilities are told besides */
    size_t n_watch;
    const struct mg_trace *trace; /* trace: what the predictor recorded; borrowed */
};

struct mg_measure_input {
    const struct mg_measure_spec *spec;
    const struct mg_source *source;
    struct mg_predictor *predictor;
    const struct mg_streams *streams;
    struct mg_sink *sink;
};

struct mg_measure {
    const char *kind; /* the word of an experiment file */
    const char *help; /* one sentence for `describe` */
    bool reads_trace; /* of a recorded predictor, which answers nothing else */

    /*
     * Refuse before anything runs what cannot be answered (a law too large to enumerate, no
     * oracle where one is needed); MG_EUSAGE with a sentence that names the size. May be NULL.
     */
    enum mg_status (*check)(const struct mg_measure_spec *spec, const struct mg_source *source,
                            struct mg_error *err);

    /*
     * Whether all it asks for lies in the first block of `block` tokens with a mask, behind a
     * revealed prefix, which is all that a network can answer that sees no suffix
     * (mg_prefix_block). NULL: it asks for more, whatever the entry says.
     */
    bool (*prefixes_alone)(const struct mg_measure_spec *spec, const struct mg_source *source,
                           size_t block);

    /* Measure and write rows. Fails (MG_NO) on numbers that are not finite where they must be. */
    enum mg_status (*run)(const struct mg_measure_input *input, struct mg_error *err);
};

/* The table of measures, as pointers: each row is defined in its own file; n out. */
const struct mg_measure *const *mg_measures(size_t *n);

/*
 * MG_EUSAGE, naming what is at fault, where an entry asks a network that answers `block` >= 1
 * positions behind a prefix (1: a causal one) for more than it can.
 */
enum mg_status mg_measure_check_prefixes(const struct mg_measure *measure,
                                         const struct mg_measure_spec *spec,
                                         const struct mg_source *source, size_t block,
                                         struct mg_error *err);

/* The measure called kind, or NULL. */
const struct mg_measure *mg_measure_find(const char *kind);

#endif
