/* error.c - see error.h. */
#include "model/numeric/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum mg_status mg_fail(struct mg_error *err, enum mg_status status, const char *format, ...)
{
    va_list arguments;

    assert(err != NULL);
    assert(status != MG_OK);
    if (err->status != MG_OK) {
        return status;
    }
    err->status = status;
    va_start(arguments, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, arguments);
    va_end(arguments);
    return status;
}
