/* A subject: anything a trial can run. Each offers the parts that a workload needs, or leaves them
 * NULL. */
#ifndef HARNESS_CONTRACT_SUBJECT_H
#define HARNESS_CONTRACT_SUBJECT_H

#include "backends/registry.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define REASON_BYTES 256

struct accept_server;
struct timer_ops; /* harness/contract/timer_ops.h */
struct pool_ops;  /* harness/contract/pool_ops.h */
struct echo_ops;  /* harness/contract/echo_ops.h */

struct accept_setup {
    const struct subject *subject;
    unsigned backlog;
    /* Accepts per wakeup, the same for every subject. */
    unsigned budget;
    /* Connections that it may have to hold at once, idle ones included. */
    unsigned capacity;
    /* Of a request and of a response, for answer(); 0: it is never called. */
    unsigned bytes;
    /* Buffers and rings; NULL: backend_default_config(). */
    const struct backend_config *config;
};

/* The accept workload's server side. Every int is >= 0 or -errno; `what` names the step that
 * failed. */
struct accept_ops {
    int (*open)(struct accept_server **, const struct accept_setup *, const char **what);
    /* On 127.0.0.1. */
    uint16_t (*port)(const struct accept_server *);
    /* Connections that wait in the listen queue at this moment. -ENOTSUP where the system does not
     * tell. */
    int (*queued)(const struct accept_server *);
    /* Leaves every connection in the listen queue until drain() or serve(): a request that stands
     * in the kernel would otherwise take some before they are timed. NULL: never takes any by
     * itself. */
    int (*rest)(struct accept_server *);
    /* Accepts exactly `count` connections and keeps them open, waiting as long as it takes up to
     * deadline_ns: -ETIMEDOUT then. */
    int (*drain)(struct accept_server *, unsigned count, uint64_t deadline_ns);
    /* Watches the connections held at this moment for reading, and keeps them apart from later
     * ones. */
    int (*hold)(struct accept_server *);
    /* Closes the connections accepted since hold(). */
    int (*drop)(struct accept_server *);
    /* Accepts and closes at once, until deadline_ns. *accepted: how many. */
    int (*serve)(struct accept_server *, uint64_t deadline_ns, uint64_t *accepted);
    /* Accepts and serves exchanges (harness/contract/exchange.h) until deadline_ns; those under way
     * are gone on with by the next call. *answered: how many responses were sent whole. */
    int (*answer)(struct accept_server *, uint64_t deadline_ns, uint64_t *answered);
    void (*counters)(const struct accept_server *, struct backend_counters *);
    /* backend_feature bits. */
    uint32_t (*granted)(const struct accept_server *);
    void (*close)(struct accept_server *);
};

struct subject {
    /* "epoll-et", "floor:epoll". */
    const char *name;
    enum backend_tier tier;
    /* Of a backend; NULL for floors and peers. */
    const struct backend_variant *variant;
    /* backend_feature bits. */
    uint32_t asked;
    const char *summary;
    /* As in struct backend_variant. */
    bool opt_in, rung;
    /* 0, or -errno with a sentence in `reason` (256 bytes) when this system does not have it. */
    int (*available)(const struct subject *, char *reason, uint32_t *granted);
    const struct accept_ops *accept;
    const struct timer_ops *timer;
    const struct pool_ops *pool;
    const struct echo_ops *echo;
};

/* Of an epoll that this system refuses epoll_pwait2: "epoll (ms)". Its deadlines are whole
 * milliseconds, so it is not the subject that others mean by that name. Returns `text`, of
 * SUBJECT_SHOWN_BYTES. */
enum { SUBJECT_SHOWN_BYTES = 128 };
static inline char *subject_rounded_name(const char *name, char *text)
{
    snprintf(text, SUBJECT_SHOWN_BYTES, "%.*s (ms)", SUBJECT_SHOWN_BYTES - 6, name);
    return text;
}
#define SUBJECT_WHY_ROUNDED                                                                        \
    "this system refuses epoll_pwait2, so its deadlines are rounded up to whole milliseconds"

/* The same work straight on the system calls: a reference for what is possible, and no choice that
 * anybody has. */
static inline bool subject_is_floor(const char *name)
{
    return strncmp(name, "floor:", 6) == 0;
}

#endif
