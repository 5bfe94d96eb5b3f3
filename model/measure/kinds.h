/*
 * kinds.h - the kinds of measures, each defined in the file of its name.
 *
 * The table of measure.c lists them; nothing else includes this header but those files.
 */
#ifndef MG_MEASURE_KINDS_H
#define MG_MEASURE_KINDS_H

#include "model/measure/measure.h"

/* For mg_measure.prefixes_alone; prefix.c */
bool mg_samplers_ask_prefixes(const struct mg_measure_spec *spec, const struct mg_source *source,
                              size_t block);
bool mg_targets_follow_prefix(const struct mg_measure_spec *spec, const struct mg_source *source,
                              size_t block);
bool mg_asks_no_network(const struct mg_measure_spec *spec, const struct mg_source *source,
                        size_t block);

/* Rows SAMPLER.tokens_per_call and SAMPLER.tokens_per_row of `information`; samples.c */
void mg_emit_draft_cost(struct mg_sink *sink, const char *name, double per_call, double per_row);

extern const struct mg_measure mg_measure_joint;          /* joint.c */
extern const struct mg_measure mg_measure_distance;       /* distance.c */
extern const struct mg_measure mg_measure_law;            /* law_measure.c */
extern const struct mg_measure mg_measure_samples;        /* samples.c */
extern const struct mg_measure mg_measure_schedule;       /* schedule.c */
extern const struct mg_measure mg_measure_likelihood;     /* likelihood.c */
extern const struct mg_measure mg_measure_order;          /* order_measure.c */
extern const struct mg_measure mg_measure_marginal_error; /* marginal_error.c */
extern const struct mg_measure mg_measure_consistency;    /* consistency.c */
extern const struct mg_measure mg_measure_certificate;    /* certificate.c */
extern const struct mg_measure mg_measure_bidirectional;  /* bidirectional.c */
extern const struct mg_measure mg_measure_top;            /* top.c */
extern const struct mg_measure mg_measure_trace;          /* trace_measure.c */

#endif
