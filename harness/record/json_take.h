/* Taking typed values out of a JSON object that jansson has read. The first value that is not what
 * it has to be is named with its place ("cells[0].mode: expected a string, not a number"), and
 * everything after it is left alone, so that one check at the end is enough. */
#ifndef HARNESS_RECORD_JSON_TAKE_H
#define HARNESS_RECORD_JSON_TAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_TAKE_PLACE_BYTES = 200 };

struct json_take {
    const json_t *object;
    /* "cells[0]"; "" for the whole. */
    char place[JSON_TAKE_PLACE_BYTES];
    /* 0, -EINVAL with a sentence in `problem`, or -ENOMEM. */
    int r;
    char *problem;
};

void json_take_open(struct json_take *, const json_t *object, char *problem);
/* Into an object, or an element of an array, that json_take_list() gave: *inner goes on where
 * *outer is. What went wrong within has to be given back with json_take_leave(). */
void json_take_enter(struct json_take *inner, const struct json_take *outer, const char *name,
                     size_t index, const json_t *object);
void json_take_leave(struct json_take *outer, const struct json_take *inner);

enum json_need {
    JSON_NEEDED,
    /* null will do. */
    JSON_OR_NULL,
    /* It may be left out, or be null. */
    JSON_OPTIONAL,
};

/* Each leaves its target as it was when there is no value, or null. A text is a copy. */
void json_take_text(struct json_take *, const char *name, enum json_need, char **);
void json_take_whole(struct json_take *, const char *name, enum json_need, uint64_t *);
/* Any whole number; any number from 0 up; true or false. */
void json_take_integer(struct json_take *, const char *name, enum json_need, int64_t *);
void json_take_amount(struct json_take *, const char *name, enum json_need, double *);
void json_take_boolean(struct json_take *, const char *name, enum json_need, bool *);
/* Borrowed; NULL when there is none, or on a mistake. */
const json_t *json_take_object(struct json_take *, const char *name, enum json_need);
const json_t *json_take_list(struct json_take *, const char *name, enum json_need);

/* A complaint about a value that has the right kind: "cells[0].mode: ...". */
void json_take_complain(struct json_take *, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
