#include "backends/mechanism.h"

extern const struct backend_ops epoll_ops; /* in epoll.c */

static const struct backend_variant variants[] = {
    {.name = "epoll",
     .tier = TIER_READINESS,
     .ops = OPS_IF_BUILT(epoll_ops),
     .asked = BACKEND_EPOLL_PWAIT2,
     .needs = "Linux",
     .summary = "level-triggered, persistent registrations"},
    {.name = "epoll-et",
     .tier = TIER_READINESS,
     .ops = OPS_IF_BUILT(epoll_ops),
     .asked = BACKEND_EPOLL_PWAIT2 | BACKEND_EDGE,
     .needs = "Linux",
     .summary = "edge-triggered, registered once and for good"},
    {.name = "epoll-oneshot",
     .tier = TIER_READINESS,
     .ops = OPS_IF_BUILT(epoll_ops),
     .asked = BACKEND_EPOLL_PWAIT2 | BACKEND_ONESHOT,
     .needs = "Linux",
     .summary = "one-shot, armed again after every report"},
};

BACKEND_MECHANISM(epoll, variants);
