/* Writing HTML so that what comes from a result file cannot become markup: text is escaped where it
 * is printed, not where it is read. Internal to page/. */
#ifndef HARNESS_PAGE_HTML_H
#define HARNESS_PAGE_HTML_H

#include <stdio.h>

/* Like fprintf(), but what %s stands for is escaped, for text and for quoted attributes alike, and
 * %s knows no width or precision. The format itself is markup of ours and is not escaped. */
void html_print(FILE *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Only the escaping. Control characters, and those that turn the direction of the text around them,
 * become U+FFFD. */
void html_text(FILE *, const char *text);

/* A string of JSON for a <script type="application/json">, with its quotes: without '<', '>' and
 * '&', so that nothing in it ends the element. */
void html_json_text(FILE *, const char *text);

/* An address that is the picture itself, for an attribute in single quotes: what would end either
 * is escaped. White space at the ends of lines, which browsers take out of an address, becomes one
 * space, and groups that hold nothing are left out: which are half of gnuplot's. */
void html_picture(FILE *, const char *svg);

#endif
