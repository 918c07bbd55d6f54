/* Reads a JSON file piece by piece, so that a file need not fit into memory: objects and arrays
 * that the caller walks through member by member, and values that are taken whole, by jansson.
 *
 * Every function that fails has written a sentence into `problem` that places the mistake by line
 * and column, and returns -errno; nothing may be read after that. */
#ifndef HARNESS_RECORD_JSON_STREAM_H
#define HARNESS_RECORD_JSON_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A value that is taken whole is no longer than this. */
#define JSON_STREAM_VALUE_MAX (1 << 20)

struct json_stream {
    int fd;
    const char *path; /* for people */
    char *problem;    /* PROBLEM_BYTES */
    char *window;     /* what was read from the file and not yet taken */
    size_t begin, end, capacity;
    uint64_t offset; /* of `begin` in the file */
    bool is_over;    /* the file has no more than the window */
};

/* From the start of an open file. 0 or -ENOMEM. The file stays the caller's. */
int json_stream_open(struct json_stream *, int fd, const char *path, char *problem);
void json_stream_close(struct json_stream *);

/* Again from the start. */
int json_stream_rewind(struct json_stream *);

/* The next character that is not white space, which stays; 0 at the end of the file; -errno. */
int json_stream_peek(struct json_stream *);

/* Begins an object or array: takes '{' or '['. */
int json_stream_enter(struct json_stream *, char bracket);

/* To the next member of what was entered: 1 when there is one, 0 when there is none, and then the
 * closing bracket is taken. `is_first` is set before the first call. */
int json_stream_next(struct json_stream *, char closing, bool *is_first);

/* The name of an object's member with its colon; free() it. */
int json_stream_name(struct json_stream *, char **name);

/* A whole value, a new reference. */
int json_stream_value(struct json_stream *, json_t **value);

/* Passes over a value of any length, without looking whether it is right. */
int json_stream_skip(struct json_stream *);

/* -EINVAL when anything but white space follows. */
int json_stream_finish(struct json_stream *);

/* -EINVAL, and says so at the place that is reached. */
int json_stream_fail(struct json_stream *, const char *what);

#endif
