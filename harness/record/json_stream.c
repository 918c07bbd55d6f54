#include "harness/record/json_stream.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 16 };

int json_stream_open(struct json_stream *stream, int fd, const char *path, char *problem)
{
    *stream = (struct json_stream){.fd = fd, .path = path, .problem = problem};
    stream->capacity = 2 * READ_BYTES;
    stream->window = malloc(stream->capacity);
    return stream->window != NULL ? json_stream_rewind(stream) : -ENOMEM;
}

void json_stream_close(struct json_stream *stream)
{
    free(stream->window);
}

int json_stream_rewind(struct json_stream *stream)
{
    stream->begin = stream->end = stream->offset = 0;
    stream->is_over = false;
    return 0;
}

/* ---- the window ---- */

/* Makes room for READ_BYTES behind the end. */
static int make_room(struct json_stream *stream)
{
    if (stream->begin > 0) {
        memmove(stream->window, stream->window + stream->begin, stream->end - stream->begin);
        stream->end -= stream->begin;
        stream->begin = 0;
    }
    if (stream->capacity - stream->end >= READ_BYTES)
        return 0;
    char *larger = realloc(stream->window, 2 * stream->capacity);
    if (larger == NULL)
        return problem_say(stream->problem, -ENOMEM, "%s: there is no memory to read it",
                           stream->path);
    stream->window = larger;
    stream->capacity *= 2;
    return 0;
}

/* Reads more; 0, also at the end of the file, or -errno. */
static int fill(struct json_stream *stream)
{
    int r = make_room(stream);
    if (r < 0)
        return r;
    uint64_t at = stream->offset + (stream->end - stream->begin);
    ssize_t n;
    do {
        n = pread(stream->fd, stream->window + stream->end, READ_BYTES, (off_t)at);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return problem_say(stream->problem, -errno, "%s cannot be read: %s", stream->path,
                           strerror(errno));
    stream->is_over = n == 0;
    stream->end += (size_t)n;
    return 0;
}

static void take(struct json_stream *stream, size_t bytes)
{
    stream->begin += bytes;
    stream->offset += bytes;
}

int json_stream_peek(struct json_stream *stream)
{
    while (true) {
        while (stream->begin < stream->end) {
            char c = stream->window[stream->begin];
            if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
                return (unsigned char)c;
            take(stream, 1);
        }
        if (stream->is_over)
            return 0;
        int r = fill(stream);
        if (r < 0)
            return r;
    }
}

/* ---- mistakes ---- */

/* Counted only once something is wrong: lines from 1, and in the line the characters (not bytes)
 * before the offset. */
static void count_lines(struct json_stream *stream, uint64_t offset, int *line, int *column)
{
    char bytes[1 << 14];
    *line = 1;
    *column = 0;
    for (uint64_t at = 0; at < offset;) {
        uint64_t wanted = offset - at < sizeof bytes ? offset - at : sizeof bytes;
        ssize_t n = pread(stream->fd, bytes, (size_t)wanted, (off_t)at);
        if (n <= 0)
            return;
        for (ssize_t i = 0; i < n; i++) {
            if (bytes[i] == '\n') {
                ++*line;
                *column = 0;
            } else {
                *column += (bytes[i] & 0xc0) != 0x80;
            }
        }
        at += (uint64_t)n;
    }
}

int json_stream_fail(struct json_stream *stream, const char *what)
{
    int line, column;
    count_lines(stream, stream->offset, &line, &column);
    return problem_say(stream->problem, -EINVAL, "%s, line %d, column %d: %s%s", stream->path, line,
                       column + 1, what, stream->begin < stream->end ? "" : "; the file ends here");
}

/* What jansson says of a value that begins here. */
static int fail_in_value(struct json_stream *stream, const json_error_t *error)
{
    int line, column;
    count_lines(stream, stream->offset, &line, &column);
    column = error->line > 1 ? error->column : column + error->column;
    return problem_say(stream->problem, -EINVAL, "%s, line %d, column %d: %s", stream->path,
                       line + error->line - 1, column, error->text);
}

/* ---- walking ---- */

int json_stream_enter(struct json_stream *stream, char bracket)
{
    int next = json_stream_peek(stream);
    if (next < 0)
        return next;
    if (next != bracket)
        return json_stream_fail(stream, bracket == '{' ? "'{' expected" : "'[' expected");
    take(stream, 1);
    return 0;
}

int json_stream_next(struct json_stream *stream, char closing, bool *is_first)
{
    int next = json_stream_peek(stream);
    bool first = *is_first;
    *is_first = false;
    if (next < 0)
        return next;
    if (next == closing) {
        take(stream, 1);
        return 0;
    }
    if (first && next == 0)
        return json_stream_fail(stream, closing == '}' ? "a field or '}' expected"
                                                       : "a value or ']' expected");
    if (first)
        return 1;
    if (next != ',')
        return json_stream_fail(stream,
                                closing == '}' ? "',' or '}' expected" : "',' or ']' expected");
    take(stream, 1);
    next = json_stream_peek(stream);
    if (next == closing)
        return json_stream_fail(stream, "a comma, and nothing after it");
    return next < 0 ? next : 1;
}

int json_stream_name(struct json_stream *stream, char **name)
{
    json_t *value;
    int r = json_stream_peek(stream);
    if (r < 0)
        return r;
    if (r != '"')
        return json_stream_fail(stream, "the name of a field expected, in quotes");
    r = json_stream_value(stream, &value);
    if (r < 0)
        return r;
    *name = strdup(json_string_value(value));
    json_decref(value);
    if (*name == NULL)
        return -ENOMEM;
    r = json_stream_peek(stream);
    if (r == ':') {
        take(stream, 1);
        return 0;
    }
    free(*name);
    return r < 0 ? r : json_stream_fail(stream, "':' expected");
}

int json_stream_finish(struct json_stream *stream)
{
    int next = json_stream_peek(stream);
    if (next < 0)
        return next;
    /* A NUL is no white space; peek cannot tell it from the end, the window can. */
    return stream->begin < stream->end ? json_stream_fail(stream, "end of file expected") : 0;
}

/* ---- whole values ---- */

/* How far into a value the scanner is. */
struct extent {
    size_t depth;
    bool in_text, is_escaped;
    bool is_bare; /* a number, true, false or null: nothing marks its end */
    bool has_ended;
};

/* Goes on in a text: to behind its closing quote, if that is there. */
static size_t scan_text(struct extent *extent, const char *bytes, size_t count)
{
    size_t i = 0;
    while (i < count && extent->in_text) {
        if (!extent->is_escaped && bytes[i] != '"' && bytes[i] != '\\') {
            i++;
            continue;
        }
        extent->in_text = extent->is_escaped || bytes[i] != '"';
        extent->is_escaped = !extent->is_escaped && bytes[i] == '\\';
        i++;
    }
    extent->has_ended = !extent->in_text && extent->depth == 0;
    return i;
}

/* Goes on with `bytes`; returns how many belong to the value. Whether they are right is not looked
 * at: brackets of one kind close the other, too. */
static size_t scan(struct extent *extent, const char *bytes, size_t count)
{
    size_t i = 0;
    while (i < count && !extent->has_ended) {
        if (extent->in_text) {
            i += scan_text(extent, bytes + i, count - i);
            continue;
        }
        char c = bytes[i];
        if (extent->is_bare && strchr(" \n\t\r,:]}[{\"", c) != NULL) {
            extent->has_ended = true;
            break;
        }
        if (c == '"') {
            extent->in_text = true;
        } else if (c == '{' || c == '[') {
            extent->depth++;
        } else if (c == '}' || c == ']') {
            extent->depth -= extent->depth > 0;
            extent->has_ended = extent->depth == 0;
        } else if (extent->depth == 0) {
            extent->is_bare = true;
        }
        i++;
    }
    return i;
}

int json_stream_value(struct json_stream *stream, json_t **value)
{
    struct extent extent = {0};
    json_error_t error;
    size_t length = 0;
    int r = json_stream_peek(stream);
    while (r >= 0 && !extent.has_ended && length < JSON_STREAM_VALUE_MAX) {
        size_t there = stream->end - stream->begin - length;
        length += scan(&extent, stream->window + stream->begin + length, there);
        if (extent.has_ended || stream->is_over)
            break;
        r = fill(stream);
    }
    if (r < 0)
        return r;
    if (length > JSON_STREAM_VALUE_MAX)
        length = JSON_STREAM_VALUE_MAX;
    *value = json_loadb(stream->window + stream->begin, length,
                        JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (*value == NULL && length == JSON_STREAM_VALUE_MAX &&
        json_error_code(&error) == json_error_premature_end_of_input)
        return json_stream_fail(stream, "a value of more than 1 MiB begins here; a run has none");
    if (*value == NULL)
        return fail_in_value(stream, &error);
    take(stream, length);
    return 0;
}

int json_stream_skip(struct json_stream *stream)
{
    struct extent extent = {0};
    int r = json_stream_peek(stream);
    while (r >= 0) {
        take(stream, scan(&extent, stream->window + stream->begin, stream->end - stream->begin));
        if (extent.has_ended || stream->is_over)
            return 0;
        r = fill(stream);
    }
    return r;
}
