/* resolve_canonical.c - the canonical JSON of a resolved object: what identity is hashed from. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "harness/resolve.h"

static void write_object(const struct mg_resolved *resolved, FILE *out, const char *path,
                         const char *without);

/* The entries of a list in the order of the file: their order is part of what is asked. */
static void write_list(const struct mg_resolved *resolved, FILE *out, const char *path)
{
    char name[65];

    fputc('[', out);
    for (size_t i = 0; mg_settings_name(resolved->given, path, i, name) != NULL; i++) {
        char entry[512];

        snprintf(entry, sizeof(entry), "%s.%s", path, name);
        fputs(i == 0 ? "" : ",", out);
        write_object(resolved, out, entry, "");
    }
    fputc(']', out);
}

static void write_object(const struct mg_resolved *resolved, FILE *out, const char *path,
                         const char *without)
{
    const size_t n = strlen(path);
    bool first = true;

    fputc('{', out);
    for (size_t i = 0; i < resolved->settings.n; i++) { /* sorted by path, so by key */
        struct mg_setting *setting = resolved->settings.items[i];
        const char *key = setting->path + n + 1;

        if (strncmp(setting->path, path, n) != 0 || setting->path[n] != '.' ||
            strchr(key, '.') != NULL || mg_words_have(without, key)) {
            continue;
        }
        fprintf(out, "%s\"%s\":", first ? "" : ",", key);
        first = false;
        if (setting->option->type == MG_OPTION_LIST) {
            write_list(resolved, out, setting->path);
        } else {
            fputs(mg_setting_canonical(resolved->reading, setting), out);
        }
    }
    fputc('}', out);
}

const char *mg_resolved_canonical(const struct mg_resolved *resolved, const char *path,
                                  const char *without)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert(out != NULL);
    write_object(resolved, out, path, without);
    fclose(out);
    return mg_heap_adopt(resolved->reading->heap, text);
}
