/* bind_chain.c - Markov chains, open and hidden, as the source of a point. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "harness/bind_source.h"
#include "model/source/chain_facts.h"
#include "model/source/hmm.h"
#include "model/source/markov.h"

/*
 * Read the matrix at path, whose rows must be laws: (*rows, *columns), in the reading's heap. With
 * columns 0 it must be square, else have that many rows. NULL after complaints or if faulty.
 */
static double *read_matrix(const struct mg_binding *binding, const char *path, size_t *n_rows,
                           size_t *n_columns)
{
    const struct mg_setting *setting = mg_resolved_get(binding->resolved, "%s", path);
    double *matrix;
    bool fine = true;

    if (setting == NULL) {
        return NULL;
    }
    *n_rows = mg_json_count(setting->value);
    *n_columns = mg_json_count(mg_json_at(setting->value, 0));
    matrix = mg_heap_array(binding->reading->heap, *n_rows * *n_columns, sizeof(double));
    for (size_t i = 0; i < *n_rows; i++) {
        const struct mg_json *row = mg_json_at(setting->value, i);
        char what[32];

        snprintf(what, sizeof(what), "row %zu", i);
        if (mg_json_count(row) != *n_columns) {
            mg_bound_refuse_at(binding, path, row, "row %zu has %zu entries, row 0 has %zu", i,
                               mg_json_count(row), *n_columns);
            fine = false;
        } else {
            fine = mg_bind_law(binding, matrix + i * *n_columns, path, row, what) && fine;
        }
    }
    return fine ? matrix : NULL;
}

/* A state of a reducible chain and one that it cannot reach, for the complaint. */
static void refuse_reducible(const struct mg_binding *binding, const size_t *class_of,
                             size_t n_classes, size_t n)
{
    size_t transient = 0;
    size_t other = 0;

    while (transient < n && class_of[transient] != MG_CHAIN_TRANSIENT) {
        transient++;
    }
    while (other < n && class_of[other] != 1) {
        other++;
    }
    if (n_classes > 1) {
        mg_bound_refuse(binding, "source.start",
                        "the chain is reducible: state %zu is never reached from state 0's class "
                        "and back, so there is no one stationary law; give start as a list",
                        other);
    } else {
        mg_bound_refuse(binding, "source.start",
                        "the chain is reducible: state %zu is left for good, so the stationary "
                        "law never starts there; give start as a list",
                        transient);
    }
}

static bool read_stationary(const struct mg_binding *binding, double *start,
                            const double *transition, size_t n)
{
    size_t *class_of = mg_heap_array(binding->reading->heap, n, sizeof(size_t));
    const size_t n_classes = mg_chain_closed_classes(class_of, transition, n);
    bool irreducible = n_classes == 1;

    for (size_t i = 0; i < n; i++) {
        irreducible = irreducible && class_of[i] != MG_CHAIN_TRANSIENT;
    }
    if (!irreducible) {
        refuse_reducible(binding, class_of, n_classes, n);
        return false;
    }
    irreducible = mg_chain_stationary(start, transition, n);
    assert(irreducible);
    return true;
}

/* The law of the first state; NULL after complaints. transition NULL: faulty itself. */
static double *read_start(const struct mg_binding *binding, const double *transition, size_t n)
{
    const struct mg_setting *setting = mg_resolved_get(binding->resolved, "source.start");
    double *start;

    if (setting == NULL) {
        return NULL;
    }
    if (mg_json_type(setting->value) == MG_JSON_STRING) {
        start = mg_heap_array(binding->reading->heap, n, sizeof(double));
        return transition != NULL && read_stationary(binding, start, transition, n) ? start : NULL;
    }
    start = mg_heap_array(binding->reading->heap, mg_json_count(setting->value), sizeof(double));
    if (!mg_bind_law(binding, start, "source.start", setting->value, "the start")) {
        return NULL;
    }
    if (mg_json_count(setting->value) != n && n > 0) {
        mg_bound_refuse(binding, "source.start", "has %zu entries, the chain has %zu states",
                        mg_json_count(setting->value), n);
        return NULL;
    }
    return start;
}

/* Symbols for V tokens: as given, else numbers. */
static bool read_alphabet(struct mg_binding *binding, size_t vocab)
{
    const struct mg_setting *given = mg_resolved_get(binding->resolved, "source.alphabet");

    if (given == NULL) {
        mg_alphabet_numbers(&binding->alphabet, binding->heap, vocab);
        mg_bind_put_alphabet(binding);
        return mg_settings_get(binding->resolved->given, "source.alphabet") == NULL;
    }
    if (!mg_bind_given_alphabet(binding)) {
        return false;
    }
    if (binding->alphabet.n != vocab) {
        mg_bound_refuse(binding, "source.alphabet", "has %zu symbols, the source has %zu tokens",
                        binding->alphabet.n, vocab);
        return false;
    }
    return true;
}

/* What both kinds have. */
struct chain {
    size_t states;
    double *transition; /* (S, S), NULL where faulty */
    double *start;      /* (S), NULL where faulty */
};

static struct chain read_chain(const struct mg_binding *binding)
{
    struct chain chain = {0};
    size_t columns = 0;

    chain.transition = read_matrix(binding, "source.transition", &chain.states, &columns);
    if (chain.transition != NULL && columns != chain.states) {
        mg_bound_refuse(binding, "source.transition",
                        "must be square: it has %zu rows of %zu entries", chain.states, columns);
        chain.transition = NULL;
    }
    chain.start =
        read_start(binding, chain.transition, chain.transition == NULL ? 0 : chain.states);
    return chain;
}

struct mg_source *mg_bind_markov(struct mg_binding *binding)
{
    const struct chain chain = read_chain(binding);
    const bool named = chain.transition != NULL && read_alphabet(binding, chain.states);

    if (!named || chain.start == NULL ||
        mg_resolved_get(binding->resolved, "source.length") == NULL) {
        return NULL;
    }
    return mg_markov_new(chain.transition, chain.start, mg_bound_size(binding, "source.length"),
                         chain.states);
}

struct mg_source *mg_bind_hmm(struct mg_binding *binding)
{
    const struct chain chain = read_chain(binding);
    size_t emitting = 0;
    size_t vocab = 0;
    const double *emission = read_matrix(binding, "source.emission", &emitting, &vocab);
    bool fine = emission != NULL && chain.transition != NULL && chain.start != NULL;

    if (emission != NULL && chain.transition != NULL && emitting != chain.states) {
        mg_bound_refuse(binding, "source.emission", "has %zu rows, the chain has %zu states",
                        emitting, chain.states);
        fine = false;
    }
    fine = emission != NULL && read_alphabet(binding, vocab) && fine;
    if (!fine || mg_resolved_get(binding->resolved, "source.length") == NULL) {
        return NULL;
    }
    return mg_hmm_new(chain.transition, chain.start, emission,
                      mg_bound_size(binding, "source.length"), chain.states, vocab);
}
