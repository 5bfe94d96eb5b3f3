/* shell.h - words for a POSIX shell. */
#ifndef MG_HARNESS_SHELL_H
#define MG_HARNESS_SHELL_H

#include "harness/buffer.h"

/* Append the word in single quotes, whatever is in it. */
void mg_shell_quote(struct mg_buffer *text, const char *word);

#endif
