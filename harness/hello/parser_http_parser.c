/* http-parser, which ended in 2.9.4 and which Debian 12 has.
 *
 * It would leave a request with "Upgrade:" to somebody else; it is told to pause behind every
 * request, and goes on with the next one as if nothing had been asked.
 *
 * Its own limit of the header's size is one for the whole process and 80 KiB, above any of ours.
 */
#include "harness/hello/parser.h"

#include <http_parser.h>

#define STRINGIFIED(x) #x
#define AS_STRING(x) STRINGIFIED(x)

_Static_assert(sizeof(struct http_parser) <= HELLO_PARSER_BYTES, "room for the parser");

static struct hello_parser *parser_of(struct http_parser *library)
{
    return library->data;
}

static int on_name(struct http_parser *library, const char *piece, size_t length)
{
    struct hello_parser *parser = parser_of(library);
    parser->calls->name(parser, piece, length);
    return 0;
}

static int on_value(struct http_parser *library, const char *piece, size_t length)
{
    struct hello_parser *parser = parser_of(library);
    parser->calls->value(parser, piece, length);
    return 0;
}

static enum hello_method method_of(unsigned method)
{
    switch (method) {
    case HTTP_GET:
        return HELLO_GET;
    case HTTP_HEAD:
        return HELLO_HEAD;
    case HTTP_CONNECT:
        return HELLO_CONNECT;
    default:
        return HELLO_OTHER;
    }
}

static int on_head(struct http_parser *library)
{
    struct hello_parser *parser = parser_of(library);
    bool chunked = library->flags & F_CHUNKED;
    bool counted = !chunked && library->content_length != UINT64_MAX; /* that is: not stated */
    const struct hello_head head = {
        .method = method_of(library->method),
        .major = library->http_major,
        .minor = library->http_minor,
        .keep_alive = http_should_keep_alive(library),
        .has_body = chunked || (counted && library->content_length > 0),
        .body_bytes = counted ? library->content_length : 0,
    };
    return parser->calls->head(parser, &head) ? 0 : -1;
}

static int on_body(struct http_parser *library, const char *piece, size_t length)
{
    (void)piece;
    struct hello_parser *parser = parser_of(library);
    return parser->calls->body(parser, length) ? 0 : -1;
}

static int on_end(struct http_parser *library)
{
    http_parser_pause(library, 1);
    return 0;
}

static const struct http_parser_settings settings = {
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_headers_complete = on_head,
    .on_body = on_body,
    .on_message_complete = on_end,
};

const char *hello_parser_library(void)
{
    return "http-parser " AS_STRING(HTTP_PARSER_VERSION_MAJOR) "." AS_STRING(
        HTTP_PARSER_VERSION_MINOR) "." AS_STRING(HTTP_PARSER_VERSION_PATCH);
}

void hello_parser_init(struct hello_parser *parser, const struct hello_parser_calls *calls)
{
    struct http_parser *library = (struct http_parser *)parser->library.bytes;
    parser->calls = calls;
    http_parser_init(library, HTTP_REQUEST);
    library->data = parser;
}

enum hello_parsed hello_parser_feed(struct hello_parser *parser, const char *data, size_t length,
                                    size_t *used)
{
    struct http_parser *library = (struct http_parser *)parser->library.bytes;
    *used = http_parser_execute(library, &settings, data, length);
    switch (HTTP_PARSER_ERRNO(library)) {
    case HPE_OK:
        return HELLO_PARSED_ALL;
    case HPE_PAUSED:
        http_parser_pause(library, 0);
        return HELLO_PARSED_REQUEST;
    case HPE_CB_headers_complete:
    case HPE_CB_body:
        return HELLO_PARSED_STOPPED;
    case HPE_INVALID_METHOD:
        return HELLO_UNKNOWN_METHOD;
    default:
        return HELLO_MALFORMED;
    }
}
