/*
 * settings.h - an experiment file as flat settings: dotted path and value, each with its place.
 *
 * Flat settings make inheritance, sweeping and defaults one operation, "set this path": an object
 * becomes its keys, a list of named objects becomes PATH.NAME.key. Values stay JSON and are known
 * to be of the right shape and range unless `valid` is false.
 */
#ifndef MG_HARNESS_SETTINGS_H
#define MG_HARNESS_SETTINGS_H

#include "harness/findings.h"
#include "harness/heap.h"
#include "harness/json.h"
#include "harness/options.h"

struct mg_setting {
    const char *path; /* "measure.cd.context" */
    const struct mg_option *option;
    const struct mg_json *value;
    struct mg_place place; /* to complain at; an axis of a sweep where the value is computed */
    bool valid;            /* shape, range and choice are right */
    bool used;             /* some point of the sweep has it */
    const char *canonical; /* of the value, once asked for; see mg_setting_canonical */
};

/*
 * In order of appearance; paths are unique. Settings are shared between lists. An object, a list
 * and an entry of a list stand before their keys, so that a missing key has a place to name.
 */
struct mg_settings {
    struct mg_setting **items;
    size_t n, capacity;
};

/* A partition that was searched for, kept for the other points that ask for the same. */
struct mg_searched {
    const struct mg_searched *next;
    const char *key;
    const size_t *group_of; /* (L) */
};

/* A checkpoint whose bytes were hashed: a big one takes seconds, and a sweep asks for each point.
 */
struct mg_hashed {
    const struct mg_hashed *next;
    const char *path, *sha256;
    const char *note; /* what it says that was ignored, or NULL */
};

/* A trace that was read: the points of a sweep share it. file is NULL after complaints. */
struct mg_read_trace {
    const struct mg_read_trace *next;
    const char *path, *sha256;
    const struct mg_trace_file *file;
};

/* What lives while one experiment file is read. */
struct mg_reading {
    struct mg_heap *heap;
    struct mg_findings *findings;
    struct mg_json_file **files; /* every text parsed, files and computed values alike */
    size_t n_files, capacity;
    size_t n_inherited; /* files read so far */
    const struct mg_searched *searched;
    const struct mg_hashed *hashed;
    const struct mg_read_trace *traces;
    const struct mg_json **defaults; /* by row of the option table, once asked for */
};

void mg_reading_init(struct mg_reading *reading);
void mg_reading_free(struct mg_reading *reading);

/* Keep a parsed file until the reading ends. */
void mg_reading_keep(struct mg_reading *reading, struct mg_json_file *file);

/* A value computed by the program, from JSON text that is known to be right. */
const struct mg_json *mg_reading_value(struct mg_reading *reading, const char *text);

/* The default of an option, which must have one. */
const struct mg_json *mg_reading_default(struct mg_reading *reading,
                                         const struct mg_option *option);

/* Canonical text, owned by the reading. */
const char *mg_reading_canonical(struct mg_reading *reading, const struct mg_json *value);

const char *mg_setting_canonical(struct mg_reading *reading, struct mg_setting *setting);

/* True for the object, list or entry itself, which has keys below it and no value of its own. */
bool mg_setting_is_whole(const struct mg_setting *setting);

/* Remove everything at or below path; set one (replacing what is at or below its path). */
void mg_settings_remove(struct mg_settings *settings, const char *path);
void mg_settings_set(struct mg_reading *reading, struct mg_settings *settings,
                     struct mg_setting *setting);
struct mg_settings mg_settings_copy(struct mg_reading *reading, const struct mg_settings *settings);

/* The setting at exactly this path, or NULL; true if anything is at or below it. */
struct mg_setting *mg_settings_get(const struct mg_settings *settings, const char *path);
bool mg_settings_has(const struct mg_settings *settings, const char *path);

/*
 * Read a value that stands for `path` into settings, checking keys, shapes, ranges and names.
 * place is where to complain when value has no place of its own (it was computed); place.json is
 * the value otherwise. merge: an object is merged key by key and null removes (RFC 7396).
 */
void mg_settings_read(struct mg_reading *reading, struct mg_settings *settings, const char *path,
                      const struct mg_json *value, struct mg_place place, bool merge);

/* The i-th name of the list at path ("measure"), in order of appearance; NULL after the last. */
const char *mg_settings_name(const struct mg_settings *settings, const char *path, size_t i,
                             char name[65]);

#endif
