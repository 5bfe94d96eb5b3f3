/*
 * html.c - pieces of a page.
 */
#include "harness/html.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/*
 * Length of the well-formed UTF-8 sequence at text, 0 if there is none. Source: Unicode 14,
 * table 3-7.
 */
static size_t utf8_length(const unsigned char *text)
{
    const unsigned char lead = text[0];
    const size_t more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;

    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    if (lead == 0xe0) {
        low = 0xa0;
    } else if (lead == 0xed) {
        high = 0x9f;
    } else if (lead == 0xf0) {
        low = 0x90;
    } else if (lead == 0xf4) {
        high = 0x8f;
    }
    if (text[1] < low || text[1] > high) {
        return 0;
    }
    for (size_t i = 2; i <= more; i++) {
        if (text[i] < 0x80 || text[i] > 0xbf) {
            return 0;
        }
    }
    return more + 1;
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void mg_html_text(struct mg_buffer *page, const char *text)
{
    while (*text != '\0') {
        const unsigned char first = (unsigned char)*text;
        const size_t length = utf8_length((const unsigned char *)text);
        const bool control = (first < 0x20 && first != '\n' && first != '\t') || first == 0x7f;

        if (*text == '\r' && text[1] == '\n') { /* CSV ends its lines so; here it is one end */
            text++;
            continue;
        }
        if (entity(*text) != NULL) {
            mg_buffer_puts(page, entity(*text));
        } else if (length == 0 || control) {
            mg_buffer_puts(page, "\xef\xbf\xbd");
        } else {
            mg_buffer_add(page, text, length);
        }
        text += length > 0 ? length : 1;
    }
}

void mg_html_format(struct mg_buffer *page, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%') {
            mg_buffer_add(page, at, 1);
        } else if (at[1] == 's') {
            mg_html_text(page, va_arg(args, const char *));
            at += 1;
        } else if (at[1] == 'z' && at[2] == 'u') {
            mg_buffer_printf(page, "%zu", va_arg(args, size_t));
            at += 2;
        } else {
            assert(at[1] == '%');
            mg_buffer_puts(page, "%");
            at += 1;
        }
    }
    va_end(args);
}

void mg_html_number(struct mg_buffer *page, double value)
{
    char digits[40];

    if (isnan(value)) {
        mg_buffer_puts(page, "–");
    } else if (isinf(value)) {
        mg_buffer_puts(page, value > 0.0 ? "∞" : "−∞");
    } else {
        snprintf(digits, sizeof(digits), "%.4g", value == 0.0 ? 0.0 : fabs(value));
        mg_buffer_printf(page, "%s%s", value < 0.0 ? "−" : "", digits);
    }
}

void mg_html_id(struct mg_buffer *page, const char *text)
{
    for (; *text != '\0'; text++) {
        const bool plain = isalnum((unsigned char)*text) || *text == '-' || *text == '_';
        mg_buffer_add(page, plain ? text : "-", 1);
    }
}

void mg_html_table(struct mg_buffer *page, const struct mg_answer *answer, size_t rows)
{
    const size_t shown = answer->n_rows < rows ? answer->n_rows : rows;

    mg_buffer_puts(page, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (size_t i = 0; i < answer->n_columns; i++) {
        mg_html_format(page, "<th scope=\"col\">%s</th>", answer->columns[i]);
    }
    mg_buffer_puts(page, "</tr></thead>\n<tbody>\n");
    for (size_t row = 0; row < shown; row++) {
        mg_buffer_puts(page, "<tr>");
        for (size_t i = 0; i < answer->n_columns; i++) {
            const struct mg_cell_text *cell = mg_answer_cell(answer, row, i);
            if (cell->type == MG_VALUE_TEXT || cell->type == MG_VALUE_NULL) {
                mg_html_format(page, "<td>%s</td>", cell->text);
                continue;
            }
            mg_html_format(page, "<td class=\"number\" title=\"%s\">", cell->text);
            if (cell->type == MG_VALUE_INTEGER) {
                mg_html_text(page, cell->text);
            } else {
                mg_html_number(page, cell->real);
            }
            mg_buffer_puts(page, "</td>");
        }
        mg_buffer_puts(page, "</tr>\n");
    }
    mg_buffer_puts(page, "</tbody></table></div>\n");
    if (shown < answer->n_rows) {
        mg_html_format(page, "<p class=\"small\">%zu of %zu rows.</p>\n", shown, answer->n_rows);
    }
}

void mg_html_fold(struct mg_buffer *page, const char *summary, const char *text)
{
    mg_html_format(page, "<details><summary>%s</summary>\n<pre>%s</pre></details>\n", summary,
                   text);
}

void mg_html_base64(struct mg_buffer *page, const char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = (const unsigned char *)bytes;

    for (size_t i = 0; i < size; i += 3) {
        const uint32_t word = (uint32_t)in[i] << 16 |
                              (i + 1 < size ? (uint32_t)in[i + 1] << 8 : 0u) |
                              (i + 2 < size ? (uint32_t)in[i + 2] : 0u);
        const char out[4] = {digits[word >> 18], digits[word >> 12 & 63u],
                             i + 1 < size ? digits[word >> 6 & 63u] : '=',
                             i + 2 < size ? digits[word & 63u] : '='};
        mg_buffer_add(page, out, 4);
    }
}
