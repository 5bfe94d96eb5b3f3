/* shell.c - see shell.h. */
#include "harness/shell.h"

void mg_shell_quote(struct mg_buffer *text, const char *word)
{
    mg_buffer_puts(text, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            mg_buffer_puts(text, "'\\''"); /* end, a quote, begin again */
        } else {
            mg_buffer_add(text, word, 1);
        }
    }
    mg_buffer_puts(text, "'");
}
