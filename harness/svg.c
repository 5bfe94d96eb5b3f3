/*
 * svg.c - squeeze gnuplot's SVG: about a third of it draws nothing.
 */
#include "harness/svg.h"

#include <stdbool.h>
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
    size_t to = 0;

    for (const char *from = svg; *from != '\0';) {
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
