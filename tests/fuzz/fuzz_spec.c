/*
 * fuzz_spec.c - libFuzzer: any bytes are an experiment, or refused with a place; never anything
 * else. What `check` does: the file, its inheritance, sweep, laws, samplers, and the plan.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/plan.h"
#include "harness/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file that only this process has, in memory where that is to be had. */
static const char *place(void)
{
    static char path[64];

    if (path[0] == '\0') {
        (void)snprintf(path, sizeof(path), "%s/fuzz-spec-%ld.json",
                       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
    }
    return path;
}

static void forget(void)
{
    (void)unlink(place());
}

static void write_input(const uint8_t *data, size_t size)
{
    static FILE *file; /* kept open: making a file anew each time costs more than reading it */

    if (file == NULL) {
        file = fopen(place(), "w");
        if (file == NULL || atexit(forget) != 0) {
            abort();
        }
    }
    rewind(file);
    if (fwrite(data, 1, size, file) != size || fflush(file) != 0 ||
        ftruncate(fileno(file), (off_t)size) != 0) {
        abort();
    }
}

/* A complaint has a place, "FILE:line:column: error: /pointer: ...", or is of a file as a whole. */
static void judge(const struct mg_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        if (strlen(problems->lines[i]) < 10) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mg_problems problems = {0};
    struct mg_spec *spec = NULL;

    write_input(data, size);
    if (mg_spec_load(&spec, place(), &problems) == MG_OK) {
        struct mg_error err = {0};
        struct mg_plan plan;
        if (spec == NULL || problems.errors > 0 ||
            mg_plan_make(&plan, &spec, 1, NULL, &err) != MG_OK) {
            abort();
        }
        mg_plan_free(&plan);
        mg_spec_free(spec);
    } else if (spec != NULL || problems.errors == 0) {
        abort();
    }
    judge(&problems);
    mg_problems_free(&problems);
    return 0;
}
