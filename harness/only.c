/* only.c - the part of a plan that is asked for; see only.h. */
#include "harness/only.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json.h"
#include "harness/suggest.h"
#include "model/numeric/arena.h"

/* Canonical JSON equal to what was written: as it stands, as a text, or as the same number. */
static bool is_value(const char *canonical, const char *written)
{
    char *quoted = mg_json_quote(written);
    char *end = NULL;
    const double number = strtod(written, &end);
    bool same = strcmp(canonical, written) == 0 || strcmp(canonical, quoted) == 0;

    free(quoted);
    if (!same && end != written && *end == '\0') {
        char *canonical_end = NULL;
        const double other = strtod(canonical, &canonical_end);
        same = *canonical_end == '\0' && !(other < number) && !(other > number);
    }
    return same;
}

static bool has_key(const char *condition, const char *key)
{
    const size_t length = strlen(key);

    return strncmp(condition, key, length) == 0 && condition[length] == '=';
}

/* Does the run meet this condition? *known when it has the key. */
static bool meets(bool *known, const struct mg_plan_run *run, const char *condition)
{
    char replicate[32];

    *known = false;
    if (has_key(condition, "replicate")) {
        *known = true;
        snprintf(replicate, sizeof(replicate), "%llu", (unsigned long long)run->replicate);
        return is_value(replicate, strchr(condition, '=') + 1);
    }
    for (size_t i = 0; i < run->point->n_params; i++) {
        if (has_key(condition, run->point->params[i].path)) {
            *known = true;
            return is_value(run->point->params[i].value, strchr(condition, '=') + 1);
        }
    }
    return false;
}

/* All keys, each by one of its conditions. */
static bool is_wanted(bool *known, const struct mg_plan_run *run, const char *const *conditions,
                      size_t n)
{
    bool all = true;

    for (size_t i = 0; i < n; i++) {
        const size_t key = strcspn(conditions[i], "=") + 1;
        bool any = false;
        for (size_t j = 0; j < n; j++) {
            bool has = false;
            if (strncmp(conditions[i], conditions[j], key) == 0) {
                any = meets(&has, run, conditions[j]) || any;
                known[j] = known[j] || has;
            }
        }
        all = all && any;
    }
    return all;
}

static enum mg_status refuse(const struct mg_plan *plan, const char *condition,
                             struct mg_error *err)
{
    const struct mg_point *point = plan->runs[0].point;
    const char **names = mg_allocate(point->n_params + 1, sizeof(*names));
    char key[256];
    const char *near;

    for (size_t i = 0; i < point->n_params; i++) {
        names[i] = point->params[i].path;
    }
    snprintf(key, sizeof(key), "%.*s", (int)strcspn(condition, "="), condition);
    near = mg_suggest(key, names, point->n_params);
    (void)mg_fail(err, MG_EUSAGE, "--only %s: no run has the key \"%s\"%s%s%s", condition, key,
                  near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                  near != NULL ? "\"?" : "");
    free(names);
    return MG_EUSAGE;
}

enum mg_status mg_only_select(bool *wanted, const struct mg_plan *plan,
                              const char *const *conditions, size_t n, struct mg_error *err)
{
    bool *known = mg_allocate(n + 1, sizeof(*known));
    size_t found = 0;
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < n; i++) {
        if (strchr(conditions[i], '=') == NULL) {
            status = mg_fail(err, MG_EUSAGE, "--only %s: KEY=VALUE is needed", conditions[i]);
        }
    }
    for (size_t r = 0; status == MG_OK && r < plan->n_runs; r++) {
        wanted[r] = is_wanted(known, &plan->runs[r], conditions, n);
        found += wanted[r];
    }
    for (size_t i = 0; status == MG_OK && i < n; i++) {
        if (!known[i]) {
            status = refuse(plan, conditions[i], err);
        }
    }
    if (status == MG_OK && found == 0 && plan->n_runs > 0) {
        status = mg_fail(err, MG_EUSAGE, "--only: none of %zu runs has these values", plan->n_runs);
    }
    free(known);
    return status;
}
