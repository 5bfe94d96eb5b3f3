/*
 * bind_source.h - parts shared by the kinds of sources, one function for each kind.
 */
#ifndef MG_HARNESS_BIND_SOURCE_H
#define MG_HARNESS_BIND_SOURCE_H

#include "harness/bind.h"

/*
 * Each builds the source of its kind from the resolved keys, sets the binding's alphabet, and puts
 * what follows from the keys (alphabet, rows of a file) among the resolved ones. NULL after
 * complaints, or when a key it needs is missing and has been complained about.
 */
struct mg_source *mg_bind_sequences(struct mg_binding *binding);
struct mg_source *mg_bind_markov(struct mg_binding *binding);
struct mg_source *mg_bind_hmm(struct mg_binding *binding);
struct mg_source *mg_bind_task(struct mg_binding *binding);
struct mg_source *mg_bind_text_source(struct mg_binding *binding); /* or sets point->missing */

/* The tokens and length of the trace that predictor.path names, or sets point->missing. */
struct mg_source *mg_bind_trace_source(struct mg_binding *binding);

/* The alphabet from the key "source.alphabet", which must be there. False after complaints. */
bool mg_bind_given_alphabet(struct mg_binding *binding);

/* Put the binding's alphabet among the resolved keys, so that defaults and text are one identity.
 */
void mg_bind_put_alphabet(struct mg_binding *binding);

/*
 * Read a probability law from a list of numbers in [0, 1] that lies in the value at path; law has
 * room for all. Complains, naming it as `what`, unless it sums to 1 within 1e-9.
 */
bool mg_bind_law(const struct mg_binding *binding, double *law, const char *path,
                 const struct mg_json *numbers, const char *what);

#endif
