/* spec.c - an experiment file, checked and resolved: from the file to points, all errors at once.
 */
#include "harness/spec.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/bind.h"
#include "harness/inherit.h"
#include "harness/override.h"
#include "harness/spec_points.h"

/* The valid value of a key of the file itself, or NULL. */
static const struct mg_json *value_of(const struct mg_settings *settings, const char *path)
{
    const struct mg_setting *setting = mg_settings_get(settings, path);

    return setting == NULL || !setting->valid ? NULL : setting->value;
}

static char *text_of(struct mg_spec *spec, const struct mg_settings *settings, const char *path)
{
    const struct mg_json *value = value_of(settings, path);

    return value == NULL ? NULL : mg_heap_text(spec->heap, mg_json_string(value));
}

/* Keys of the file itself that must be there. */
static void check_required(struct mg_reading *reading, const struct mg_settings *settings,
                           struct mg_place root)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    for (size_t i = 0; i < n; i++) {
        if (table[i].required && mg_option_is_in(&table[i], "") && !mg_option_sweeps(&table[i]) &&
            mg_settings_get(settings, table[i].path) == NULL) {
            mg_findings_missing(reading->findings, root, table[i].path, "missing: %s",
                                table[i].help);
        }
    }
}

static void read_header(struct mg_spec *spec, const struct mg_settings *settings)
{
    const struct mg_json *replicates = value_of(settings, "replicates");
    const char *seed = text_of(spec, settings, "seed");

    spec->name = text_of(spec, settings, "name");
    spec->title = text_of(spec, settings, "title");
    spec->title = spec->title == NULL ? spec->name : spec->title;
    spec->question = text_of(spec, settings, "question");
    spec->notes = text_of(spec, settings, "notes");
    spec->replicates = replicates == NULL ? 1 : (size_t)mg_json_number(replicates);
    spec->seed = mg_heap_text(spec->heap, seed == NULL ? "1" : seed);
    (void)mg_seed_parse(&spec->seed_value, spec->seed); /* the table has checked it */
}

/* One key of a claim; NULL where it is absent or faulty. */
static const struct mg_json *claim_value(struct mg_reading *reading,
                                         const struct mg_settings *settings, const char *name,
                                         const char *key)
{
    return value_of(settings, mg_heap_format(reading->heap, "claims.%s.%s", name, key));
}

static char *claim_text(struct mg_spec *spec, struct mg_reading *reading,
                        const struct mg_settings *settings, const char *name, const char *key)
{
    const struct mg_json *value = claim_value(reading, settings, name, key);

    return value == NULL ? NULL : mg_heap_text(spec->heap, mg_json_string(value));
}

static void read_claim(struct mg_spec *spec, struct mg_reading *reading,
                       const struct mg_settings *settings, struct mg_claim_spec *claim,
                       const char *name)
{
    static const char *const required[] = {"query", "accept"};
    const struct mg_json *exact = claim_value(reading, settings, name, "exact");
    const struct mg_json *accept = claim_value(reading, settings, name, "accept");
    const char *path = mg_heap_format(reading->heap, "claims.%s", name);
    const struct mg_setting *whole = mg_settings_get(settings, path);

    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        const char *below = mg_heap_format(reading->heap, "%s.%s", path, required[i]);

        if (whole != NULL && mg_settings_get(settings, below) == NULL) {
            mg_findings_missing(reading->findings, whole->place, required[i], "missing: %s",
                                mg_option_find(below)->help);
        }
    }
    claim->name = mg_heap_text(spec->heap, name);
    claim->about = claim_text(spec, reading, settings, name, "about");
    claim->about = claim->about == NULL ? claim->name : claim->about;
    claim->source = claim_text(spec, reading, settings, name, "source");
    claim->query = claim_text(spec, reading, settings, name, "query");
    claim->exact = exact != NULL && mg_json_bool(exact);
    if (accept != NULL) {
        const struct mg_json *lo = mg_json_at(accept, 0);
        const struct mg_json *hi = mg_json_at(accept, 1);

        claim->has_lo = mg_json_type(lo) == MG_JSON_NUMBER;
        claim->has_hi = mg_json_type(hi) == MG_JSON_NUMBER;
        claim->lo = claim->has_lo ? mg_json_number(lo) : 0.0;
        claim->hi = claim->has_hi ? mg_json_number(hi) : 0.0;
    }
}

static void read_claims(struct mg_spec *spec, struct mg_reading *reading,
                        const struct mg_settings *settings)
{
    char name[65];

    while (mg_settings_name(settings, "claims", spec->n_claims, name) != NULL) {
        spec->n_claims++;
    }
    spec->claims = mg_heap_array(spec->heap, spec->n_claims, sizeof(*spec->claims));
    for (size_t i = 0; i < spec->n_claims; i++) {
        (void)mg_settings_name(settings, "claims", i, name);
        read_claim(spec, reading, settings, &spec->claims[i], name);
    }
}

/* A figure is a name of plots/, or a path, which holds a "/" or a "."; each once. */
static void read_figures(struct mg_spec *spec, struct mg_reading *reading,
                         const struct mg_settings *settings)
{
    const struct mg_setting *setting = mg_settings_get(settings, "figures");
    const struct mg_json *figures = setting == NULL ? NULL : setting->value;

    if (figures == NULL || mg_json_type(figures) != MG_JSON_ARRAY) {
        return;
    }
    spec->figures = mg_heap_array(spec->heap, mg_json_count(figures), sizeof(char *));
    for (size_t i = 0; i < mg_json_count(figures); i++) {
        const struct mg_place place = {setting->place.file, mg_json_at(figures, i)};
        const char *text =
            mg_json_type(place.json) == MG_JSON_STRING ? mg_json_string(place.json) : "";

        if (text[0] == '\0') {
            continue; /* reported with the other shapes */
        }
        if (strpbrk(text, "/.") == NULL && !mg_name_is_valid(text)) {
            mg_findings_add(reading->findings, place, "\"%s\" is no name of a figure", text);
        }
        for (size_t k = 0; k < spec->n_figures; k++) {
            if (strcmp(spec->figures[k], text) == 0) {
                mg_findings_add(reading->findings, place, "\"%s\" is listed twice", text);
                break;
            }
        }
        spec->figures[spec->n_figures++] = mg_heap_text(spec->heap, text);
    }
}

static void read_spec(struct mg_spec *spec, struct mg_reading *reading, const char *path,
                      const char *const *sets, size_t n_sets)
{
    struct mg_settings settings = {0};
    const struct mg_json *root;
    const char *text;
    struct mg_place place;

    if (!mg_inherit(reading, &settings, path, &root, &text)) {
        return;
    }
    for (size_t i = 0; i < n_sets; i++) {
        mg_override(reading, &settings, sets[i]);
    }
    place = (struct mg_place){.file = spec->path, .json = root};
    spec->text = mg_heap_text(spec->heap, text);
    check_required(reading, &settings, place);
    read_header(spec, &settings);
    read_claims(spec, reading, &settings);
    read_figures(spec, reading, &settings);
    mg_points_read(spec, reading, &settings, place);
}

enum mg_status mg_spec_load(struct mg_spec **spec, const char *path, struct mg_problems *problems)
{
    return mg_spec_load_set(spec, path, NULL, 0, problems);
}

enum mg_status mg_spec_load_set(struct mg_spec **spec, const char *path, const char *const *sets,
                                size_t n, struct mg_problems *problems)
{
    struct mg_reading reading;
    struct mg_heap *heap = mg_heap_new();

    assert(spec != NULL && path != NULL && problems != NULL);
    *spec = mg_heap_array(heap, 1, sizeof(**spec));
    (*spec)->heap = heap;
    (*spec)->path = mg_heap_text(heap, path);
    mg_reading_init(&reading);
    read_spec(*spec, &reading, path, sets, n);
    mg_findings_report(reading.findings, problems);
    if ((*spec)->not_run != NULL && (*spec)->name != NULL) {
        mg_problems_add(problems, false, "%s: note: %s is not run: %s", path, (*spec)->name,
                        (*spec)->not_run);
    }
    for (const struct mg_hashed *model = reading.hashed; model != NULL; model = model->next) {
        if (model->note != NULL) {
            mg_problems_add(problems, false, "%s: note: %s", path, model->note);
        }
    }
    if (mg_findings_count(reading.findings) > 0) {
        mg_spec_free(*spec);
        *spec = NULL;
    }
    mg_reading_free(&reading);
    return *spec == NULL ? MG_EUSAGE : MG_OK;
}

void mg_spec_free(struct mg_spec *spec)
{
    if (spec == NULL) {
        return;
    }
    for (size_t i = 0; i < spec->n_points; i++) {
        mg_source_free(spec->points[i].source);
    }
    mg_heap_free(spec->heap);
}
