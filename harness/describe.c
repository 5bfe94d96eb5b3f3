/* describe.c - the option table for people. */
#include "harness/describe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/options.h"
#include "harness/suggest.h"

enum { WORDS_MAX = 1024 };

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

static void write_key(FILE *out, const struct mg_option *option)
{
    fprintf(out, "  %-14s %s%s%s%s\n", mg_option_key(option), option->help,
            option->fallback == NULL ? "" : " Default ",
            option->fallback == NULL ? "" : option->fallback, option->fallback == NULL ? "" : ".");
}

/* The keys of the object at a prefix, one a line. */
static void write_keys(FILE *out, const char *prefix)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    for (size_t i = 0; i < n; i++) {
        if (mg_option_is_in(&table[i], prefix)) {
            write_key(out, &table[i]);
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

/* Is `option` there because `choice`, a key beside it, has this value? */
static bool goes_with(const struct mg_option *option, const struct mg_option *choice,
                      const char *word)
{
    const size_t prefix = strlen(choice->path) - strlen(mg_option_key(choice));
    const bool beside = strncmp(option->path, choice->path, prefix) == 0 &&
                        strchr(option->path + prefix, '.') == NULL;

    if (!beside || option->chooser == NULL) {
        return false;
    }
    if (strcmp(mg_option_key(choice), "task") == 0) {
        return mg_option_applies_to_task(option, word);
    }
    return strcmp(option->chooser, mg_option_key(choice)) == 0 && mg_option_applies(option, word);
}

/* A word that is one of the choices of a key, with the keys that it brings. */
static void write_choice(FILE *out, const struct mg_option *choice, size_t which)
{
    const char *word = choice->word(which);
    const char *help = choice->word_help == NULL ? NULL : choice->word_help(which);
    const char *heading = "  keys that go with it:\n";
    size_t n;
    const struct mg_option *table = mg_options(&n);

    fprintf(out, "%s\n  a choice of %s\n", word, choice->path);
    if (help != NULL) {
        fprintf(out, "  %s\n", help);
    }
    for (size_t i = 0; i < n; i++) {
        if (goes_with(&table[i], choice, word)) {
            fputs(heading, out);
            write_key(out, &table[i]);
            heading = "";
        }
    }
}

/* Every choice called so; their number. */
static size_t write_choices_called(FILE *out, const char *word)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);
    size_t found = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t w = 0; table[i].word != NULL && table[i].word(w) != NULL; w++) {
            if (strcmp(table[i].word(w), word) == 0) {
                fputs(found++ == 0 ? "" : "\n", out);
                write_choice(out, &table[i], w);
            }
        }
    }
    return found;
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
    const char *words[WORDS_MAX];
    const char *nearest;
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        assert(count + 2 <= WORDS_MAX);
        words[count++] = mg_option_key(&table[i]);
        words[count++] = table[i].path;
        for (size_t w = 0; table[i].word != NULL && table[i].word(w) != NULL; w++) {
            assert(count + 2 < WORDS_MAX);
            words[count++] = table[i].word(w);
        }
    }
    nearest = mg_option_alias(key);
    nearest = nearest == NULL ? mg_suggest(key, words, count) : nearest;
    return mg_fail(err, MG_EUSAGE, "no key and no choice is called \"%s\"%s%s%s", key,
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
        fputs("keys of an experiment file; `describe KEY` or `describe CHOICE` says more, as in\n"
              "`describe train.lr`, `describe markov`; views of the database: results/README.md\n",
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
        found = found == 0 ? write_choices_called(out, key) : found;
        status = found == 0 ? unknown(key, err) : MG_OK;
    }
    fclose(out);
    if (status != MG_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}
