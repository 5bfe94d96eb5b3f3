/*
 * family_model.h - small random checkpoints of each model family, and their logits by the formula.
 *
 * The names, fields and formulas are written down here once more, from the families' published
 * code, in double and one scalar at a time: nothing is shared with harness/checkpoint_family.c or
 * model/network. Weights are integers times a power of two, so that every type holds them exactly.
 */
#ifndef MG_TESTS_SUPPORT_FAMILY_MODEL_H
#define MG_TESTS_SUPPORT_FAMILY_MODEL_H

#include <stdbool.h>
#include <stddef.h>

struct family_case {
    const char *title;
    const char *model_type; /* NULL: SMDM, one file */
    const char *dtype;      /* "F32", "BF16", "F16" */
    size_t shards;          /* files; 1: no index */
    size_t d, layers, heads, kv_heads, size, hidden, rows, vocab, mask;
    double eps, theta;
    bool bias, qk_norm, tied, shifted, rope_bf16;
};

/* The cases, n out. */
const struct family_case *family_cases(size_t *n);

/* What may go wrong in a forward pass. */
enum family_fault {
    FAULT_NONE,
    FAULT_GATE_UP_SWAPPED,
    FAULT_ROPE_INTERLEAVED,
    FAULT_ROPE_SIGN,
    FAULT_CAUSAL,
    FAULT_KV_MODULO, /* head h reads k and v of h mod G */
    FAULT_NORM_PLUS_ONE,
    FAULT_GELU,
    FAULT_THETA, /* 1e4 for another, 5e5 for 1e4 */
    FAULT_EPS,   /* 1e-6 for 1e-5 and the reverse */
    FAULT_NO_SHIFT,
    FAULT_NO_BIAS,
    FAULT_NO_QK_NORM,
    FAULT_QK_NORM_AFTER_ROPE,
    FAULT_ROPE_EXACT,
    FAULT_HEAD_IS_EMBEDDING,
    FAULT_EMBEDDING_SCALED,
    FAULTS
};
const char *family_fault_name(enum family_fault fault);

/* Can the fault show in this case? */
bool family_fault_applies(const struct family_case *family, enum family_fault fault);

struct family_model;

/* Draw one; never NULL. */
struct family_model *family_model_new(const struct family_case *family, unsigned seed);
void family_model_free(struct family_model *model);

/*
 * Write it into a folder that is there, as the family's files; returns the path that a checkpoint
 * is opened by, malloc'd. `drop`: the name of a tensor to leave out, or NULL; `extra` adds one.
 */
char *family_model_write(const struct family_model *model, const char *folder, const char *drop,
                         bool extra);

/* logits (L, vocab) out of one row (L), -1 where masked; first: number of the first position. */
void family_model_logits(double *logits, const struct family_model *model, const int *row, size_t L,
                         enum family_fault fault, size_t first);

#endif
