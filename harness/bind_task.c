/* bind_task.c - a synthetic task with its sizes as the source of a point. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "harness/bind_source.h"
#include "model/source/tasks.h"

const char *mg_task_word(size_t i)
{
    size_t n;
    const struct mg_task *tasks = mg_tasks(&n);

    return i < n ? tasks[i].name : NULL;
}

/* One size: given, or the task's default. False after a complaint, or when it is faulty. */
static bool read_size(struct mg_binding *binding, double *size, const struct mg_task *task,
                      enum mg_task_key key)
{
    const struct mg_task_range *range = &task->keys[key];
    const char *word = mg_task_key_word(key);
    const char *path = mg_heap_format(binding->reading->heap, "source.%s", word);
    const struct mg_setting *setting = mg_resolved_get(binding->resolved, "%s", path);
    char lo[32];
    char hi[32];
    char given[32];

    if (setting == NULL && mg_settings_get(binding->resolved->given, path) != NULL) {
        return false; /* faulty, reported */
    }
    if (setting == NULL && isnan(range->fallback)) {
        mg_findings_missing(binding->reading->findings,
                            mg_resolved_place(binding->resolved, "source"), word,
                            "missing: task \"%s\" needs it", task->name);
        return false;
    }
    *size = setting == NULL ? range->fallback : mg_json_number(setting->value);
    if (setting == NULL) {
        mg_resolved_put(binding->resolved, path, mg_number_text(*size, given));
    }
    if (*size < range->min || *size > range->max) {
        mg_bound_refuse(binding, path, "must be in [%s, %s] for task \"%s\", not %s",
                        mg_number_text(range->min, lo), mg_number_text(range->max, hi), task->name,
                        mg_number_text(*size, given));
        return false;
    }
    return true;
}

static void name_symbols(struct mg_binding *binding, const struct mg_task *task, size_t vocab)
{
    const char **symbols;

    if (task->symbols == NULL) {
        mg_alphabet_numbers(&binding->alphabet, binding->heap, vocab);
        return;
    }
    assert(strlen(task->symbols) == vocab);
    symbols = mg_heap_array(binding->reading->heap, vocab, sizeof(char *));
    for (size_t i = 0; i < vocab; i++) {
        symbols[i] = mg_heap_format(binding->reading->heap, "%c", task->symbols[i]);
    }
    mg_alphabet_init(&binding->alphabet, binding->heap, symbols, vocab);
}

struct mg_source *mg_bind_task(struct mg_binding *binding)
{
    const struct mg_setting *name = mg_resolved_get(binding->resolved, "source.task");
    struct mg_task_sizes sizes = mg_task_sizes_none();
    struct mg_error err = {0};
    const struct mg_task *task;
    struct mg_source *source;
    bool fine = true;

    if (name == NULL) {
        return NULL;
    }
    task = mg_task_find(mg_json_string(name->value));
    assert(task != NULL);
    for (int key = 0; key < MG_TASK_KEY_COUNT; key++) {
        if (mg_task_uses(task, (enum mg_task_key)key)) {
            fine = read_size(binding, &sizes.value[key], task, (enum mg_task_key)key) && fine;
        }
    }
    if (!fine) {
        return NULL;
    }
    if (mg_task_check(task, &sizes, &err) != MG_OK) {
        mg_bound_refuse(binding, "source.task", "%s", err.text);
        return NULL;
    }
    source = mg_task_new(task, &sizes);
    name_symbols(binding, task, source->vocab);
    return source;
}
