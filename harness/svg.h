/*
 * svg.h - gnuplot's SVG without what it writes and nobody sees.
 */
#ifndef MG_HARNESS_SVG_H
#define MG_HARNESS_SVG_H

#include <stddef.h>

/*
 * Take groups without content, titles of plots (a browser would show the plot command), line ends
 * and the strokes' default caps and joins out of a picture, in place, and write colours in hex; the
 * picture stays the same.
 * Returns the new length, which is also that of the text. Text elements keep every byte.
 */
size_t mg_svg_squeeze(char *svg);

#endif
