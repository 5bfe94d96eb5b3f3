/*
 * utf8.h - characters of UTF-8.
 */
#ifndef MG_HARNESS_UTF8_H
#define MG_HARNESS_UTF8_H

#include <stddef.h>

enum { MG_UTF8_CODES = 0x110000 }; /* code points are below */

/* Bytes of the well-formed character at p, of at most `rest` bytes; 0 if it is not well-formed. */
size_t mg_utf8_bytes(const char *p, size_t rest);

/* Code point of the well-formed character of so many bytes at p. */
unsigned mg_utf8_code(const char *p, size_t bytes);

/* The character of a code point, ended by a NUL; returns its bytes. */
size_t mg_utf8_write(char text[5], unsigned code);

#endif
