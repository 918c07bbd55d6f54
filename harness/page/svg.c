#include "harness/page/svg.h"

#include "harness/page/html.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 24, DEPTH_MAXIMUM = 64 };

struct svg_scan {
    FILE *out;
    const char *at;
    size_t number; /* of the picture */
    const char *label;
    char open[DEPTH_MAXIMUM][NAME_BYTES]; /* elements that have not ended yet */
    size_t depth;
    size_t left_out; /* depth of the element that is left out with all it holds; 0: none */
    size_t texts;    /* elements "text" that are open: only there characters count */
    /* A start tag that is written once its element turns out to hold something: half of gnuplot's
     * groups are empty. */
    char *pending;
};

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

static bool draws(const char *element)
{
    static const char *const names[] = {"svg",  "g",       "defs",     "path", "circle",
                                        "rect", "polygon", "polyline", "line", "use",
                                        "text", "tspan",   NULL};
    return is_one_of(element, names);
}

static bool is_kept(const char *attribute)
{
    static const char *const names[] = {"viewBox",
                                        "x",
                                        "y",
                                        "x1",
                                        "x2",
                                        "y1",
                                        "y2",
                                        "width",
                                        "height",
                                        "cx",
                                        "cy",
                                        "r",
                                        "d",
                                        "points",
                                        "transform",
                                        "stroke-width",
                                        "stroke-linecap",
                                        "stroke-linejoin",
                                        "stroke-dasharray",
                                        "font-size",
                                        "font-weight",
                                        "font-style",
                                        "text-anchor",
                                        "fill-opacity",
                                        "opacity",
                                        "dx",
                                        "dy",
                                        NULL};
    return is_one_of(attribute, names);
}

/* "rgb( 85,  85,  85)", "#FFFFFF" or one of the names that gnuplot uses. */
static bool read_colour(const char *value, unsigned *colour)
{
    static const struct {
        const char *name;
        unsigned colour;
    } named[] = {{"black", 0}, {"white", 0xffffff}, {"lightgrey", 0xd3d3d3}};
    unsigned red, green, blue;
    int length = 0;
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        *colour = named[i].colour;
        if (strcmp(named[i].name, value) == 0)
            return true;
    }
    if (value[0] == '#' && strlen(value) == 7 && strspn(value + 1, "0123456789abcdefABCDEF") == 6) {
        *colour = (unsigned)strtoul(value + 1, NULL, 16);
        return true;
    }
    if (sscanf(value, "rgb(%3u,%3u,%3u)%n", &red, &green, &blue, &length) != 3 || length == 0 ||
        value[length] != '\0' || red > 255 || green > 255 || blue > 255)
        return false;
    *colour = red << 16 | green << 8 | blue;
    return true;
}

static void write_colour(FILE *out, const char *attribute, const char *value)
{
    unsigned colour;
    if (read_colour(value, &colour))
        fprintf(out, " %s=\"var(--c%06x,#%06x)\"", attribute, colour, colour);
    else if (strcmp(value, "none") == 0 || strcasecmp(value, "currentColor") == 0)
        fprintf(out, " %s=\"%s\"", attribute, value);
}

static void write_attribute(const struct svg_scan *scan, FILE *out, const char *name,
                            const char *value)
{
    static const char *const colours[] = {"fill", "stroke", "color", NULL};
    if (is_one_of(name, colours))
        write_colour(out, name, value);
    else if (strcmp(name, "id") == 0 && strncmp(value, "gp", 2) == 0)
        html_print(out, " id=\"p%zu-%s\"", scan->number, value);
    else if (strcmp(name, "xlink:href") == 0 && value[0] == '#')
        html_print(out, " href=\"#p%zu-%s\"", scan->number, value + 1);
    else if (is_kept(name) && strpbrk(value, "<&") == NULL)
        html_print(out, " %s=\"%s\"", name, value);
}

static void skip_space(struct svg_scan *scan)
{
    scan->at += strspn(scan->at, " \t\r\n");
}

/* Whether this character is next; only then goes past it, so never past the end. */
static bool take(struct svg_scan *scan, char expected)
{
    bool is_next = *scan->at == expected;
    scan->at += is_next;
    return is_next;
}

static int read_name(struct svg_scan *scan, char *name)
{
    size_t length =
        strspn(scan->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-");
    if (length == 0 || length >= NAME_BYTES)
        return -EINVAL;
    memcpy(name, scan->at, length);
    name[length] = '\0';
    scan->at += length;
    return 0;
}

/* One attribute of an element, written to `tag` unless that is NULL. */
static int read_attribute(struct svg_scan *scan, FILE *tag)
{
    char name[NAME_BYTES];
    int result = read_name(scan, name);
    skip_space(scan);
    if (result < 0 || !take(scan, '='))
        return -EINVAL;
    skip_space(scan);
    char quote = *scan->at;
    const char *end = quote == '"' || quote == '\'' ? strchr(scan->at + 1, quote) : NULL;
    if (end == NULL)
        return -EINVAL;
    char *value = strndup(scan->at + 1, (size_t)(end - scan->at - 1));
    if (value == NULL)
        return -ENOMEM;
    if (tag != NULL)
        write_attribute(scan, tag, name, value);
    free(value);
    scan->at = end + 1;
    return 0;
}

static void flush_pending(struct svg_scan *scan)
{
    if (scan->pending != NULL)
        fputs(scan->pending, scan->out);
    free(scan->pending);
    scan->pending = NULL;
}

static void end_element(struct svg_scan *scan)
{
    const char *name = scan->open[--scan->depth];
    if (scan->left_out > 0) {
        if (scan->left_out == scan->depth + 1)
            scan->left_out = 0;
        return;
    }
    if (scan->texts > 0 && strcmp(name, "text") == 0)
        scan->texts--;
    if (scan->pending != NULL && strcmp(name, "g") == 0) {
        free(scan->pending);
        scan->pending = NULL;
        return;
    }
    flush_pending(scan);
    fprintf(scan->out, "</%s>", name);
}

static int start_element(struct svg_scan *scan)
{
    char *name = scan->open[scan->depth];
    int result = scan->depth + 1 < DEPTH_MAXIMUM ? read_name(scan, name) : -EINVAL;
    if (result < 0 || (scan->depth == 0) != (strcmp(name, "svg") == 0))
        return -EINVAL;
    scan->depth++;
    if (scan->left_out == 0 && !draws(name))
        scan->left_out = scan->depth;
    bool shown = scan->left_out == 0;
    char *tag = NULL;
    size_t size;
    FILE *written = open_memstream(&tag, &size);
    if (written == NULL)
        return -ENOMEM;
    fprintf(written, "<%s", name);
    if (scan->depth == 1)
        html_print(written, " role=\"img\" aria-label=\"%s\"", scan->label);
    for (skip_space(scan); result == 0 && isalpha((unsigned char)*scan->at); skip_space(scan))
        result = read_attribute(scan, shown ? written : NULL);
    bool closed = take(scan, '/');
    fputc('>', written);
    if (fclose(written) != 0 && result == 0)
        result = -ENOMEM;
    if (result == 0 && !take(scan, '>'))
        result = -EINVAL;
    if (result < 0 || !shown) {
        free(tag);
    } else {
        flush_pending(scan);
        scan->pending = tag;
        scan->texts += strcmp(name, "text") == 0;
    }
    if (result == 0 && closed)
        end_element(scan);
    return result;
}

static int read_end_tag(struct svg_scan *scan)
{
    char name[NAME_BYTES];
    int result = read_name(scan, name);
    skip_space(scan);
    if (result < 0 || !take(scan, '>') || scan->depth == 0 ||
        strcmp(name, scan->open[scan->depth - 1]) != 0)
        return -EINVAL;
    end_element(scan);
    return 0;
}

/* Characters up to the next tag, with gnuplot's entities in place of what they stand for. */
static int read_characters(struct svg_scan *scan)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", NULL};
    static const char meant[] = "&<>\"'";
    size_t length = strcspn(scan->at, "<"), written = 0;
    const char *end = scan->at + length;
    char *text = malloc(length + 1);
    if (text == NULL)
        return -ENOMEM;
    while (scan->at < end) {
        size_t k = 0;
        while (entities[k] != NULL && strncmp(scan->at, entities[k], strlen(entities[k])) != 0)
            k++;
        text[written++] = entities[k] != NULL ? meant[k] : *scan->at;
        scan->at += entities[k] != NULL ? strlen(entities[k]) : 1;
    }
    text[written] = '\0';
    if (scan->left_out == 0 && scan->texts > 0 && written > 0) {
        flush_pending(scan);
        html_text(scan->out, text);
    }
    free(text);
    return 0;
}

static int skip_to(struct svg_scan *scan, const char *end)
{
    const char *found = strstr(scan->at, end);
    if (found == NULL)
        return -EINVAL;
    scan->at = found + strlen(end);
    return 0;
}

static int read_all(struct svg_scan *scan)
{
    int result = 0;
    bool seen = false;
    while (result == 0 && *scan->at != '\0') {
        if (*scan->at != '<') {
            result = read_characters(scan);
        } else if (strncmp(scan->at, "<?", 2) == 0) {
            result = skip_to(scan, "?>");
        } else if (strncmp(scan->at, "<!--", 4) == 0) {
            result = skip_to(scan, "-->");
        } else if (strncmp(scan->at, "</", 2) == 0) {
            scan->at += 2;
            result = read_end_tag(scan);
        } else if (seen && scan->depth == 0) {
            result = -EINVAL;
        } else {
            scan->at++;
            seen = true;
            result = start_element(scan);
        }
    }
    return result == 0 && (!seen || scan->depth > 0) ? -EINVAL : result;
}

int svg_inline(FILE *out, const char *svg, size_t number, const char *label)
{
    char *written = NULL;
    size_t size;
    struct svg_scan scan = {.at = svg, .number = number, .label = label};
    scan.out = open_memstream(&written, &size);
    if (scan.out == NULL)
        return -ENOMEM;
    int result = read_all(&scan);
    free(scan.pending);
    if (fclose(scan.out) != 0 && result == 0)
        result = -ENOMEM;
    if (result == 0)
        fwrite(written, 1, size, out);
    free(written);
    return result;
}
