/* bind_tokens.c - lists of tokens as the source writes them, and the measure top, which has one. */
#include <string.h>

#include "harness/bind.h"

bool mg_bind_tokens(struct mg_binding *binding, int **tokens, size_t *n, const char *path)
{
    const struct mg_setting *setting = mg_resolved_get(binding->resolved, "%s", path);
    const size_t count = setting == NULL ? 0 : mg_json_count(setting->value);
    bool fine = true;

    *tokens = mg_heap_array(binding->heap, count + 1, sizeof(**tokens));
    *n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct mg_json *item = mg_json_at(setting->value, i);
        const char *word = mg_json_string(item);
        const int token = mg_alphabet_find(&binding->alphabet, word, strlen(word));
        bool twice = false;

        for (size_t k = 0; k < *n; k++) {
            twice = twice || (*tokens)[k] == token;
        }
        if (token < 0 || twice) {
            mg_bound_refuse_at(binding, path, item, "\"%s\" is %s", word,
                               twice ? "in the list already" : "no token of the source");
            fine = false;
        } else {
            (*tokens)[(*n)++] = token;
        }
    }
    return fine;
}

bool mg_bind_top(struct mg_binding *binding, struct mg_measure_spec *spec, const char *path)
{
    if (mg_resolved_get(binding->resolved, "%s.top", path) == NULL) {
        return true; /* another kind */
    }
    spec->top = mg_bound_size(binding, "%s.top", path);
    return mg_bind_tokens(binding, &spec->watch, &spec->n_watch,
                          mg_heap_format(binding->reading->heap, "%s.watch", path));
}
