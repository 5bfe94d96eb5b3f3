/* options_find.c - the one table of keys: looking rows up, and naming them to a person. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/options.h"
#include "harness/suggest.h"
#include "model/diffusion/order.h"
#include "model/source/tasks.h"

enum { KEYS_MAX = 64 };

/* Length of the first component of a dotted path. */
static size_t component(const char *path)
{
    return strcspn(path, ".");
}

/* Does the concrete path match the pattern, component by component? */
static bool matches(const char *pattern, const char *path)
{
    for (;;) {
        const size_t n = component(pattern);
        const size_t m = component(path);
        const bool star = n == 1 && pattern[0] == '*' && m > 0;

        if (!star && (n != m || strncmp(pattern, path, n) != 0)) {
            return false;
        }
        pattern += n;
        path += m;
        if (*pattern == '\0' || *path == '\0') {
            return *pattern == *path;
        }
        pattern++;
        path++;
    }
}

const struct mg_option *mg_option_find(const char *path)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    for (size_t i = 0; i < n; i++) {
        if (matches(table[i].path, path)) {
            return &table[i];
        }
    }
    return NULL;
}

const char *mg_option_key(const struct mg_option *option)
{
    const char *dot = strrchr(option->path, '.');

    return dot == NULL ? option->path : dot + 1;
}

bool mg_option_is_in(const struct mg_option *option, const char *prefix)
{
    const char *key = mg_option_key(option);
    char pattern[128];

    if (key == option->path) {
        return prefix[0] == '\0';
    }
    snprintf(pattern, sizeof(pattern), "%.*s", (int)(key - option->path - 1), option->path);
    return prefix[0] != '\0' && matches(pattern, prefix);
}

bool mg_words_have(const char *words, const char *word)
{
    const size_t length = strlen(word);

    while (words != NULL && *words != '\0') {
        const size_t n = strcspn(words, " ");

        if (n == length && strncasecmp(words, word, n) == 0) {
            return true;
        }
        words += n + strspn(words + n, " ");
    }
    return false;
}

bool mg_option_applies(const struct mg_option *option, const char *chosen)
{
    if (option->chooser == NULL) {
        return true;
    }
    if (chosen == NULL) {
        return false;
    }
    if (option->sizings != 0) {
        const struct mg_order *order = mg_order_find(chosen);

        return order != NULL && (option->sizings & (1U << order->sizing)) != 0;
    }
    return mg_words_have(option->kinds, chosen);
}

bool mg_option_applies_to_task(const struct mg_option *option, const char *task)
{
    const struct mg_task *row = mg_task_find(task);

    return row != NULL && option->task_key != 0 &&
           mg_task_uses(row, (enum mg_task_key)(option->task_key - 1));
}

bool mg_option_sweeps(const struct mg_option *option)
{
    static const char *const sections[] = {"source", "predictor", "train", "measure"};
    const size_t n = component(option->path);

    if (strcmp(mg_option_key(option), "name") == 0) {
        return false; /* a name says which entry, not what it does */
    }
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (strlen(sections[i]) == n && strncmp(option->path, sections[i], n) == 0) {
            return true;
        }
    }
    return false;
}

/* Aliases of the keys at prefix that are near the word: the key they stand for, or NULL. */
static const char *near_alias(const char *prefix, const char *word)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    for (size_t i = 0; i < n; i++) {
        const char *aliases = mg_option_is_in(&table[i], prefix) ? table[i].aliases : NULL;

        while (aliases != NULL && *aliases != '\0') {
            const size_t size = strcspn(aliases, " ");
            char alias[64];
            const char *candidate = alias;

            snprintf(alias, sizeof(alias), "%.*s", (int)size, aliases);
            if (mg_suggest(word, &candidate, 1) != NULL) {
                return mg_option_key(&table[i]);
            }
            aliases += size + strspn(aliases + size, " ");
        }
    }
    return NULL;
}

const char *mg_option_suggest(const char *prefix, const char *key)
{
    const char *keys[KEYS_MAX];
    const char *nearest;
    size_t count = 0;
    size_t n;
    const struct mg_option *table = mg_options(&n);
    char plain[64];

    snprintf(plain, sizeof(plain), "%s", key);
    for (char *c = plain; *c != '\0'; c++) {
        *c = *c == '-' ? '_' : *c;
    }
    for (size_t i = 0; i < n; i++) {
        if (mg_option_is_in(&table[i], prefix)) {
            assert(count < KEYS_MAX);
            keys[count++] = mg_option_key(&table[i]);
            if (mg_words_have(table[i].aliases, plain)) {
                return mg_option_key(&table[i]);
            }
        }
    }
    nearest = mg_suggest(key, keys, count);
    return nearest != NULL ? nearest : near_alias(prefix, plain);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *join(char *buffer, size_t size, const char *const *words, size_t n)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (size_t i = 0; i < n && used < size; i++) {
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    return buffer;
}

const char *mg_option_keys(const char *prefix, char *buffer, size_t size)
{
    const char *keys[KEYS_MAX];
    size_t count = 0;
    size_t n;
    const struct mg_option *table = mg_options(&n);

    for (size_t i = 0; i < n; i++) {
        if (mg_option_is_in(&table[i], prefix)) {
            assert(count < KEYS_MAX);
            keys[count++] = mg_option_key(&table[i]);
        }
    }
    qsort(keys, count, sizeof(keys[0]), by_text);
    return join(buffer, size, keys, count);
}

const char *mg_option_words(const struct mg_option *option, char *buffer, size_t size)
{
    const char *words[KEYS_MAX];
    size_t n = 0;

    while (option->word != NULL && n < KEYS_MAX && option->word(n) != NULL) {
        words[n] = option->word(n);
        n++;
    }
    return join(buffer, size, words, n);
}

const char *mg_option_range(const struct mg_option *option, char *buffer, size_t size)
{
    char lo[32];
    char hi[32];

    buffer[0] = '\0';
    if (option->brackets != NULL) {
        snprintf(buffer, size, "in %c%s, %s%c", option->brackets[0],
                 mg_number_text(option->min, lo), mg_number_text(option->max, hi),
                 option->brackets[1]);
    }
    return buffer;
}

const char *mg_option_kinds(const struct mg_option *option, char *buffer, size_t size)
{
    size_t n;
    size_t used;
    const struct mg_order *orders = mg_orders(&n);
    const struct mg_task *tasks;

    used = (size_t)snprintf(buffer, size, "%s", option->kinds == NULL ? "" : option->kinds);
    for (size_t i = 0; option->sizings != 0 && i < n && used < size; i++) {
        if (mg_option_applies(option, orders[i].name)) {
            used += (size_t)snprintf(buffer + used, size - used, "%s%s", used == 0 ? "" : " ",
                                     orders[i].name);
        }
    }
    tasks = mg_tasks(&n);
    for (size_t i = 0; option->task_key != 0 && i < n && used < size; i++) {
        if (mg_option_applies_to_task(option, tasks[i].name)) {
            used += (size_t)snprintf(buffer + used, size - used, "%stask %s", used == 0 ? "" : ", ",
                                     tasks[i].name);
        }
    }
    return buffer;
}

const char *mg_option_alias(const char *word)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    for (size_t i = 0; i < n; i++) {
        if (mg_words_have(table[i].aliases, word)) {
            return table[i].path;
        }
    }
    return NULL;
}
