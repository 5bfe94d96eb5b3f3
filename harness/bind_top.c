/* bind_top.c - the measure top: how many tokens are listed, and which are watched. */
#include <string.h>

#include "harness/bind.h"

bool mg_bind_top(struct mg_binding *binding, struct mg_measure_spec *spec, const char *path)
{
    const struct mg_setting *watch = mg_resolved_get(binding->resolved, "%s.watch", path);
    const size_t n = watch == NULL ? 0 : mg_json_count(watch->value);
    const char *key = mg_heap_format(binding->reading->heap, "%s.watch", path);
    bool fine = true;

    if (mg_resolved_get(binding->resolved, "%s.top", path) == NULL) {
        return true; /* another kind */
    }
    spec->top = mg_bound_size(binding, "%s.top", path);
    spec->watch = mg_heap_array(binding->heap, n + 1, sizeof(*spec->watch));
    for (size_t i = 0; i < n; i++) {
        const struct mg_json *item = mg_json_at(watch->value, i);
        const char *word = mg_json_string(item);
        const int token = mg_alphabet_find(&binding->alphabet, word, strlen(word));
        bool twice = false;

        for (size_t k = 0; k < spec->n_watch; k++) {
            twice = twice || spec->watch[k] == token;
        }
        if (token < 0 || twice) {
            mg_bound_refuse_at(binding, key, item, "\"%s\" is %s", word,
                               twice ? "watched already" : "no token of the source");
            fine = false;
        } else {
            spec->watch[spec->n_watch++] = token;
        }
    }
    return fine;
}
