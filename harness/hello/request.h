/* Requests of one connection, as their bytes come: when one is over, how it is to be answered.
 *
 * Refused, which ends the connection: 400 what is no HTTP/1.x request (a missing or second Host
 * included), 413 a body over the limit, 417 an expectation other than 100-continue, 431 a header
 * over the limit, 501 a method that the parser does not know, 505 another major version. A method
 * that is known but not GET or HEAD is answered 405. Bodies within the limit are read and ignored,
 * Upgrade is ignored, and an answer depends on the bytes, never on how they were cut in pieces. */
#ifndef HARNESS_HELLO_REQUEST_H
#define HARNESS_HELLO_REQUEST_H

#include "harness/hello/parser.h"

struct hello_limits {
    /* The request line and all header fields, 1..65536. */
    uint32_t header_bytes;
    /* Without the framing of chunks. */
    uint64_t body_bytes;
};

enum hello_expect { HELLO_EXPECTS_NOTHING, HELLO_EXPECTS_CONTINUE, HELLO_EXPECTS_OTHER };

struct hello_request {
    struct hello_parser parser;
    const struct hello_limits *limits;
    /* So far; of the header from the request line on. */
    uint64_t body_bytes;
    uint32_t header_bytes;
    uint8_t phase, line_state;

    /* The header field that is being read, in lower case, as far as it can matter. */
    char name[8], value[16];
    uint8_t name_length, value_length;
    bool in_value;
    /* Host fields. */
    uint8_t hosts;
    /* enum hello_expect */
    uint8_t expect;

    /* The answer: this and the next three are valid when hello_request_feed() says HELLO_ANSWER. */
    uint16_t status;
    /* The connection goes on afterwards. */
    bool keep_alive;
    /* Asked in HTTP/1.0, which has to be told that it goes on. */
    bool old;
    /* HEAD: the answer has no body. */
    bool head_only;
};

enum hello_progress {
    /* Every byte is used: go on when there are more. */
    HELLO_MORE,
    /* The same, and the client waits for "100 Continue". */
    HELLO_CONTINUE,
    /* Answer it; with keep_alive the bytes after *used are the next request. */
    HELLO_ANSWER,
};

void hello_request_init(struct hello_request *, const struct hello_limits *);

/* Bytes of a request have come, and it is not over: the time it takes counts. */
bool hello_request_begun(const struct hello_request *);

enum hello_progress hello_request_feed(struct hello_request *, const char *data, size_t length,
                                       size_t *used);

#endif
