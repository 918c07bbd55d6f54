/* The answers, as bytes. */
#ifndef HARNESS_HELLO_RESPONSE_H
#define HARNESS_HELLO_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* None is longer. */
enum { HELLO_RESPONSE_BYTES = 256 };

/* The Date field, made once a second. Zeroed to begin with. */
struct hello_date {
    /* On the loop's clock: from then on it is made anew. */
    uint64_t stale_ns;
    /* With the empty line that ends a header. */
    char line[48];
    size_t length;
};

void hello_date_update(struct hello_date *, uint64_t now_ns);

struct hello_answer {
    /* 200, 400, 405, 408, 413, 417, 431, 501, 505. */
    unsigned status;
    bool keep_alive;
    /* To a request in HTTP/1.0. */
    bool old;
    /* To a HEAD: the header of the answer, without its body. */
    bool head_only;
};

/* Writes one answer, at most HELLO_RESPONSE_BYTES. Returns its length. */
size_t hello_response_write(char *to, const struct hello_answer *, const struct hello_date *);

/* "100 Continue", which comes before the answer. */
size_t hello_response_write_continue(char *to);

#endif
