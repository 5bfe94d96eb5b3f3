/* bent.h - a short chain and a predictor of it whose conditionals fit no joint law. */
#ifndef MG_TESTS_SUPPORT_BENT_H
#define MG_TESTS_SUPPORT_BENT_H

#include "model/predictor/predictor.h"
#include "model/source/source.h"

/*
 * Stationary chain (.9, .1), (.3, .7) of length 5, as a list of its 32 sequences. Free with
 * mg_source_free.
 */
struct mg_source *bent_chain_new(void);

/* Oracle probabilities to the power 1 / (1 + .3 revealed), normalised: definitions, section 5. */
struct bent {
    struct mg_predictor base;    /* of bent_ops */
    struct mg_predictor *oracle; /* the maker's to free */
};

extern const struct mg_predictor_ops bent_ops;

#endif
