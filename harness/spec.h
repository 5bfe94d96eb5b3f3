/*
 * spec.h - an experiment file, checked and resolved: what to train, what to measure, what to claim.
 *
 * Reading goes file -> JSON with places -> option table -> points of the sweep -> typed values.
 * Every error of a file is found in one pass and reported with file:line:column, JSON pointer,
 * what is allowed and the nearest valid name. Nothing outside the file (and the rows file it
 * names) is touched.
 */
#ifndef MG_HARNESS_SPEC_H
#define MG_HARNESS_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "model/diffusion/trainer.h"
#include "model/measure/measure.h"
#include "model/network/parameters.h"
#include "model/source/source.h"

/* Complaints, in the order of the file; ready to print, one per line and complaint. */
struct mg_problems {
    char **lines;
    size_t n;
    size_t errors; /* lines that are errors; the rest are warnings and notes */
};
void mg_problems_add(struct mg_problems *problems, bool error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void mg_problems_free(struct mg_problems *problems);

/* A resolved key of a point: dotted path and canonical JSON value. */
struct mg_param {
    char *path;  /* "predictor.width", "measure.cd.context", ... */
    char *value; /* canonical JSON */
};

struct mg_measure_entry {
    char *name;  /* names the rows ("probe"); not identity */
    char *label; /* for people: the name, "NAME@STEP" where early */
    const struct mg_measure *measure;
    struct mg_measure_spec spec;
    char *canonical; /* identity: canonical JSON of the resolved entry without its name and "at";
                        before the training's end also the step */
    size_t step;     /* training steps before it; 0 where nothing trains */
    bool early;      /* before the end of the training */
};

enum mg_predictor_kind { /* the order of the table in bind.c */
                         MG_PREDICTOR_ORACLE,
                         MG_PREDICTOR_UNIFORM,
                         MG_PREDICTOR_TRANSFORMER,
                         MG_PREDICTOR_CHECKPOINT,
                         MG_PREDICTOR_COMMAND,
                         MG_PREDICTOR_TRACE
};

/* One point of the sweep. */
struct mg_point {
    char *assignment;        /* canonical JSON of the swept keys and their values, "{}" for none */
    char *label;             /* the same for people, "kind=oracle source=lazy"; "" for none */
    struct mg_param *params; /* every resolved key that applies to this point, sorted by path;
                                names and the content of a rows file left out */
    size_t n_params;
    char *training;      /* canonical JSON of source, predictor and train: identity */
    const char *missing; /* a file that is not there, in a sentence; else NULL. See spec.not_run */
    char **symbols;      /* (V) how tokens are written */
    bool has_tokenizer;  /* ids are a tokenizer's, so that others' models know them */
    struct mg_source *source;
    const char *source_kind; /* the words of the file, for the runs view */
    const char *predictor_word;
    enum mg_predictor_kind predictor;
    struct mg_transformer_config network; /* transformer; oracle: its window */
    const char *checkpoint_path;          /* checkpoint, resolved against the file; else NULL */
    const char *predictor_sha256; /* content of the checkpoint, of a command's files or of the
                                     trace: part of the training's identity */
    const struct mg_trace *trace; /* trace; else NULL */
    char **argv;                  /* command, ended by NULL; else NULL */
    const char *folder;           /* that it works in */
    double timeout_s;             /* for one answer of it */
    bool trains;
    struct mg_train_config train;      /* when trains */
    struct mg_measure_entry *measures; /* those of the file, then the early ones ("at") */
    size_t n_measures;
    size_t replicates; /* 1 where nothing is trained */
};

struct mg_claim_spec {
    char *about, *name, *source, *query; /* source may be NULL */
    bool exact;
    bool has_lo, has_hi;
    double lo, hi;
};

struct mg_heap;

struct mg_spec {
    char *path, *name, *title, *question, *notes; /* question, notes may be NULL */
    char *text;                                   /* the file as read */
    char *seed;                                   /* decimal or 0x text of a 64-bit number */
    uint64_t seed_value;
    size_t replicates;
    struct mg_point *points;
    size_t n_points;
    const char *not_run; /* why it cannot run here, though nothing is wrong with it; else NULL */
    struct mg_claim_spec *claims;
    size_t n_claims;
    char **figures; /* names of plots/, or paths beside the file */
    size_t n_figures;
    struct mg_heap *heap; /* owns everything here but the sources */
};

/*
 * An experiment that says so (source.if_missing, predictor.if_missing) is not run where its corpus
 * or checkpoint is missing: then not_run has the reason, there are no points, and problems has a
 * note.
 *
 * Read and check one file. MG_OK: *spec is the caller's (mg_spec_free); warnings may be in
 * problems. MG_EUSAGE: problems has every error, *spec is NULL.
 */
enum mg_status mg_spec_load(struct mg_spec **spec, const char *path, struct mg_problems *problems);

/* The same with n "key=value" set over what the file says (override.h). */
enum mg_status mg_spec_load_set(struct mg_spec **spec, const char *path, const char *const *sets,
                                size_t n, struct mg_problems *problems);
void mg_spec_free(struct mg_spec *spec); /* NULL is fine */

#endif
