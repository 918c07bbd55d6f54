/* What a mechanism tells the registry about itself: the variants that it offers. The last line of a
 * mechanism is BACKEND_MECHANISM(name, rows), and add_mechanism(name) in CMakeLists.txt makes the
 * registry find it.
 *
 * One that only some systems have is listed on the others, too, with what it needs. Its file is
 * left out of their build, so its rows stand in a file that is always built, NAME_variants.c. */
#ifndef BACKENDS_MECHANISM_H
#define BACKENDS_MECHANISM_H

#include "backends/registry.h"

struct backend_mechanism {
    const struct backend_variant *variants;
    size_t variant_count;
};

#define BACKEND_MECHANISM(name, rows)                                                              \
    const struct backend_mechanism name##_mechanism = {rows, sizeof rows / sizeof rows[0]}

/* For NAME_variants.c: the table of operations, or NULL where the build has left it out. */
#if defined(BACKEND_IS_BUILT)
#define OPS_IF_BUILT(ops) (&(ops))
#else
#define OPS_IF_BUILT(ops) NULL
#endif

#endif
