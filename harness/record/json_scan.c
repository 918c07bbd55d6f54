#include "harness/record/json_scan.h"

#include "harness/base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Deeper than any line of ours; the sentence below says it. */
enum { DEPTH_MAX = 16 };

void json_scan_open(struct json_scan *scan, char *text, size_t length)
{
    *scan = (struct json_scan){.text = text, .at = text, .end = text + length};
}

static int wrong(struct json_scan *scan, const char *what)
{
    scan->wrong = what;
    return -EINVAL;
}

static char peek(struct json_scan *scan)
{
    while (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r' || *scan->at == '\n')
        scan->at++;
    return *scan->at;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *json_scan_kind(struct json_scan *scan)
{
    char c = peek(scan);
    return c == '"'               ? "a string"
           : c == '{'             ? "an object"
           : c == '['             ? "an array"
           : c == '-'             ? "a negative number"
           : is_digit(c)          ? "a number"
           : c == 't' || c == 'f' ? "true or false"
           : c == 'n'             ? "null"
                                  : "something that is no JSON";
}

static bool take_word(struct json_scan *scan, const char *word)
{
    size_t length = strlen(word);
    peek(scan);
    if (strncmp(scan->at, word, length) != 0)
        return false;
    scan->at += length;
    return true;
}

bool json_scan_null(struct json_scan *scan)
{
    return take_word(scan, "null");
}

/* ---- objects and arrays ---- */

int json_scan_enter(struct json_scan *scan, char bracket)
{
    if (peek(scan) != bracket)
        return wrong(scan, bracket == '{' ? "'{' expected" : "'[' expected");
    scan->at++;
    return 0;
}

/* To where the next member or element begins. */
static int advance(struct json_scan *scan, bool *is_first, char closing)
{
    bool first = *is_first;
    *is_first = false;
    if (peek(scan) == closing) {
        scan->at++;
        return 0;
    }
    if (first)
        return 1;
    if (*scan->at != ',')
        return wrong(scan, closing == '}' ? "',' or '}' expected" : "',' or ']' expected");
    scan->at++;
    return peek(scan) == closing ? wrong(scan, "a comma, and nothing after it") : 1;
}

int json_scan_element(struct json_scan *scan, bool *is_first)
{
    return advance(scan, is_first, ']');
}

/* ---- strings ---- */

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int read_unit(struct json_scan *scan, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        int digit = hex_digit(*scan->at);
        if (digit < 0)
            return wrong(scan, "four hexadecimal digits expected");
        *unit = *unit << 4 | (unsigned)digit;
    }
    return 0;
}

/* Behind "\u": one character, which may take two units. */
static int read_code(struct json_scan *scan, unsigned *code)
{
    unsigned low;
    int r = read_unit(scan, code);
    if (r < 0 || *code < 0xd800 || *code > 0xdfff)
        return r < 0 || *code != 0 ? r : wrong(scan, "\\u0000 in a text");
    if (*code > 0xdbff || scan->at[0] != '\\' || scan->at[1] != 'u')
        return wrong(scan, "half of a surrogate pair");
    scan->at += 2;
    r = read_unit(scan, &low);
    if (r < 0 || low < 0xdc00 || low > 0xdfff)
        return r < 0 ? r : wrong(scan, "half of a surrogate pair");
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    return 0;
}

/* Returns how many bytes. */
static size_t write_utf8(unsigned code, char *to)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--, code >>= 6)
        to[i] = (char)(0x80 | (code & 0x3f));
    to[0] = (char)(marks[more] | code);
    return more + 1;
}

/* One character of a text, four bytes at most; *count of them. */
static int read_character(struct json_scan *scan, char *bytes, size_t *count)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    unsigned code;
    *count = 1;
    bytes[0] = *scan->at++;
    if (bytes[0] != '\\')
        return 0;
    const char *name = *scan->at != '\0' ? strchr(names, *scan->at) : NULL;
    if (name != NULL) {
        bytes[0] = meant[name - names];
        scan->at++;
        return 0;
    }
    if (*scan->at != 'u')
        return wrong(scan, "an escape that JSON does not have");
    scan->at++;
    int r = read_code(scan, &code);
    if (r == 0)
        *count = write_utf8(code, bytes);
    return r;
}

/* An escape stands for a whole character, so what is UTF-8 with its escapes is UTF-8 without them.
 */
static int check_text(struct json_scan *scan, char *begin)
{
    char *end = scan->at - 1;
    *end = '\0';
    bool good = utf8_is_valid(begin + 1);
    *end = '"';
    if (good)
        return 0;
    scan->at = begin;
    return wrong(scan, "a text that is not UTF-8");
}

/* `text` NULL: it is only passed over. `cut`: what does not fit is left out. */
static int read_text(struct json_scan *scan, char *text, size_t size, bool cut)
{
    size_t length = 0;
    if (peek(scan) != '"')
        return wrong(scan, "a string expected");
    char *begin = scan->at++;
    if (text != NULL)
        text[0] = '\0';
    while (*scan->at != '"') {
        char bytes[4];
        size_t count;
        if ((unsigned char)*scan->at < 0x20)
            return wrong(scan, scan->at == scan->end ? "the line ends in a string"
                                                     : "a control character in a string");
        int r = read_character(scan, bytes, &count);
        if (r < 0)
            return r;
        if (text == NULL || length + count >= size) {
            if (text != NULL && !cut) {
                scan->at = begin;
                return wrong(scan, "a text that is too long");
            }
            continue;
        }
        memcpy(text + length, bytes, count);
        length += count;
        text[length] = '\0'; /* whoever complains of what follows may name it */
    }
    scan->at++;
    int r = check_text(scan, begin);
    if (r < 0 || text == NULL)
        return r;
    /* Half of a character may have been cut off. */
    while (cut && !utf8_is_valid(text))
        text[--length] = '\0';
    return 0;
}

int json_scan_text(struct json_scan *scan, char *text, size_t size)
{
    return read_text(scan, text, size, false);
}

int json_scan_in_place(struct json_scan *scan, const char **text)
{
    if (peek(scan) != '"')
        return wrong(scan, "a string expected");
    char *begin = scan->at + 1, *end = begin + strcspn(begin, "\"\\");
    if (*end != '"')
        return wrong(scan, "a string without escapes expected");
    *end = '\0';
    *text = begin;
    scan->at = end;
    return 0;
}

void json_scan_restore(struct json_scan *scan)
{
    *scan->at++ = '"';
}

int json_scan_member(struct json_scan *scan, bool *is_first, char *name, size_t size)
{
    int r = advance(scan, is_first, '}');
    if (r <= 0)
        return r;
    if (peek(scan) != '"')
        return wrong(scan, "the name of a field expected, in quotes");
    r = read_text(scan, name, size, true);
    if (r < 0)
        return r;
    if (peek(scan) != ':')
        return wrong(scan, "':' expected");
    scan->at++;
    return 1;
}

/* ---- numbers ---- */

static char *pass_digits(char *at)
{
    while (is_digit(*at))
        at++;
    return at;
}

/* The end of a number that begins here, by the grammar; NULL: it is none. *is_whole: without
 * fraction and exponent. */
static char *end_of_number(char *at, bool *is_whole)
{
    at += *at == '-';
    if (!is_digit(*at))
        return NULL;
    char *end = *at == '0' ? at + 1 : pass_digits(at);
    *is_whole = true;
    if (*end == '.') {
        if (!is_digit(end[1]))
            return NULL;
        end = pass_digits(end + 1);
        *is_whole = false;
    }
    if (*end == 'e' || *end == 'E') {
        end += 1 + (end[1] == '+' || end[1] == '-');
        if (!is_digit(*end))
            return NULL;
        end = pass_digits(end);
        *is_whole = false;
    }
    return end;
}

int json_scan_number(struct json_scan *scan, double *number)
{
    bool is_whole;
    peek(scan);
    char *end = end_of_number(scan->at, &is_whole);
    if (end == NULL)
        return wrong(scan, "a number expected");
    if (is_whole && end - scan->at <= 15 && *scan->at != '-') {
        int64_t whole = 0;
        for (const char *at = scan->at; at < end; at++)
            whole = 10 * whole + (*at - '0');
        *number = (double)whole;
    } else {
        *number = strtod(scan->at, NULL);
        if (!isfinite(*number))
            return wrong(scan, "a number that is too large");
    }
    scan->at = end;
    return 0;
}

int json_scan_whole(struct json_scan *scan, uint64_t *number)
{
    bool is_whole = false;
    peek(scan);
    char *end = end_of_number(scan->at, &is_whole);
    if (end == NULL || !is_whole || *scan->at == '-')
        return wrong(scan, "a whole number expected");
    errno = 0;
    unsigned long long value = strtoull(scan->at, NULL, 10);
    if (errno != 0 || value > INT64_MAX)
        return wrong(scan, "a number that is too large");
    *number = value;
    scan->at = end;
    return 0;
}

int json_scan_boolean(struct json_scan *scan, bool *boolean)
{
    *boolean = take_word(scan, "true");
    return *boolean || take_word(scan, "false") ? 0 : wrong(scan, "true or false expected");
}

/* ---- whole values ---- */

static int skip_value(struct json_scan *scan, unsigned depth);

static int skip_members(struct json_scan *scan, char bracket, unsigned depth)
{
    char name[2];
    bool is_first = true;
    if (depth == DEPTH_MAX)
        return wrong(scan, "brackets more than 16 deep, which no line of pollbench has");
    int r = json_scan_enter(scan, bracket);
    while (r >= 0 && (r = bracket == '{' ? json_scan_member(scan, &is_first, name, sizeof name)
                                         : json_scan_element(scan, &is_first)) == 1)
        r = skip_value(scan, depth + 1);
    return r;
}

static int skip_value(struct json_scan *scan, unsigned depth)
{
    double number;
    bool boolean;
    switch (peek(scan)) {
    case '{':
    case '[':
        return skip_members(scan, *scan->at, depth);
    case '"':
        return read_text(scan, NULL, 0, false);
    case 'n':
        return json_scan_null(scan) ? 0 : wrong(scan, "null expected");
    case 't':
    case 'f':
        return json_scan_boolean(scan, &boolean);
    default:
        return *scan->at == '-' || is_digit(*scan->at) ? json_scan_number(scan, &number)
                                                       : wrong(scan, "a value expected");
    }
}

int json_scan_skip(struct json_scan *scan)
{
    return skip_value(scan, 0);
}

int json_scan_finish(struct json_scan *scan)
{
    peek(scan);
    return scan->at == scan->end ? 0 : wrong(scan, "the end of the line expected");
}

size_t json_scan_column(const struct json_scan *scan)
{
    size_t column = 1;
    for (const char *at = scan->text; at < scan->at; at++)
        column += ((unsigned char)*at & 0xc0) != 0x80;
    return column;
}
