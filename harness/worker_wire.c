/* worker_wire.c - numbers, texts and rows as bytes; see worker_wire.h. */
#include "harness/worker_wire.h"

#include <assert.h>
#include <string.h>

void mg_wire_put_integer(struct mg_buffer *message, int64_t value)
{
    mg_buffer_add(message, (const char *)&value, sizeof(value));
}

void mg_wire_put_real(struct mg_buffer *message, double value)
{
    mg_buffer_add(message, (const char *)&value, sizeof(value));
}

void mg_wire_put_text(struct mg_buffer *message, const char *text)
{
    mg_buffer_add(message, text, strlen(text) + 1);
}

void mg_wire_put_row(struct mg_buffer *message, enum mg_table table, const struct mg_value *values,
                     size_t n)
{
    const char head[2] = {(char)table, (char)n};

    assert(n <= MG_COLUMNS_MAX);
    mg_buffer_add(message, head, sizeof(head));
    for (size_t i = 0; i < n; i++) {
        const char type = (char)values[i].type;
        mg_buffer_add(message, &type, 1);
        switch (values[i].type) {
        case MG_VALUE_INTEGER:
            mg_wire_put_integer(message, values[i].integer);
            break;
        case MG_VALUE_REAL:
            mg_wire_put_real(message, values[i].real);
            break;
        case MG_VALUE_TEXT:
            mg_wire_put_text(message, values[i].text);
            break;
        case MG_VALUE_NULL:
            break;
        }
    }
}

static void take(void *to, struct mg_wire *wire, size_t size)
{
    assert((size_t)(wire->end - wire->at) >= size);
    memcpy(to, wire->at, size);
    wire->at += size;
}

int64_t mg_wire_integer(struct mg_wire *wire)
{
    int64_t value;

    take(&value, wire, sizeof(value));
    return value;
}

double mg_wire_real(struct mg_wire *wire)
{
    double value;

    take(&value, wire, sizeof(value));
    return value;
}

const char *mg_wire_text(struct mg_wire *wire)
{
    const char *text = wire->at;
    const char *nul = memchr(text, '\0', (size_t)(wire->end - text));

    assert(nul != NULL);
    wire->at = nul + 1;
    return text;
}

enum mg_table mg_wire_row(struct mg_wire *wire, struct mg_value *values, size_t *n)
{
    char head[2];

    take(head, wire, sizeof(head));
    *n = (size_t)head[1];
    assert(*n <= MG_COLUMNS_MAX);
    for (size_t i = 0; i < *n; i++) {
        char type;
        take(&type, wire, 1);
        values[i] = (struct mg_value){.type = (enum mg_value_type)type};
        switch (values[i].type) {
        case MG_VALUE_INTEGER:
            values[i].integer = mg_wire_integer(wire);
            values[i].real = (double)values[i].integer;
            break;
        case MG_VALUE_REAL:
            values[i].real = mg_wire_real(wire);
            break;
        case MG_VALUE_TEXT:
            values[i].text = mg_wire_text(wire);
            break;
        case MG_VALUE_NULL:
            break;
        }
    }
    return (enum mg_table)head[0];
}
