#include "harness/page/html.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

static const char *entity(unsigned char byte)
{
    switch (byte) {
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

/* Bytes of a character that is not to be shown as it is, else 0: C0 and C1 controls, and the marks
 * of direction U+200E, U+200F, U+202A to U+202E and U+2066 to U+2069. */
static size_t unwanted(const unsigned char *at)
{
    if ((*at < 0x20 && *at != '\n' && *at != '\t') || *at == 0x7f)
        return 1;
    if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
        return 2;
    if (*at == 0xe2 && at[1] == 0x80 && (at[2] == 0x8e || at[2] == 0x8f))
        return 3;
    if (*at == 0xe2 && at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae)
        return 3;
    if (*at == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9)
        return 3;
    return 0;
}

void html_text(FILE *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        size_t skipped = unwanted(at);
        const char *escaped = entity(*at);
        if (skipped > 0)
            fputs(REPLACEMENT, out);
        else if (escaped != NULL)
            fputs(escaped, out);
        else
            fputc(*at, out);
        at += skipped > 0 ? skipped : 1;
    }
}

/* One conversion other than %s and %%, which fprintf() does; returns what follows it. */
static const char *print_number(FILE *out, const char *at, va_list *values)
{
    char format[24];
    size_t length = 1 + strspn(at + 1, ".0123456789*z");
    int decimals = at[length - 1] == '*' ? va_arg(*values, int) : 0;
    snprintf(format, sizeof format, "%.*s", (int)length + 1, at);
    if (strcmp(format, "%d") == 0)
        fprintf(out, "%d", va_arg(*values, int));
    else if (strcmp(format, "%u") == 0)
        fprintf(out, "%u", va_arg(*values, unsigned));
    else if (strcmp(format, "%zu") == 0)
        fprintf(out, "%zu", va_arg(*values, size_t));
    else if (strcmp(format, "%.*f") == 0)
        fprintf(out, "%.*f", decimals, va_arg(*values, double));
    else if (at[length] == 'f' || at[length] == 'g')
        fprintf(out, format, va_arg(*values, double));
    else
        abort(); /* a conversion that no format of ours has */
    return at + length + 1;
}

void html_print(FILE *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    for (const char *at = format; *at != '\0';) {
        if (*at != '%') {
            fputc(*at++, out);
        } else if (at[1] == 's') {
            html_text(out, va_arg(values, const char *));
            at += 2;
        } else if (at[1] == '%') {
            fputc('%', out);
            at += 2;
        } else {
            at = print_number(out, at, &values);
        }
    }
    va_end(values);
}

void html_json_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at < 0x20 || strchr("<>&\"\\", *at) != NULL)
            fprintf(out, "\\u%04x", (unsigned)*at);
        else
            fputc(*at, out);
    }
    fputc('"', out);
}

/* Half of gnuplot's groups hold nothing: such a one is two lines. */
static const char *past_empty_groups(const char *at)
{
    while (strncmp(at, "<g ", 3) == 0) {
        const char *end = strchr(at, '\n');
        if (end == NULL || strncmp(end, "\n</g>\n", 6) != 0)
            break;
        at = end + 6;
    }
    return at;
}

void html_picture(FILE *out, const char *svg)
{
    static const char *const escapes[128] = {
        ['%'] = "%25", ['#'] = "%23", ['\''] = "%27", ['&'] = "&amp;"};
    fputs("data:image/svg+xml;charset=utf-8,", out);
    for (const char *at = past_empty_groups(svg); *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        const char *escape = byte < 128 ? escapes[byte] : NULL;
        if (byte >= ' ') {
            escape != NULL ? fputs(escape, out) : fputc(byte, out);
            continue;
        }
        fputc(' ', out);
        at += 1 + strspn(at + 1, "\n\t\r ");
        at = past_empty_groups(at) - 1;
    }
}
