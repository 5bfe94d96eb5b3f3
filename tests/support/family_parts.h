/* family_parts.h - what a model of family_model.h is made of; inside of its two files. */
#ifndef MG_TESTS_SUPPORT_FAMILY_PARTS_H
#define MG_TESTS_SUPPORT_FAMILY_PARTS_H

#include <stddef.h>

#include "tests/support/family_model.h"

enum { TENSORS_MAX = 64, LAYERS_MAX = 3, FAMILY_WIDTH_MAX = 256, FAMILY_SIZE_MAX = 64 };

struct made_tensor {
    size_t rows, columns; /* columns 0: a vector */
    double *value;
};

struct made_block {
    double *attn_norm, *q, *k, *v, *q_bias, *k_bias, *v_bias, *q_norm, *k_norm, *out, *ff_norm,
        *gate, *up, *down;
};

struct family_model {
    struct family_case family;
    unsigned long long state;
    struct made_tensor tensors[TENSORS_MAX]; /* own the values */
    size_t n;
    double *wte, *ln_f, *head;
    struct made_block blocks[LAYERS_MAX];
};

#endif
