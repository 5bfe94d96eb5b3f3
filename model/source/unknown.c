/* unknown.c - see unknown.h. */
#include "model/source/unknown.h"

#include <stdlib.h>

#include "model/source/array.h"

static void unknown_free(struct mg_source *source)
{
    free(source);
}

static const struct mg_source_ops UNKNOWN = {.kind = "trace", .free = unknown_free};

struct mg_source *mg_unknown_new(size_t length, size_t vocab)
{
    struct mg_source *source = mg_array_new(1, sizeof(*source));

    *source = (struct mg_source){.ops = &UNKNOWN, .length = length, .vocab = vocab};
    return source;
}
