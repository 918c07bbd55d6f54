/* What a workload tells the harness, and what it does inside one trial.
 *
 * A trial is one subject on one cell, once, in a process of its own (`pollbench trial`). The
 * harness starts that process and the generator's, joined by a stream socket, writes a request as
 * JSON to the trial's standard input and reads the outcome as JSON from its standard output.
 */
#ifndef HARNESS_CONTRACT_WORKLOAD_H
#define HARNESS_CONTRACT_WORKLOAD_H

#include "harness/contract/subject.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum parameter_kind {
    PARAMETER_INTEGER,
    PARAMETER_DECIMAL,
    PARAMETER_CHOICE,
    PARAMETER_FILE, /* a regular file that can be read at the time */
};

struct parameter {
    const char *name;
    const char *unit; /* "" for a plain count */
    const char *help; /* one line */
    enum parameter_kind kind;
    double minimum, maximum; /* inclusive; only for numbers */
    const char *choices;     /* "spin,pbkdf2"; only for choices */
    const char *fallback;    /* the default, as it would be typed; NULL: none, of an optional one */
    const char *environment; /* a variable that, when set, takes the place of every default */
    const char *modes;       /* "drain,steady": where it means something */
    bool optional;           /* for tuning: in a cell's params only when it was set */
};

struct metric {
    const char *name; /* ends in its unit */
    const char *unit; /* as printed: "ns", "us", "1/s" */
    const char *help;
    bool lower_is_better;
    bool generator_dependent; /* says nothing of the subject when the generator was the bound */
    bool main;                /* decides when a run stops early; one per mode */
    const char *modes;
};

/* Of a mode in which the generator makes a load that is planned: what the plan came to. */
#define METRIC_OFFERED "offered_per_s"

/* What a cell takes of the system, asked before it runs. */
struct cell_needs {
    uint64_t server_files; /* descriptors in the subject's process */
    uint64_t generator_files;
    uint64_t backlog;       /* of net.core.somaxconn; 0: none */
    const char *impossible; /* why it cannot be run here, as a sentence, static; NULL */
};

struct trial_request {
    const struct subject *subject;
    const char *mode;
    const json_t
        *params;      /* every parameter of the mode but unset optional ones, numbers as numbers */
    int generator_fd; /* control channel */
    uint64_t seed;    /* of random choices: the same for all subjects of a round */
    double planted_share;    /* a delay that makes the main metric worse by this share: `calibrate`
                                asks    whether it is found; 0 in every measurement */
    bool count_system_calls; /* this trial counts, and its times are not used: counting slows calls
                                down */
};

struct workload {
    const char *name;
    const char *summary;
    const char *const *modes;           /* NULL-terminated; the first is the default */
    const struct parameter *parameters; /* ends with a NULL name */
    const struct metric *metrics;       /* ends with a NULL name */
    bool all_cpus; /* several threads of the subject are what is measured: it is not held on one CPU
                    */

    struct cell_needs (*needs)(const char *mode, const json_t *params);

    /* Why this subject cannot run this cell, as a sentence, static or in `reason` (256 bytes); NULL
     * when it can. */
    const char *(*refuses)(const struct subject *, const char *mode, const json_t *params,
                           char *reason);

    /* Whether the subject runs in this cell when nobody named subjects: those that have a part in
     * the workload, the ladders of variants only where they are shown, and few enough that all get
     * their rounds. */
    bool (*by_default)(const struct subject *, const char *mode, const json_t *params);

    /* Seconds that one trial takes, about: for the progress bar. */
    double (*estimate_s)(const char *mode, const json_t *params);

    /* Parameters of the same mode under which the generator is asked for `factor` times as much, a
     * new object; offered_per_s is the most that it was asked for so far, where the parameters do
     * not say it. NULL for a mode whose load is not planned, and where there is no such mode. */
    json_t *(*heavier)(const char *mode, const json_t *params, double factor, double offered_per_s);

    /* Runs one trial in this process. On success *outcome is a new object with "metrics",
     * "histograms", "counters", "usage", "generator", "granted", as in results/schema.json. On
     * failure -errno, and `problem` (512 bytes) is a sentence that says what failed, on what, and
     * what to do. */
    int (*run)(const struct trial_request *, json_t **outcome, char *problem);
};

/* All workloads. Static memory. */
const struct workload *const *workloads(size_t *count);
const struct workload *workload_find(const char *name); /* NULL when there is none */

extern const struct workload accept_workload;
extern const struct workload timer_workload;
extern const struct workload pool_workload;

#define PROBLEM_BYTES 512

/* Number parameter of a cell; it is there, the harness has checked. */
static inline uint64_t parameter_integer(const json_t *params, const char *name)
{
    return (uint64_t)json_number_value(json_object_get(params, name));
}

/* An optional one: `fallback` when it was not set. */
static inline unsigned parameter_or(const json_t *params, const char *name, unsigned fallback)
{
    const json_t *value = json_object_get(params, name);
    return value != NULL ? (unsigned)json_number_value(value) : fallback;
}

static inline double parameter_number(const json_t *params, const char *name)
{
    return json_number_value(json_object_get(params, name));
}

#endif
