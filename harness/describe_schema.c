/* describe_schema.c - the option table for editors: a JSON Schema. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/describe.h"
#include "harness/options.h"

static void write_object(FILE *out, const char *prefix);

/* Fixed schemas by type; where a type has a range or choices they are written with it. */
static const char *const SHAPES[] = {
    [MG_OPTION_AXES] = "\"type\": [\"object\", \"array\"]",
    [MG_OPTION_INTEGER] = "\"type\": \"integer\"",
    [MG_OPTION_NUMBER] = "\"type\": \"number\"",
    [MG_OPTION_BOOL] = "\"type\": \"boolean\"",
    [MG_OPTION_TEXT] = "\"type\": \"string\", \"minLength\": 1",
    [MG_OPTION_NAME] = "\"type\": \"string\", \"pattern\": \"^[A-Za-z0-9_-]{1,64}$\"",
    [MG_OPTION_CHOICE] = "\"type\": \"string\"",
    [MG_OPTION_SEED] = "\"type\": \"string\", \"pattern\": \"^(0[xX][0-9a-fA-F]+|[0-9]+)$\"",
    [MG_OPTION_TEXTS] = "\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"string\"}",
    [MG_OPTION_FILES] = "\"type\": [\"string\", \"array\"], \"items\": {\"type\": \"string\"}",
    [MG_OPTION_INTEGERS] = "\"type\": \"array\", \"minItems\": 1, "
                           "\"items\": {\"type\": \"integer\"}",
    [MG_OPTION_MATRIX] = "\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"array\", "
                         "\"items\": {\"type\": \"number\"}}",
    [MG_OPTION_START] = "\"type\": [\"array\", \"string\"], \"items\": {\"type\": \"number\"}",
    [MG_OPTION_ROWS] = "\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"object\", "
                       "\"required\": [\"tokens\"], \"properties\": {\"tokens\": {\"type\": "
                       "\"string\"}, \"count\": {\"type\": \"number\", \"exclusiveMinimum\": 0}}}",
    [MG_OPTION_GROUPS] = "\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"array\", "
                         "\"items\": {\"type\": \"integer\"}}",
    [MG_OPTION_SIDE] = "\"type\": [\"integer\", \"string\"]",
    [MG_OPTION_CONTEXT] = "\"type\": [\"string\", \"object\"], \"properties\": {\"text\": "
                          "{\"type\": \"string\"}, \"masks\": {\"type\": \"integer\"}, "
                          "\"after\": {\"type\": \"string\"}, \"chat\": {\"type\": "
                          "\"string\"}}",
    [MG_OPTION_INTERVAL] = "\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2, \"items\": "
                           "{\"type\": [\"number\", \"null\"]}",
};

static void write_text(FILE *out, const char *text)
{
    char *quoted = mg_json_quote(text);

    fputs(quoted, out);
    free(quoted);
}

static void write_range(FILE *out, const struct mg_option *option)
{
    char number[32];

    fprintf(out, ", \"%s\": %s", option->brackets[0] == '[' ? "minimum" : "exclusiveMinimum",
            mg_number_text(option->min, number));
    fprintf(out, ", \"%s\": %s", option->brackets[1] == ']' ? "maximum" : "exclusiveMaximum",
            mg_number_text(option->max, number));
}

static void write_choices(FILE *out, const struct mg_option *option)
{
    fputs(", \"enum\": [", out);
    for (size_t i = 0; option->word(i) != NULL; i++) {
        fputs(i == 0 ? "" : ", ", out);
        write_text(out, option->word(i));
    }
    fputc(']', out);
}

static void write_description(FILE *out, const struct mg_option *option)
{
    char kinds[512];
    char text[1024];

    if (option->chooser == NULL) {
        snprintf(text, sizeof(text), "%s", option->help);
    } else {
        snprintf(text, sizeof(text), "%s Where %s is one of: %s.", option->help, option->chooser,
                 mg_option_kinds(option, kinds, sizeof(kinds)));
    }
    fputs("\"description\": ", out);
    write_text(out, text);
    fputs(", ", out);
}

static void write_option(FILE *out, const struct mg_option *option)
{
    char entry[128];

    write_text(out, mg_option_key(option));
    fputs(": {", out);
    write_description(out, option);
    if (option->fallback != NULL) {
        fprintf(out, "\"default\": %s, ", option->fallback);
    }
    if (option->type == MG_OPTION_OBJECT) {
        write_object(out, option->path);
    } else if (option->type == MG_OPTION_LIST) {
        snprintf(entry, sizeof(entry), "%s.*", option->path);
        fputs("\"type\": \"array\", \"minItems\": 1, \"items\": {", out);
        write_object(out, entry);
        fputc('}', out);
    } else {
        fputs(SHAPES[option->type], out);
        if (option->type == MG_OPTION_INTEGER || option->type == MG_OPTION_NUMBER) {
            write_range(out, option);
        }
        if (option->type == MG_OPTION_CHOICE) {
            write_choices(out, option);
        }
    }
    fputc('}', out);
}

/* Members of a schema for the object at a prefix. */
static void write_object(FILE *out, const char *prefix)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);
    bool first = true;

    fputs("\"type\": \"object\", \"additionalProperties\": false, \"required\": [", out);
    for (size_t i = 0; i < n; i++) {
        if (mg_option_is_in(&table[i], prefix) && table[i].required && table[i].chooser == NULL) {
            fputs(first ? "" : ", ", out);
            write_text(out, mg_option_key(&table[i]));
            first = false;
        }
    }
    fputs("], \"properties\": {\"$comment\": {}", out);
    for (size_t i = 0; i < n; i++) {
        if (mg_option_is_in(&table[i], prefix)) {
            fputs(", ", out);
            write_option(out, &table[i]);
        }
    }
    fputc('}', out);
}

char *mg_describe_schema(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert(out != NULL);
    fputs("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", "
          "\"title\": \"marginalia experiment file\", ",
          out);
    write_object(out, "");
    fputs("}\n", out);
    fclose(out);
    return text;
}
