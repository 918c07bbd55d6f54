#include "backends/mechanism.h"

extern const struct backend_ops kqueue_ops; /* in kqueue.c */

/* Where it is at home it runs by default. */
#if defined(BACKEND_IS_BUILT) && !defined(POLLBENCH_KQUEUE_EMULATED)
#define OPT_IN false
#else
#define OPT_IN true
#endif

#if defined(POLLBENCH_KQUEUE_EMULATED)
#define EMULATED true
#define SUMMARY "libkqueue emulation: for correctness alone, never ranked"
#else
#define EMULATED false
#define SUMMARY "level-triggered, changes and wait in one call"
#endif

static const struct backend_variant variants[] = {
    {.name = "kqueue",
     .tier = TIER_READINESS,
     .ops = OPS_IF_BUILT(kqueue_ops),
     .asked = BACKEND_USER_EVENT,
     .opt_in = OPT_IN,
     .emulated = EMULATED,
     .needs = "a BSD or macOS, or libkqueue",
     .summary = SUMMARY},
};

BACKEND_MECHANISM(kqueue, variants);
