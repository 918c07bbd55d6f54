/* A picture of gnuplot's, put into the page itself: its text can be selected, and its colours can
 * be those of the page. Internal to page*.c. */
#ifndef HARNESS_PAGE_SVG_H
#define HARNESS_PAGE_SVG_H

#include <stddef.h>
#include <stdio.h>

/* Writes the picture that `svg` (a whole file, ended by a 0) holds. Elements and attributes that
 * draw are taken over one by one, all others are left out, scripts and references to anything
 * outside among them. Ids get `number` in front, because the page has one name space for all
 * pictures. A colour #RRGGBB becomes var(--cRRGGBB,#RRGGBB), which a style sheet may override.
 *
 * 0, or -EINVAL: not such a picture; then nothing has been written. -ENOMEM. */
int svg_inline(FILE *, const char *svg, size_t number, const char *label);

#endif
