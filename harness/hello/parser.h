/* The HTTP parser of the hello server: what it asks of a library, and the only header of it that
 * the server includes.
 *
 * A parser takes bytes as they come, in pieces of any size, and stops behind each request. Each
 * parser_NAME.c adapts one library to this interface; CMake chooses which one is linked. The server
 * does not know it. */
#ifndef HARNESS_HELLO_PARSER_H
#define HARNESS_HELLO_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hello_method { HELLO_GET, HELLO_HEAD, HELLO_CONNECT, HELLO_OTHER };

/* What the request line says, and what header fields say about the framing. */
struct hello_head {
    enum hello_method method;
    /* The version of HTTP; 0.9 when the line names none. */
    unsigned major, minor;
    /* The client would send another request after this one. */
    bool keep_alive;
    bool has_body;
    /* By Content-Length; 0 when it is chunked. */
    uint64_t body_bytes;
};

struct hello_parser;

/* What the library finds, in order. Names and values come in pieces, each value at least once. */
struct hello_parser_calls {
    void (*name)(struct hello_parser *, const char *piece, size_t length);
    void (*value)(struct hello_parser *, const char *piece, size_t length);
    /* These two return false when the parser is to go no further. */
    bool (*head)(struct hello_parser *, const struct hello_head *);
    bool (*body)(struct hello_parser *, size_t length);
};

enum { HELLO_PARSER_BYTES = 160 };

struct hello_parser {
    const struct hello_parser_calls *calls;
    /* Room for the state of any of the libraries. */
    union {
        void *alignment;
        uint64_t also_alignment;
        unsigned char bytes[HELLO_PARSER_BYTES];
    } library;
};

enum hello_parsed {
    /* Every byte is used, the request is not over. */
    HELLO_PARSED_ALL,
    /* A request is over; bytes behind it are not used. */
    HELLO_PARSED_REQUEST,
    /* A call said to go no further. */
    HELLO_PARSED_STOPPED,
    /* No known method has the byte at *used there. */
    HELLO_UNKNOWN_METHOD,
    HELLO_UNKNOWN_VERSION,
    HELLO_MALFORMED,
};

/* "http-parser 2.9.4". NULL: there is no parser, and hello_parser_feed() refuses everything. */
const char *hello_parser_library(void);

void hello_parser_init(struct hello_parser *, const struct hello_parser_calls *);

/* After anything but the first two results the parser is used up. */
enum hello_parsed hello_parser_feed(struct hello_parser *, const char *data, size_t length,
                                    size_t *used);

#endif
