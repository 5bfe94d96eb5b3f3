/* bind_sampler.c - ways to run the reverse process, for rows of a given length. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "harness/bind.h"
#include "model/diffusion/corrector.h"
#include "model/measure/partition.h"

/* By enum mg_ties. */
static const char *const TIES[] = {
    [MG_TIES_LOWEST] = "lowest",
    [MG_TIES_UNIFORM] = "uniform",
};

const char *mg_ties_word(size_t i)
{
    return i < sizeof(TIES) / sizeof(TIES[0]) ? TIES[i] : NULL;
}

/* By block_from_prompt. */
static const char *const BLOCK_FROM[] = {"row", "prompt"};

const char *mg_block_from_word(size_t i)
{
    return i < sizeof(BLOCK_FROM) / sizeof(BLOCK_FROM[0]) ? BLOCK_FROM[i] : NULL;
}

/* The one rule there is, told so that samples carry it. */
static const char *const NOISE[] = {"inverse"};

const char *mg_noise_word(size_t i)
{
    return i < sizeof(NOISE) / sizeof(NOISE[0]) ? NOISE[i] : NULL;
}

/* One sampler on its way. */
struct work {
    struct mg_binding *binding;
    char path[256]; /* "measure.law.samplers.NAME" */
    size_t length;
    const int *context; /* (L) or NULL */
    bool prompted;      /* rows start with tokens, of the context or drawn */
};

static const struct mg_setting *get(const struct work *work, const char *key)
{
    return mg_resolved_get(work->binding->resolved, "%s.%s", work->path, key);
}

/* An integer key in [1, most], or 0 where it is absent. False after a complaint. */
static bool read_count(const struct work *work, size_t *count, const char *key, size_t most)
{
    const struct mg_setting *setting = get(work, key);
    char path[320];

    *count = setting == NULL ? 0 : (size_t)mg_json_number(setting->value);
    if (*count <= most) {
        return true;
    }
    snprintf(path, sizeof(path), "%s.%s", work->path, key);
    mg_bound_refuse(work->binding, path, "%zu is larger than the length, %zu", *count,
                    work->length);
    return false;
}

/* The step of each position from a list of groups; NULL after complaints. */
static size_t *read_partition(const struct work *work, const struct mg_json *groups)
{
    const size_t unseen = SIZE_MAX;
    size_t *group_of = mg_heap_array(work->binding->heap, work->length, sizeof(size_t));
    bool fine = true;
    char path[320];

    snprintf(path, sizeof(path), "%s.partition", work->path);
    for (size_t i = 0; i < work->length; i++) {
        group_of[i] = unseen;
    }
    for (size_t g = 0; g < mg_json_count(groups); g++) {
        for (size_t k = 0; k < mg_json_count(mg_json_at(groups, g)); k++) {
            const struct mg_json *item = mg_json_at(mg_json_at(groups, g), k);
            const size_t position = (size_t)mg_json_number(item);

            if (position >= work->length) {
                mg_bound_refuse_at(work->binding, path, item,
                                   "position %zu is outside the sequence (positions 0 to %zu)",
                                   position, work->length - 1);
                fine = false;
            } else if (group_of[position] != unseen) {
                mg_bound_refuse_at(work->binding, path, item,
                                   "position %zu repeats: group %zu has it already", position,
                                   group_of[position]);
                fine = false;
            } else {
                group_of[position] = g;
            }
        }
    }
    for (size_t i = 0; i < work->length; i++) {
        const bool given = work->context != NULL && work->context[i] != MG_MASK;

        if (group_of[i] == unseen && !given) {
            mg_bound_refuse(work->binding, path, "position %zu is missing", i);
            fine = false;
        }
        group_of[i] = group_of[i] == unseen ? 0 : group_of[i];
    }
    return fine ? group_of : NULL;
}

/* Searched once for a source and sizes, however many points and samplers ask. */
static bool find_optimal(const struct work *work, struct mg_sampler *sampler)
{
    const struct mg_source *source = work->binding->point->source;
    struct mg_reading *reading = work->binding->reading;
    struct mg_error err = {0};
    struct mg_searched *found;
    char path[320];
    const char *key;

    snprintf(path, sizeof(path), "%s.order", work->path);
    if (mg_partition_check(source, &err) != MG_OK) {
        mg_bound_refuse(work->binding, path, "%s", err.text);
        return false;
    }
    key =
        mg_heap_format(reading->heap, "%zu %zu %s", sampler->per_step, sampler->steps,
                       mg_resolved_canonical(work->binding->resolved, "source", "name rows_file"));
    sampler->group_of = mg_heap_array(work->binding->heap, work->length, sizeof(size_t));
    for (const struct mg_searched *old = reading->searched; old != NULL; old = old->next) {
        if (strcmp(old->key, key) == 0) {
            memcpy(sampler->group_of, old->group_of, work->length * sizeof(size_t));
            return true;
        }
    }
    (void)mg_partition_optimal(sampler->group_of, source, sampler->per_step, sampler->steps);
    found = mg_heap_array(reading->heap, 1, sizeof(*found));
    *found =
        (struct mg_searched){.next = reading->searched, .key = key, .group_of = sampler->group_of};
    reading->searched = found;
    return true;
}

/* What sizes the steps of a COUNT order: exactly one of two keys; and blocks that have a start. */
static bool check_sizes(const struct work *work, const struct mg_sampler *sampler)
{
    const struct mg_place place = mg_resolved_place(work->binding->resolved, work->path);
    struct mg_findings *findings = work->binding->reading->findings;
    const enum mg_sizing sizing = sampler->order->sizing;

    if (sizing == MG_SIZING_COUNT && sampler->per_step != 0 && sampler->steps != 0) {
        mg_findings_add(findings, place, "give either per_step or steps, not both");
        return false;
    }
    if (sizing == MG_SIZING_COUNT && sampler->per_step == 0 && sampler->steps == 0) {
        mg_findings_add(findings, place, "order \"%s\" needs per_step or steps",
                        sampler->order->name);
        return false;
    }
    if (sizing == MG_SIZING_STEPS && sampler->steps == 0) {
        mg_findings_missing(findings, place, "steps", "missing: order \"%s\" needs it",
                            sampler->order->name);
        return false;
    }
    if (sampler->block_from_prompt && sampler->block == 0) {
        mg_findings_missing(findings, place, "block",
                            "missing: block_from says where blocks begin");
        return false;
    }
    return true;
}

/* Then steps may be more than positions. */
static bool remasks(const struct mg_sampler *sampler)
{
    const enum mg_corrector_form form = mg_corrector_form(sampler);

    return form == MG_CORRECTOR_REMASK || form == MG_CORRECTOR_REMASK_DOUBT;
}

/* The corrector and its keys. */
static void bind_corrector(const struct work *work, struct mg_sampler *sampler)
{
    const struct mg_setting *eta = get(work, "eta");
    const struct mg_setting *sweeps = get(work, "sweeps");

    sampler->corrector = mg_corrector_find(mg_json_string(get(work, "corrector")->value));
    sampler->eta = eta == NULL ? 0.0 : mg_json_number(eta->value);
    sampler->sweeps = sweeps == NULL ? 0 : (size_t)mg_json_number(sweeps->value);
}

/* Remasking takes the place of a random order of so many steps. */
static bool check_corrector(const struct work *work, const struct mg_sampler *sampler)
{
    char path[320];

    if (!remasks(sampler) || (strcmp(sampler->order->name, "random") == 0 && sampler->steps != 0 &&
                              sampler->block == 0)) {
        return true;
    }
    snprintf(path, sizeof(path), "%s.corrector", work->path);
    mg_bound_refuse(work->binding, path, "%s needs order \"random\" with steps, and no block",
                    sampler->corrector->name);
    return false;
}

/* Drafts follow an order that is fixed before decoding, one position after the other. */
static bool bind_draft(const struct work *work, struct mg_sampler *sampler)
{
    const bool counts = sampler->order->sizing == MG_SIZING_COUNT;
    const bool sized = counts && (sampler->per_step != 0 || sampler->steps != 0);
    char path[320];

    if (sampler->draft == 0) {
        return true;
    }
    if (counts) {
        sampler->per_step = 1;
        sampler->steps = 0;
    }
    snprintf(path, sizeof(path), "%s.draft", work->path);
    if (sampler->order->looks_at_probs || sampler->order->looks_at_drawn) {
        mg_bound_refuse(work->binding, path,
                        "drafts need an order that is fixed before decoding; \"%s\" looks at "
                        "predictions",
                        sampler->order->name);
        return false;
    }
    if (mg_corrector_form(sampler) != MG_CORRECTOR_NONE) {
        mg_bound_refuse(work->binding, path, "drafts and corrector \"%s\" exclude each other",
                        sampler->corrector->name);
        return false;
    }
    if (sized) {
        mg_bound_refuse(work->binding, path, "drafts take the place of per_step and steps");
    }
    return !sized;
}

/* Guidance, and tokens that are not drawn or whose confidence does not count. */
static bool bind_steering(const struct work *work, struct mg_sampler *sampler)
{
    struct mg_binding *binding = work->binding;
    char path[320];
    bool fine;

    sampler->guidance = mg_json_number(get(work, "guidance")->value);
    snprintf(path, sizeof(path), "%s.guidance", work->path);
    fine = !(sampler->guidance > 0.0) || work->prompted;
    if (!fine) {
        mg_bound_refuse(binding, path,
                        "guidance compares predictions with and without the prompt: the rows must "
                        "start with tokens");
    }
    snprintf(path, sizeof(path), "%s.defer", work->path);
    fine = mg_bind_tokens(binding, &sampler->defer, &sampler->n_defer, path) && fine;
    snprintf(path, sizeof(path), "%s.forbid", work->path);
    fine = mg_bind_tokens(binding, &sampler->forbid, &sampler->n_forbid, path) && fine;
    if (sampler->n_forbid == binding->point->source->vocab) {
        mg_bound_refuse(binding, path, "every token is forbidden");
        fine = false;
    }
    return fine;
}

/* Is any key of this sampler faulty? Then it has been complained about. */
static bool has_fault(const struct work *work)
{
    const struct mg_settings *given = work->binding->resolved->given;
    const size_t n = strlen(work->path);

    for (size_t i = 0; i < given->n; i++) {
        if (strncmp(given->items[i]->path, work->path, n) == 0 && given->items[i]->path[n] == '.' &&
            !given->items[i]->valid) {
            return true;
        }
    }
    return get(work, "order") == NULL;
}

static bool bind_sampler(const struct work *work, struct mg_sampler *sampler, const char *name)
{
    const struct mg_setting *partition = get(work, "partition");
    const struct mg_setting *tau = get(work, "tau");
    const struct mg_setting *gamma = get(work, "gamma");
    bool fine = true;

    if (has_fault(work)) {
        return false;
    }
    *sampler =
        (struct mg_sampler){.order = mg_order_find(mg_json_string(get(work, "order")->value))};
    snprintf(sampler->name, sizeof(sampler->name), "%s", name);
    sampler->temperature = mg_json_number(get(work, "temperature")->value);
    sampler->ties = strcmp(mg_json_string(get(work, "ties")->value), TIES[MG_TIES_UNIFORM]) == 0
                        ? MG_TIES_UNIFORM
                        : MG_TIES_LOWEST;
    sampler->tau = tau == NULL ? 0.0 : mg_json_number(tau->value);
    sampler->gamma = gamma == NULL ? 0.0 : mg_json_number(gamma->value);
    sampler->block_from_prompt =
        strcmp(mg_json_string(get(work, "block_from")->value), BLOCK_FROM[1]) == 0;
    bind_corrector(work, sampler);
    fine = bind_steering(work, sampler);
    fine = read_count(work, &sampler->per_step, "per_step", work->length) && fine;
    fine = read_count(work, &sampler->steps, "steps", remasks(sampler) ? SIZE_MAX : work->length) &&
           fine;
    fine = read_count(work, &sampler->block, "block", work->length) && fine;
    fine = read_count(work, &sampler->draft, "draft", work->length) && fine;
    fine = bind_draft(work, sampler) && fine;
    fine = check_sizes(work, sampler) && fine;
    fine = check_corrector(work, sampler) && fine;
    if (partition != NULL) {
        sampler->group_of = read_partition(work, partition->value);
        return fine && sampler->group_of != NULL;
    }
    if (fine && strcmp(sampler->order->name, "optimal") == 0) {
        return find_optimal(work, sampler);
    }
    return fine && sampler->order->sizing != MG_SIZING_PARTITION;
}

bool mg_bind_samplers(struct mg_binding *binding, struct mg_measure_spec *spec, const char *path)
{
    struct work work = {.binding = binding,
                        .length = binding->point->source->length,
                        .context = spec->context,
                        .prompted =
                            spec->context != NULL || spec->left + spec->right + spec->middle > 0};
    char name[65];
    bool fine = true;

    while (mg_settings_name(binding->resolved->given, path, spec->n_samplers, name) != NULL) {
        spec->n_samplers++;
    }
    spec->samplers = mg_heap_array(binding->heap, spec->n_samplers, sizeof(*spec->samplers));
    for (size_t i = 0; i < spec->n_samplers; i++) {
        (void)mg_settings_name(binding->resolved->given, path, i, name);
        snprintf(work.path, sizeof(work.path), "%s.%s", path, name);
        fine = bind_sampler(&work, &spec->samplers[i], name) && fine;
    }
    return fine;
}
