/*
 * html.h - pieces of a page: text that cannot become markup, tables, folds, embedded pictures.
 */
#ifndef MG_HARNESS_HTML_H
#define MG_HARNESS_HTML_H

#include <stddef.h>

#include "harness/answer.h"
#include "harness/buffer.h"

/*
 * Text for an element or a quoted attribute: & < > " ' are written as entities, bytes that are
 * not UTF-8 and control characters (but tab and line ends) as U+FFFD; CR LF becomes LF.
 */
void mg_html_text(struct mg_buffer *page, const char *text);

/*
 * printf whose every %s is escaped as by mg_html_text; %zu takes a size_t, %% is a percent sign,
 * nothing else is known (asserted). Markup stands in the format only.
 */
void mg_html_format(struct mg_buffer *page, const char *format, ...);

/* A number for reading: four significant digits, "–" for NaN, "−∞" and "∞". */
void mg_html_number(struct mg_buffer *page, double value);

/* Text as the value of an id: letters, digits, - and _ stay, the rest becomes -. */
void mg_html_id(struct mg_buffer *page, const char *text);

/* A table that scrolls sideways where it is wide; numbers as mg_html_number, at most rows rows. */
void mg_html_table(struct mg_buffer *page, const struct mg_answer *answer, size_t rows);

/* A closed fold with preformatted text. */
void mg_html_fold(struct mg_buffer *page, const char *summary, const char *text);

/* RFC 4648 base64, for data: addresses. */
void mg_html_base64(struct mg_buffer *page, const char *bytes, size_t size);

#endif
