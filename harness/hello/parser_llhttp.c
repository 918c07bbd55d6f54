/* llhttp, Node's parser, 6 or later.
 *
 * It pauses behind a request when the call says so, and once more before the next byte when the
 * request asked for an upgrade, for which it is told to go on. It has no limit of the header's
 * size. */
#include "harness/hello/parser.h"

#include <llhttp.h>

#define STRINGIFIED(x) #x
#define AS_STRING(x) STRINGIFIED(x)

_Static_assert(sizeof(llhttp_t) <= HELLO_PARSER_BYTES, "room for the parser");

static int on_name(llhttp_t *library, const char *piece, size_t length)
{
    struct hello_parser *parser = library->data;
    parser->calls->name(parser, piece, length);
    return 0;
}

static int on_value(llhttp_t *library, const char *piece, size_t length)
{
    struct hello_parser *parser = library->data;
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

static int on_head(llhttp_t *library)
{
    struct hello_parser *parser = library->data;
    bool chunked = library->flags & F_CHUNKED;
    const struct hello_head head = {
        .method = method_of(library->method),
        .major = library->http_major,
        .minor = library->http_minor,
        .keep_alive = llhttp_should_keep_alive(library),
        .has_body = chunked || library->content_length > 0,
        .body_bytes = chunked ? 0 : library->content_length,
    };
    return parser->calls->head(parser, &head) ? 0 : -1;
}

static int on_body(llhttp_t *library, const char *piece, size_t length)
{
    (void)piece;
    struct hello_parser *parser = library->data;
    return parser->calls->body(parser, length) ? 0 : HPE_USER;
}

static int on_end(llhttp_t *library)
{
    (void)library;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_headers_complete = on_head,
    .on_body = on_body,
    .on_message_complete = on_end,
};

const char *hello_parser_library(void)
{
    return "llhttp " AS_STRING(LLHTTP_VERSION_MAJOR) "." AS_STRING(
        LLHTTP_VERSION_MINOR) "." AS_STRING(LLHTTP_VERSION_PATCH);
}

void hello_parser_init(struct hello_parser *parser, const struct hello_parser_calls *calls)
{
    llhttp_t *library = (llhttp_t *)parser->library.bytes;
    parser->calls = calls;
    llhttp_init(library, HTTP_REQUEST, &settings);
    library->data = parser;
}

enum hello_parsed hello_parser_feed(struct hello_parser *parser, const char *data, size_t length,
                                    size_t *used)
{
    llhttp_t *library = (llhttp_t *)parser->library.bytes;
    llhttp_errno_t error = llhttp_execute(library, data, length);
    if (error == HPE_PAUSED_UPGRADE && llhttp_get_error_pos(library) == data) {
        llhttp_resume_after_upgrade(library);
        error = llhttp_execute(library, data, length);
    }
    *used = error == HPE_OK ? length : (size_t)(llhttp_get_error_pos(library) - data);
    switch (error) {
    case HPE_OK:
        return HELLO_PARSED_ALL;
    case HPE_PAUSED:
        llhttp_resume(library);
        return HELLO_PARSED_REQUEST;
    case HPE_CB_HEADERS_COMPLETE:
    case HPE_USER:
        return HELLO_PARSED_STOPPED;
    case HPE_INVALID_METHOD:
        return HELLO_UNKNOWN_METHOD;
    case HPE_PAUSED_H2_UPGRADE:
        return HELLO_UNKNOWN_VERSION;
    case HPE_INVALID_VERSION: /* a number that is none it knows, or none at all */
        return library->http_major > 1 ? HELLO_UNKNOWN_VERSION : HELLO_MALFORMED;
    default:
        return HELLO_MALFORMED;
    }
}
