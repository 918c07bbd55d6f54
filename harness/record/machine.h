/* By what a machine and its kernel are known again, from the manifests of two runs. Another kernel
 * is another machine here. */
#ifndef HARNESS_RECORD_MACHINE_H
#define HARNESS_RECORD_MACHINE_H

#include "harness/base/named_values.h"

#include <stdbool.h>

bool machine_is_same(const struct named_values *left, const struct named_values *right);

/* 16 hexadecimal digits, equal for the same machine; in any order of the fields. */
enum { MACHINE_MARK_BYTES = 17 };
/* Returns `mark`. */
char *machine_mark(const struct named_values *manifest, char *mark);

#endif
