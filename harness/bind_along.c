/* bind_along.c - measures along a training: an entry more for each step of "at". */
#include <stdio.h>
#include <string.h>

#include "harness/bind.h"

static const struct mg_setting *find_at(const struct mg_binding *binding,
                                        const struct mg_measure_entry *entry)
{
    return mg_resolved_get(binding->resolved, "measure.%s.at", entry->name);
}

/* Is step i of the list one of the training, and after the one before it? */
static bool check_step(struct mg_binding *binding, const struct mg_measure_entry *entry,
                       const struct mg_json *list, size_t i)
{
    const size_t steps = binding->point->train.steps;
    const size_t step = (size_t)mg_json_number(mg_json_at(list, i));
    char path[80];

    snprintf(path, sizeof(path), "measure.%s.at", entry->name);
    if (step > steps) {
        mg_bound_refuse_at(binding, path, mg_json_at(list, i),
                           "step %zu is beyond the training's last (train.steps is %zu)", step,
                           steps);
        return false;
    }
    if (i > 0 && step <= (size_t)mg_json_number(mg_json_at(list, i - 1))) {
        mg_bound_refuse_at(binding, path, mg_json_at(list, i),
                           "step %zu does not come after the one before it", step);
        return false;
    }
    return true;
}

/* The step that is the training's last is what the entry measures anyway. */
static bool add_early(struct mg_binding *binding, const struct mg_measure_entry *entry,
                      const struct mg_json *list)
{
    struct mg_point *point = binding->point;
    bool fine = true;

    for (size_t i = 0; i < mg_json_count(list); i++) {
        const size_t step = (size_t)mg_json_number(mg_json_at(list, i));

        if (!check_step(binding, entry, list, i)) {
            fine = false;
        } else if (step < point->train.steps) {
            struct mg_measure_entry *early = &point->measures[point->n_measures++];

            *early = *entry;
            early->step = step;
            early->early = true;
            early->label = mg_heap_format(binding->heap, "%s@%zu", entry->name, step);
            early->canonical =
                mg_heap_format(binding->heap, "%s after %zu steps", entry->canonical, step);
        }
    }
    return fine;
}

bool mg_bind_along(struct mg_binding *binding)
{
    struct mg_point *point = binding->point;
    const struct mg_measure_entry *entries = point->measures;
    const size_t n = point->n_measures;
    size_t room = n;
    bool fine = true;

    for (size_t i = 0; i < n; i++) {
        const struct mg_setting *at = find_at(binding, &entries[i]);
        room += at != NULL ? mg_json_count(at->value) : 0;
    }
    point->measures = mg_heap_array(binding->heap, room, sizeof(*point->measures));
    memcpy(point->measures, entries, n * sizeof(*entries));
    for (size_t i = 0; i < n; i++) {
        const struct mg_setting *at = find_at(binding, &entries[i]);
        fine = (at == NULL || add_early(binding, &entries[i], at->value)) && fine;
    }
    return fine;
}
