/*
 * json_scan.h - the pre-pass over a JSON text: strict grammar, and the place of every value.
 *
 * Inside of json.c. cJSON accepts far more than JSON and knows no lines, so the text is judged
 * here first; what passes, cJSON may decode.
 */
#ifndef MG_HARNESS_JSON_SCAN_H
#define MG_HARNESS_JSON_SCAN_H

#include "harness/json.h"

/* One value; values stand in the order in which they begin in the text, the root first. */
struct mg_json_place {
    enum mg_json_type type;
    size_t line, column; /* of its key for members of an object; from 1, columns in characters */
    size_t begin, end;   /* bytes of the value itself */
    size_t count;        /* members or elements */
};

struct mg_json_places {
    struct mg_json_place *at;
    size_t n;
};

/*
 * Check `size` bytes of text, which must be followed by a NUL byte. machine: integers of any size
 * are allowed (mg_json_parse_header). Duplicate keys are not looked for. On success places->at is
 * the caller's, to be freed with free(); else it is NULL and the status MG_EUSAGE.
 */
enum mg_status mg_json_scan(struct mg_json_places *places, const char *text, size_t size,
                            bool machine, const char *name, struct mg_error *err);

#endif
