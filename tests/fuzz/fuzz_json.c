/* fuzz_json.c - libFuzzer: any bytes are refused or read, and canonical text is a fixed point. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touch every value through the public face. */
static void visit(const struct mg_json *value)
{
    char pointer[40];

    (void)mg_json_pointer(value, pointer, sizeof(pointer));
    if (mg_json_type(value) == MG_JSON_NUMBER) {
        (void)mg_json_integer(value, NULL);
    }
    for (size_t i = 0; i < mg_json_count(value); i++) {
        const struct mg_json *child = mg_json_at(value, i);
        if (mg_json_type(value) == MG_JSON_OBJECT &&
            mg_json_get(value, mg_json_key(child)) != child) {
            abort(); /* keys are unique, so a look-up finds the member itself */
        }
        visit(child);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mg_error err = {0};
    struct mg_json_file *file = NULL;
    struct mg_json_file *again = NULL;
    char *once;
    char *twice;

    if (mg_json_parse_header(&file, (const char *)data, size, "h", &err) == MG_OK) {
        visit(mg_json_root(file));
        mg_json_free(file);
    }
    err = (struct mg_error){0};
    if (mg_json_parse(&file, (const char *)data, size, "f", &err) != MG_OK) {
        if (strncmp(err.text, "f:", 2) != 0 || strstr(err.text, ": error: ") == NULL) {
            abort();
        }
        return 0;
    }
    visit(mg_json_root(file));
    once = mg_json_canonical(mg_json_root(file));
    if (mg_json_parse(&again, once, strlen(once), "c", &err) != MG_OK) {
        abort();
    }
    twice = mg_json_canonical(mg_json_root(again));
    if (strcmp(once, twice) != 0) {
        abort();
    }
    free(twice);
    free(once);
    mg_json_free(again);
    mg_json_free(file);
    return 0;
}
