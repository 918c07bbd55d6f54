/* The parser library finds the request; here it is decided what the request gets.
 *
 * The parser gives up at a method that it does not know. What the server answers then (501, 505 or
 * 400) depends on the rest of the line, which is read here byte by byte. */
#include "harness/hello/request.h"

#include <string.h>

enum phase {
    /* Nothing of the next request has come. */
    PHASE_BETWEEN,
    PHASE_HEADER,
    PHASE_BODY,
    /* The parser gave up at the method. */
    PHASE_LINE,
    /* Refused: nothing that follows is looked at. */
    PHASE_OVER,
};

static struct hello_request *request_of(struct hello_parser *parser)
{
    return (struct hello_request *)parser; /* its first member */
}

static bool refuse(struct hello_request *request, unsigned status)
{
    request->phase = PHASE_OVER;
    request->status = (uint16_t)status;
    request->keep_alive = false;
    return false;
}

/* ---- header fields ---- */

/* Appends in lower case. What does not fit is cut, and so longer than anything that matters. */
static void append(char *to, uint8_t *length, size_t capacity, const char *piece, size_t bytes)
{
    for (size_t i = 0; i < bytes && *length < capacity; i++) {
        char c = piece[i];
        to[(*length)++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
}

static bool is(const char *text, size_t length, const char *wanted)
{
    return length == strlen(wanted) && memcmp(text, wanted, length) == 0;
}

static void finish_expect(struct hello_request *request)
{
    bool cut = request->value_length == sizeof request->value;
    while (!cut && request->value_length > 0 && request->value[request->value_length - 1] == ' ')
        request->value_length--; /* one library leaves them */
    if (!is(request->value, request->value_length, "100-continue"))
        request->expect = HELLO_EXPECTS_OTHER;
    else if (request->expect == HELLO_EXPECTS_NOTHING)
        request->expect = HELLO_EXPECTS_CONTINUE;
}

static void finish_field(struct hello_request *request)
{
    if (is(request->name, request->name_length, "host"))
        request->hosts += request->hosts < UINT8_MAX;
    else if (is(request->name, request->name_length, "expect"))
        finish_expect(request);
    request->name_length = request->value_length = 0;
    request->in_value = false;
}

static void on_name(struct hello_parser *parser, const char *piece, size_t length)
{
    struct hello_request *request = request_of(parser);
    if (request->phase != PHASE_HEADER)
        return; /* a trailer says nothing about a request that is being answered */
    if (request->in_value)
        finish_field(request);
    append(request->name, &request->name_length, sizeof request->name, piece, length);
}

static void on_value(struct hello_parser *parser, const char *piece, size_t length)
{
    struct hello_request *request = request_of(parser);
    if (request->phase != PHASE_HEADER)
        return;
    request->in_value = true;
    append(request->value, &request->value_length, sizeof request->value, piece, length);
}

/* ---- what a request gets ---- */

static bool on_head(struct hello_parser *parser, const struct hello_head *head)
{
    struct hello_request *request = request_of(parser);
    if (request->in_value)
        finish_field(request);
    request->old = head->major == 1 && head->minor == 0;
    request->head_only = head->method == HELLO_HEAD;
    if (head->major != 1)
        return refuse(request, head->major == 0 ? 400 : 505);
    if (request->hosts > 1 || (request->hosts == 0 && !request->old))
        return refuse(request, 400);
    if (head->method == HELLO_CONNECT)
        return refuse(request, 405); /* what follows would be for somebody else */
    if (request->expect == HELLO_EXPECTS_OTHER)
        return refuse(request, 417);
    if (head->body_bytes > request->limits->body_bytes)
        return refuse(request, 413);
    request->status = head->method == HELLO_OTHER ? 405 : 200;
    request->keep_alive = head->keep_alive;
    if (request->old || !head->has_body)
        request->expect = HELLO_EXPECTS_NOTHING;
    if (request->status != 200 && request->expect == HELLO_EXPECTS_CONTINUE)
        return refuse(request, request->status); /* a body that is no use need not be sent */
    request->phase = PHASE_BODY;
    return true;
}

static bool on_body(struct hello_parser *parser, size_t length)
{
    struct hello_request *request = request_of(parser);
    request->body_bytes += length;
    request->expect = HELLO_EXPECTS_NOTHING; /* it did not wait */
    return request->body_bytes <= request->limits->body_bytes || refuse(request, 413);
}

static const struct hello_parser_calls calls = {
    .name = on_name,
    .value = on_value,
    .head = on_head,
    .body = on_body,
};

/* ---- a line whose method the parser does not know ---- */

enum line_state { LINE_START, LINE_METHOD, LINE_TARGET_START, LINE_TARGET, LINE_VERSION };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_token(char c)
{
    return c > ' ' && c < 0x7f && strchr("\"(),/:;<=>?@[\\]{}", c) == NULL;
}

/* One byte of "TOKEN TARGET HTTP/1.1". false: it is no such line. */
static bool scan(struct hello_request *request, char c)
{
    switch ((enum line_state)request->line_state) {
    case LINE_START:
        request->line_state = LINE_METHOD;
        return is_token(c);
    case LINE_METHOD:
        if (c == ' ')
            request->line_state = LINE_TARGET_START;
        return c == ' ' || is_token(c);
    case LINE_TARGET_START:
        request->line_state = LINE_TARGET;
        return c > ' ' && c < 0x7f;
    case LINE_TARGET:
        if (c == ' ')
            request->line_state = LINE_VERSION;
        return c >= ' ' && c < 0x7f;
    case LINE_VERSION:
        break;
    }
    /* name_length is free now: how much of the version has come. */
    if (request->name_length == sizeof request->name)
        return c == '\r';
    request->name[request->name_length++] = c;
    return true;
}

static unsigned status_of_line(const struct hello_request *request)
{
    const char *version = request->name;
    bool whole = request->name_length == sizeof request->name && memcmp(version, "HTTP/", 5) == 0 &&
                 version[6] == '.' && is_digit(version[7]);
    if (!whole || !is_digit(version[5]) || version[5] == '0')
        return 400;
    return version[5] == '1' ? 501 : 505;
}

/* Bytes of the line up to its end, which tells 501 from 400 (and 505). */
static enum hello_progress scan_line(struct hello_request *request, const char *data, size_t length,
                                     size_t *used)
{
    for (; *used < length; ++*used) {
        unsigned status = 0;
        if (request->header_bytes++ == request->limits->header_bytes)
            status = 431;
        else if (data[*used] == '\n')
            status = status_of_line(request);
        else if (!scan(request, data[*used]))
            status = 400;
        if (status != 0) {
            refuse(request, status);
            return HELLO_ANSWER;
        }
    }
    return HELLO_MORE;
}

static void begin_line(struct hello_request *request)
{
    request->phase = PHASE_LINE;
    request->line_state = request->header_bytes > 0 ? LINE_METHOD : LINE_START;
    request->name_length = 0;
}

/* ---- bytes ---- */

void hello_request_init(struct hello_request *request, const struct hello_limits *limits)
{
    *request = (struct hello_request){.limits = limits, .phase = PHASE_BETWEEN};
    hello_parser_init(&request->parser, &calls);
}

bool hello_request_begun(const struct hello_request *request)
{
    return request->phase != PHASE_BETWEEN;
}

/* Empty lines before a request are no part of it. */
static void skip_empty_lines(const char *data, size_t length, size_t *used)
{
    while (*used < length && (data[*used] == '\r' || data[*used] == '\n'))
        ++*used;
}

static void begin(struct hello_request *request)
{
    request->phase = PHASE_HEADER;
    request->header_bytes = 0;
    request->body_bytes = 0;
    request->name_length = request->value_length = 0;
    request->in_value = false;
    request->hosts = 0;
    request->expect = HELLO_EXPECTS_NOTHING;
    request->head_only = request->old = false;
}

/* Gives the parser what it may have: of a header never more than the limit, so that the limit holds
 * to the byte and for any library. */
static enum hello_parsed parse(struct hello_request *request, const char *data, size_t length,
                               size_t *used)
{
    bool header = request->phase == PHASE_HEADER;
    uint32_t room = request->limits->header_bytes - request->header_bytes;
    if (header && length > room)
        length = room;
    size_t bytes;
    enum hello_parsed parsed = hello_parser_feed(&request->parser, data, length, &bytes);
    *used += bytes;
    if (header)
        request->header_bytes += (uint32_t)bytes;
    if (parsed == HELLO_PARSED_ALL && request->phase == PHASE_HEADER &&
        request->header_bytes == request->limits->header_bytes) {
        refuse(request, 431);
        return HELLO_PARSED_STOPPED;
    }
    return parsed;
}

static enum hello_progress answer(struct hello_request *request, enum hello_parsed parsed)
{
    if (parsed == HELLO_PARSED_REQUEST)
        request->phase = request->keep_alive ? PHASE_BETWEEN : PHASE_OVER;
    else if (parsed == HELLO_UNKNOWN_VERSION)
        refuse(request, 505);
    else if (parsed == HELLO_MALFORMED)
        refuse(request, 400);
    return HELLO_ANSWER;
}

enum hello_progress hello_request_feed(struct hello_request *request, const char *data,
                                       size_t length, size_t *used)
{
    *used = 0;
    if (request->phase == PHASE_BETWEEN) {
        skip_empty_lines(data, length, used);
        if (*used == length)
            return HELLO_MORE;
        begin(request);
    }
    while (*used < length && request->phase != PHASE_LINE) {
        enum hello_parsed parsed = parse(request, data + *used, length - *used, used);
        if (parsed == HELLO_UNKNOWN_METHOD)
            begin_line(request);
        else if (parsed != HELLO_PARSED_ALL)
            return answer(request, parsed);
    }
    if (request->phase == PHASE_LINE)
        return scan_line(request, data, length, used);
    if (request->phase != PHASE_BODY || request->expect != HELLO_EXPECTS_CONTINUE)
        return HELLO_MORE;
    request->expect = HELLO_EXPECTS_NOTHING;
    return HELLO_CONTINUE;
}
