/* An answer is three pieces put one behind the other: the head of its status, which is the same
 * every time, the date, and the body. Nothing is formatted per request. */
#include "harness/hello/response.h"

#include "backends/clock.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct piece {
    const char *text;
    size_t length;
};

#define PIECE(literal)                                                                             \
    {                                                                                              \
        literal, sizeof literal - 1                                                                \
    }

#define HEAD(status_line, length)                                                                  \
    PIECE("HTTP/1.1 " status_line "\r\nContent-Type: text/plain\r\nContent-Length: " length "\r"   \
          "\n")

static const struct response {
    unsigned status;
    struct piece head, body;
} responses[] = {
    /* First, because nearly every look-up is for it. */
    {200, HEAD("200 OK", "11"), PIECE("Hello World")},
    {400, HEAD("400 Bad Request", "12"), PIECE("Bad Request\n")},
    {405, HEAD("405 Method Not Allowed\r\nAllow: GET, HEAD", "19"), PIECE("Method Not Allowed\n")},
    {408, HEAD("408 Request Timeout", "16"), PIECE("Request Timeout\n")},
    {413, HEAD("413 Content Too Large", "18"), PIECE("Content Too Large\n")},
    {417, HEAD("417 Expectation Failed", "19"), PIECE("Expectation Failed\n")},
    {431, HEAD("431 Request Header Fields Too Large", "32"),
     PIECE("Request Header Fields Too Large\n")},
    {501, HEAD("501 Not Implemented", "16"), PIECE("Not Implemented\n")},
    {505, HEAD("505 HTTP Version Not Supported", "27"), PIECE("HTTP Version Not Supported\n")},
};

static const struct response *find(unsigned status)
{
    const struct response *response = responses;
    while (response->status != status) {
        response++;
        assert(response < responses + sizeof responses / sizeof responses[0]);
    }
    return response;
}

/* By hand, because strftime() writes the names of the user's language. */
static void write_date(struct hello_date *date, time_t seconds)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t;
    gmtime_r(&seconds, &t);
    int length =
        snprintf(date->line, sizeof date->line, "Date: %s, %02u %s %04u %02u:%02u:%02u GMT\r\n\r\n",
                 days[t.tm_wday], (unsigned)t.tm_mday % 100, months[t.tm_mon],
                 (unsigned)(t.tm_year + 1900) % 10000, (unsigned)t.tm_hour % 100,
                 (unsigned)t.tm_min % 100, (unsigned)t.tm_sec % 100);
    date->length = (size_t)length;
}

void hello_date_update(struct hello_date *date, uint64_t now_ns)
{
    if (now_ns < date->stale_ns)
        return;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    write_date(date, now.tv_sec);
    date->stale_ns = now_ns + NS_PER_S - (uint64_t)now.tv_nsec;
}

static char *append(char *to, const char *text, size_t length)
{
    memcpy(to, text, length);
    return to + length;
}

size_t hello_response_write(char *to, const struct hello_answer *answer,
                            const struct hello_date *date)
{
    static const struct piece closing = PIECE("Connection: close\r\n");
    static const struct piece staying = PIECE("Connection: keep-alive\r\n");

    const struct response *response = find(answer->status);
    char *end = append(to, response->head.text, response->head.length);
    if (!answer->keep_alive)
        end = append(end, closing.text, closing.length);
    else if (answer->old)
        end = append(end, staying.text, staying.length);
    end = append(end, date->line, date->length);
    if (!answer->head_only)
        end = append(end, response->body.text, response->body.length);
    assert(end <= to + HELLO_RESPONSE_BYTES);
    return (size_t)(end - to);
}

size_t hello_response_write_continue(char *to)
{
    static const struct piece whole = PIECE("HTTP/1.1 100 Continue\r\n\r\n");
    return (size_t)(append(to, whole.text, whole.length) - to);
}
