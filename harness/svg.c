/*
 * svg.c - squeeze gnuplot's SVG: about a third of it draws nothing.
 */
#include "harness/svg.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Does text begin with word? Then its length, else 0. */
static size_t begins(const char *text, const char *word)
{
    const size_t length = strlen(word);

    return strncmp(text, word, length) == 0 ? length : 0;
}

/* Pieces that draw nothing: a stroke's defaults, and a group's colour of its own default. */
static size_t idle(const char *text)
{
    static const char *const pieces[] = {" stroke-linecap=\"butt\" stroke-linejoin=\"miter\"",
                                         " class=\"gridline\" "};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        if (begins(text, pieces[i]) > 0) {
            return begins(text, pieces[i]);
        }
    }
    return 0;
}

/* "rgb( 26,  26,  26)" at text becomes "#1a1a1a" at `to`; its length in text, 0: something else. */
static size_t shorten_colour(char to[8], const char *text)
{
    unsigned long part[3];
    char *end = (char *)(uintptr_t)text + begins(text, "rgb(");

    if (end == text) {
        return 0;
    }
    for (size_t i = 0; i < 3; i++) {
        part[i] = strtoul(end, &end, 10);
        if (part[i] > 255 || *end++ != (i < 2 ? ',' : ')')) {
            return 0;
        }
    }
    snprintf(to, 8, "#%02x%02x%02x", (unsigned)part[0], (unsigned)part[1], (unsigned)part[2]);
    return (size_t)(end - text);
}

/* Offset of the tag that ends at `end`, which is behind its ">". */
static size_t tag_start(const char *svg, size_t end)
{
    while (end > 0 && svg[end - 1] != '<') {
        end--;
    }
    return end > 0 ? end - 1 : 0;
}

size_t mg_svg_squeeze(char *svg)
{
    char colour[8];
    size_t to = 0;

    for (const char *from = svg; *from != '\0';) {
        const size_t colour_length = shorten_colour(colour, from);

        if (begins(from, "<text>") > 0) {
            const char *end = strstr(from, "</text>");
            const size_t length = end != NULL ? (size_t)(end - from) : strlen(from);
            memmove(svg + to, from, length);
            to += length;
            from += length;
        } else if (begins(from, "<title>") > 0 && strstr(from, "</title>") != NULL) {
            from = strstr(from, "</title>") + strlen("</title>");
        } else if (begins(from, "</g>") > 0 && to > 0 && svg[to - 1] == '>' &&
                   begins(svg + tag_start(svg, to), "<g ") > 0) {
            to = tag_start(svg, to); /* opened just before: an empty group goes with its opening */
            from += strlen("</g>");
        } else if (idle(from) > 0) {
            from += idle(from);
        } else if (colour_length > 0) { /* at least 10 bytes, so what follows stays unread */
            memcpy(svg + to, colour, 7);
            to += 7;
            from += colour_length;
        } else if (*from == '\n' || *from == '\t') {
            const bool between = to > 0 && svg[to - 1] != '>';
            from += strspn(from, "\n\t");
            if (between && *from != '<') { /* between attributes a blank must stay */
                svg[to++] = ' ';
            }
        } else {
            svg[to++] = *from++;
        }
    }
    svg[to] = '\0';
    return to;
}
