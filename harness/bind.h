/*
 * bind.h - from the resolved keys of a point to what model/ works with.
 *
 * Each part checks what only the whole point can tell (lengths, alphabets, what divides what) and
 * complains where the file says it. A part that cannot be bound leaves the others to be checked.
 */
#ifndef MG_HARNESS_BIND_H
#define MG_HARNESS_BIND_H

#include "harness/alphabet.h"
#include "harness/coding.h"
#include "harness/resolve.h"
#include "harness/spec.h"

/* One point on its way; what ends up in the point is owned by `heap`, the spec's. */
struct mg_binding {
    struct mg_reading *reading;
    struct mg_heap *heap;
    struct mg_resolved *resolved;
    struct mg_alphabet alphabet; /* how the source's tokens are written */
    struct mg_coding coding;     /* how a text becomes tokens; of a text source */
    struct mg_point *point;
    uint64_t seed;
};

/* The words of "kind" and other choices, for the option table; NULL after the last. Their help. */
const char *mg_source_kind_word(size_t i);
const char *mg_source_kind_help(size_t i);
const char *mg_task_word(size_t i);
const char *mg_if_missing_word(size_t i);
const char *mg_predictor_kind_word(size_t i);
const char *mg_predictor_kind_help(size_t i);
const char *mg_positions_word(size_t i);
const char *mg_ties_word(size_t i);
const char *mg_block_from_word(size_t i);
const char *mg_noise_word(size_t i);

/*
 * Fill a point from resolved keys. False after complaints; the point can be freed all the same:
 * its source is mg_source_free's, the rest the heap's.
 */
bool mg_bind_point(struct mg_binding *binding);

/* Parts of it, each in its own file. */
bool mg_bind_source(struct mg_binding *binding);
bool mg_bind_predictor(struct mg_binding *binding);
bool mg_bind_command(struct mg_binding *binding); /* a predictor */
bool mg_bind_trace(struct mg_binding *binding);   /* likewise */
bool mg_bind_train(struct mg_binding *binding);
bool mg_bind_measures(struct mg_binding *binding);

/* Distinct tokens of the list at a path, (*n) on the heap; none where there is no such key. */
bool mg_bind_tokens(struct mg_binding *binding, int **tokens, size_t *n, const char *path);

/* The keys top and watch of the entry at path ("measure.m"), where it has them. */
bool mg_bind_top(struct mg_binding *binding, struct mg_measure_spec *spec, const char *path);

/*
 * The trace of the point, for the entry at path that reads it. False after complaints: about one
 * that needs another predictor, or another measure.
 */
bool mg_bind_recorded(struct mg_binding *binding, struct mg_measure_spec *spec, const char *path);

/* Early entries ("at") for the measures that the point has, appended to them. */
bool mg_bind_along(struct mg_binding *binding);

/*
 * The samplers of the list at a path ("measure.law.samplers"), into an entry whose context and
 * sides are bound. False after complaints.
 */
bool mg_bind_samplers(struct mg_binding *binding, struct mg_measure_spec *spec, const char *path);

/* Values of resolved keys; the key must be there and of the right type, as the table ensures. */
size_t mg_bound_size(const struct mg_binding *binding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
double mg_bound_number(const struct mg_binding *binding, const char *path);
const char *mg_bound_text(const struct mg_binding *binding, const char *path);

/* Complain at a key of the point. */
void mg_bound_refuse(const struct mg_binding *binding, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same at a value inside a key's value. */
void mg_bound_refuse_at(const struct mg_binding *binding, const char *path,
                        const struct mg_json *inside, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
