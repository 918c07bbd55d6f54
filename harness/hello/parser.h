/* The HTTP parser library that this system has, llhttp or http-parser, as the hello server sees it:
 * it takes bytes as they come, in pieces of any size, and stops behind each request. One of
 * hello_parser_*.c is built; the server does not know which. */
#ifndef HARNESS_HELLO_PARSER_H
#define HARNESS_HELLO_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hello_method { HELLO_GET, HELLO_HEAD, HELLO_CONNECT, HELLO_OTHER };

/* What the request line says, and what header fields say about the framing. */
struct hello_head {
    enum hello_method method;
    unsigned major, minor; /* the version of HTTP; 0.9 when the line names none */
    bool keep_alive;       /* the client would send another request after this one */
    bool has_body;
    uint64_t body_bytes; /* by Content-Length; 0 when it is chunked */
};

struct hello_parser;

/* What the library finds, in order. Names and values come in pieces, each value at least once. */
struct hello_parser_calls {
    void (*name)(struct hello_parser *, const char *piece, size_t length);
    void (*value)(struct hello_parser *, const char *piece, size_t length);
    bool (*head)(struct hello_parser *, const struct hello_head *); /* false: go no further */
    bool (*body)(struct hello_parser *, size_t length);             /* likewise */
};

enum { HELLO_PARSER_BYTES = 160 };

struct hello_parser {
    const struct hello_parser_calls *calls;
    union {
        void *alignment;
        uint64_t also_alignment;
        unsigned char bytes[HELLO_PARSER_BYTES];
    } library;
};

enum hello_parsed {
    HELLO_PARSED_ALL,     /* every byte is used, the request is not over */
    HELLO_PARSED_REQUEST, /* a request is over; bytes behind it are not used */
    HELLO_PARSED_STOPPED, /* a call said to go no further */
    HELLO_UNKNOWN_METHOD, /* no known method has the byte at *used there */
    HELLO_UNKNOWN_VERSION,
    HELLO_MALFORMED,
};

/* "http-parser 2.9.4". NULL: pollbench was built without one, and hello_parser_feed() does nothing.
 */
const char *hello_parser_library(void);

void hello_parser_init(struct hello_parser *, const struct hello_parser_calls *);

/* After anything but the first two results the parser is used up. */
enum hello_parsed hello_parser_feed(struct hello_parser *, const char *data, size_t length,
                                    size_t *used);

#endif
