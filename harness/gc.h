/*
 * gc.h - remove what nothing refers to: results, models, states of trainings, leftovers.
 */
#ifndef MG_HARNESS_GC_H
#define MG_HARNESS_GC_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/store.h"

struct mg_gc {
    int64_t results;  /* that no run has, with their rows */
    int64_t models;   /* folders and states of trainings that no database of the folder knows */
    int64_t leftover; /* half-written files of processes that were killed */
    int64_t bytes;    /* of models and leftovers */
};

/*
 * Collect garbage of the database in `folder`, which is open for writing (so no driver is at
 * work), and of models_dir. Other databases (*.db) of the folder share the models and keep theirs.
 * dry: count only. MG_ESTORAGE.
 */
enum mg_status mg_gc(struct mg_gc *gc, struct mg_store *store, const char *folder,
                     const char *models_dir, bool dry, struct mg_error *err);

#endif
