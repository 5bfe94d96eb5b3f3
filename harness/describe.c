/* describe.c - the option table for people. */
#include "harness/describe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/options.h"
#include "harness/suggest.h"
#include "model/diffusion/order.h"

enum { ROWS_MAX = 256 };

static void write_choices(FILE *out, const struct mg_option *option)
{
    for (size_t i = 0; option->word != NULL && option->word(i) != NULL; i++) {
        const char *help = option->word_help == NULL ? NULL : option->word_help(i);

        fprintf(out, "    %-16s %s\n", option->word(i), help == NULL ? "" : help);
    }
}

/* "type in range, unit" */
static void write_type(FILE *out, const struct mg_option *option)
{
    char range[96];

    mg_option_range(option, range, sizeof(range));
    fprintf(out, "%s%s%s%s%s", mg_option_type_name(option->type), range[0] == '\0' ? "" : " ",
            range, option->unit == NULL ? "" : ", ", option->unit == NULL ? "" : option->unit);
}

/* The keys of the object at a prefix, one a line. */
static void write_keys(FILE *out, const char *prefix)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    for (size_t i = 0; i < n; i++) {
        if (mg_option_is_in(&table[i], prefix)) {
            fprintf(out, "  %-14s %s%s%s%s\n", mg_option_key(&table[i]), table[i].help,
                    table[i].fallback == NULL ? "" : " Default ",
                    table[i].fallback == NULL ? "" : table[i].fallback,
                    table[i].fallback == NULL ? "" : ".");
        }
    }
}

static void write_row(FILE *out, const struct mg_option *option)
{
    const bool list = option->type == MG_OPTION_LIST;
    char words[512];
    char below[128];

    fprintf(out, "%s\n  %s\n  type: ", option->path, option->help);
    write_type(out, option);
    fprintf(out, "\n  default: %s\n",
            option->fallback != NULL ? option->fallback
            : option->required       ? "none, required"
                                     : "none");
    if (option->chooser != NULL) {
        fprintf(out, "  where: %s is one of %s\n", option->chooser,
                mg_option_kinds(option, words, sizeof(words)));
    }
    if (option->aliases != NULL) {
        fprintf(out, "  elsewhere called: %s\n", option->aliases);
    }
    fprintf(out, "  example: \"%s\": %s\n", mg_option_key(option), option->example);
    if (option->word != NULL) {
        fputs("  choices:\n", out);
        write_choices(out, option);
    }
    if (list || option->type == MG_OPTION_OBJECT) {
        snprintf(below, sizeof(below), "%s%s", option->path, list ? ".*" : "");
        fputs(list ? "  keys of an entry:\n" : "  keys:\n", out);
        write_keys(out, below);
    }
}

/* The row a person means: a path, or a path whose entries' names are left out. */
static const struct mg_option *row_of(const char *key)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);
    const struct mg_option *found = mg_option_find(key);

    for (size_t i = 0; found == NULL && i < n; i++) {
        char plain[128];
        size_t used = 0;

        for (const char *c = table[i].path; *c != '\0'; c++) {
            if (strncmp(c, ".*", 2) == 0) {
                c++;
            } else {
                plain[used++] = *c;
            }
        }
        plain[used] = '\0';
        found = strcmp(plain, key) == 0 ? &table[i] : NULL;
    }
    return found;
}

static enum mg_status unknown(const char *key, struct mg_error *err)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);
    const char *words[2 * ROWS_MAX];
    const char *nearest;
    size_t count = 0;

    assert(n <= ROWS_MAX);
    for (size_t i = 0; i < n; i++) {
        words[count++] = mg_option_key(&table[i]);
        words[count++] = table[i].path;
    }
    nearest = mg_option_alias(key);
    nearest = nearest == NULL ? mg_suggest(key, words, count) : nearest;
    return mg_fail(err, MG_EUSAGE, "no key is called \"%s\"%s%s%s", key,
                   nearest == NULL ? "" : "; did you mean \"", nearest == NULL ? "" : nearest,
                   nearest == NULL ? "" : "\"?");
}

enum mg_status mg_describe(char **text, const char *key, struct mg_error *err)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);
    enum mg_status status = MG_OK;
    size_t size = 0;
    size_t found = 0;
    FILE *out;

    *text = NULL;
    out = open_memstream(text, &size);
    assert(out != NULL);
    if (key == NULL || key[0] == '\0') {
        fputs("keys of an experiment file; `describe KEY` says more, as in `describe train.lr`\n",
              out);
        write_keys(out, "");
    } else if (row_of(key) != NULL) {
        write_row(out, row_of(key));
    } else {
        for (size_t i = 0; i < n; i++) {
            if (strcmp(mg_option_key(&table[i]), key) == 0) {
                fputs(found++ == 0 ? "" : "\n", out);
                write_row(out, &table[i]);
            }
        }
        status = found == 0 ? unknown(key, err) : MG_OK;
    }
    fclose(out);
    if (status != MG_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}
