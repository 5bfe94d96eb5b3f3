/* bind.c - from the resolved keys of a point to what model/ works with: the whole point. */
#include "harness/bind.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The value of a key that the table guarantees. */
static const struct mg_json *value_of(const struct mg_binding *binding, const char *path)
{
    const struct mg_setting *setting = mg_resolved_get(binding->resolved, "%s", path);

    assert(setting != NULL);
    return setting->value;
}

size_t mg_bound_size(const struct mg_binding *binding, const char *format, ...)
{
    char path[512];
    long long integer = 0;
    va_list args;
    bool fine;

    va_start(args, format);
    vsnprintf(path, sizeof(path), format, args);
    va_end(args);
    fine = mg_json_integer(value_of(binding, path), &integer);
    assert(fine && integer >= 0);
    (void)fine;
    return (size_t)integer;
}

double mg_bound_number(const struct mg_binding *binding, const char *path)
{
    return mg_json_number(value_of(binding, path));
}

const char *mg_bound_text(const struct mg_binding *binding, const char *path)
{
    return mg_json_string(value_of(binding, path));
}

void mg_bound_refuse(const struct mg_binding *binding, const char *path, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    mg_findings_add(binding->reading->findings, mg_resolved_place(binding->resolved, path), "%s",
                    text);
}

void mg_bound_refuse_at(const struct mg_binding *binding, const char *path,
                        const struct mg_json *inside, const char *format, ...)
{
    const struct mg_setting *setting = mg_resolved_get(binding->resolved, "%s", path);
    struct mg_place place = mg_resolved_place(binding->resolved, path);
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (setting != NULL && setting->place.json == setting->value) {
        place.json = inside; /* the value stands in the file, so its parts have places */
    }
    mg_findings_add(binding->reading->findings, place, "%s", text);
}

/* The name of an entry of a list is part of the paths below it. */
static bool is_entry_name(const struct mg_option *option)
{
    return strchr(option->path, '*') != NULL && strcmp(mg_option_key(option), "name") == 0;
}

/* Every resolved key but such names; the content of a rows file stands for itself elsewhere. */
static void list_params(struct mg_binding *binding)
{
    const struct mg_settings *settings = &binding->resolved->settings;
    const bool from_file = mg_resolved_get(binding->resolved, "source.rows_file") != NULL;
    struct mg_point *point = binding->point;

    point->params = mg_heap_array(binding->heap, settings->n, sizeof(*point->params));
    for (size_t i = 0; i < settings->n; i++) {
        struct mg_setting *setting = settings->items[i];

        if (mg_setting_is_whole(setting) || is_entry_name(setting->option) ||
            (from_file && strcmp(setting->path, "source.rows") == 0)) {
            continue;
        }
        point->params[point->n_params++] = (struct mg_param){
            .path = mg_heap_text(binding->heap, setting->path),
            .value = mg_heap_text(binding->heap, mg_setting_canonical(binding->reading, setting))};
    }
}

/*
 * The identity of a training: what decides its numbers. A file counts by its content, which for
 * rows is here as source.rows, for a corpus as source.sha256 and
 * source.tokens_sha256, and for a checkpoint its hash.
 */
static void write_training(struct mg_binding *binding)
{
    const struct mg_resolved *resolved = binding->resolved;
    const char *source =
        mg_resolved_canonical(resolved, "source", "name rows_file corpus tokenizer if_missing");
    const char *predictor = mg_resolved_canonical(resolved, "predictor", "path");

    if (binding->point->checkpoint_sha256 != NULL) {
        predictor = mg_heap_format(binding->heap, "{\"settings\":%s,\"sha256\":\"%s\"}", predictor,
                                   binding->point->checkpoint_sha256);
    }
    if (binding->point->trains) {
        binding->point->training = mg_heap_format(
            binding->heap, "{\"predictor\":%s,\"seed\":\"%" PRIu64 "\",\"source\":%s,\"train\":%s}",
            predictor, binding->seed, source, mg_resolved_canonical(resolved, "train", ""));
    } else {
        binding->point->training = mg_heap_format(
            binding->heap, "{\"predictor\":%s,\"seed\":\"%" PRIu64 "\",\"source\":%s}", predictor,
            binding->seed, source);
    }
}

bool mg_bind_point(struct mg_binding *binding)
{
    bool fine = binding->resolved->complete;

    fine = mg_bind_source(binding) && fine;
    fine = mg_bind_predictor(binding) && fine;
    fine = mg_bind_train(binding) && fine;
    if (binding->point->source != NULL) {
        fine = mg_bind_measures(binding) && fine;
    }
    if (fine) {
        write_training(binding);
        list_params(binding);
    }
    return fine;
}
