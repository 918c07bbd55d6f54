/* A manifest as JSON: an object of values; values of one group are an object inside it. */
#ifndef HARNESS_RECORD_MANIFEST_JSON_H
#define HARNESS_RECORD_MANIFEST_JSON_H

#include "harness/base/named_values.h"
#include "harness/record/json_take.h"

#include <jansson.h>

/* null for VALUE_NOTHING and for NULL. NULL: no memory. */
json_t *value_to_json(const struct value *);

/* A new object; NULL: no memory. */
json_t *manifest_to_json(const struct named_values *manifest);

/* `manifest` is empty before. 0; -ENOMEM; or -EINVAL with the rest of a sentence that begins with
 * the file: "manifest.limits.nofile: expected ...". On -errno it is empty again. */
int manifest_from_json(struct named_values *manifest, const json_t *json, char *problem);

/* The same for the parameters of a cell, which have no groups: those of the object's "params". What
 * is wrong is latched in `take`. */
json_t *params_to_json(const struct named_values *params);
void params_take(struct json_take *take, struct named_values *params);
/* And for another member that is such an object; a short name. */
void values_take(struct json_take *take, const char *name, enum json_need, struct named_values *);

#endif
