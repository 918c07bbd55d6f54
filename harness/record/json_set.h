/* Building JSON with jansson: every failure is latched in `r`, so that one check at the end is
 * enough. */
#ifndef HARNESS_RECORD_JSON_SET_H
#define HARNESS_RECORD_JSON_SET_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Each sets *r to -ENOMEM when it fails, and never back. Values are taken. */
void json_set(int *r, json_t *object, const char *name, json_t *value);
void json_push(int *r, json_t *array, json_t *value);

/* A text; null for NULL. What is not UTF-8 becomes "(not UTF-8)". */
json_t *json_text(const char *text);
/* A number: whole where it has no fraction. null for what is not finite. */
json_t *json_figure(double value);
json_t *json_count(uint64_t value);
/* The parts of "a,b,c" as an array of texts; an empty one for "". */
json_t *json_parts(const char *list);

/* `value` when r is 0; else NULL, and the value is given up. */
json_t *json_finish(int r, json_t *value);

#endif
