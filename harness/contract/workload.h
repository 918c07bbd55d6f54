/* What a workload tells the harness, and what it does inside one trial.
 *
 * A trial is one subject on one cell, once, in a process of its own (`pollbench trial`). The
 * harness starts that process and the generator's, joined by a stream socket, writes a request to
 * the trial's standard input and reads the outcome from its standard output
 * (harness/record/trial_text.h). */
#ifndef HARNESS_CONTRACT_WORKLOAD_H
#define HARNESS_CONTRACT_WORKLOAD_H

#include "harness/base/named_values.h"
#include "harness/base/problem.h"
#include "harness/contract/outcome.h"
#include "harness/contract/subject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum parameter_kind {
    PARAMETER_INTEGER,
    PARAMETER_DECIMAL,
    PARAMETER_CHOICE,
    /* A regular file that can be read at the time. */
    PARAMETER_FILE,
};

struct parameter {
    const char *name;
    /* "" for a plain count. */
    const char *unit;
    /* One line. */
    const char *help;
    enum parameter_kind kind;
    /* Inclusive; only for numbers. */
    double minimum, maximum;
    /* "spin,pbkdf2"; only for choices. */
    const char *choices;
    /* The default, as it would be typed; NULL: none, of an optional one. */
    const char *fallback;
    /* A variable that, when set, takes the place of every default. */
    const char *environment;
    /* "drain,steady": where it means something. */
    const char *modes;
    /* For tuning: among a cell's parameters only when it was set. */
    bool optional;
};

/* Metrics that a workload may have, over all its modes. */
enum { METRICS_MAX = 40 };

struct metric {
    /* Ends in its unit. */
    const char *name;
    /* As printed: "ns", "us", "1/s". */
    const char *unit;
    const char *help;
    bool lower_is_better;
    /* Says nothing of the subject when the generator was the bound. */
    bool generator_dependent;
    /* Decides verdicts, and when a run stops early; one per mode. */
    bool main;
    const char *modes;
};

/* Of a mode in which the generator makes a load that is planned: what the plan came to. */
#define METRIC_OFFERED "offered_per_s"

/* What a cell takes of the system, asked before it runs. */
struct cell_needs {
    /* Descriptors in the subject's process, and in the generator's. */
    uint64_t server_files, generator_files;
    /* Of net.core.somaxconn; 0: none. And the parameter that asks for so much; NULL: none does. */
    uint64_t backlog;
    const char *backlog_parameter;
    /* Why it cannot be run here, as a sentence, static; NULL. */
    const char *impossible;
};

struct trial_request {
    const struct subject *subject;
    const char *mode;
    const struct named_values *params;
    /* The control channel to the generator. */
    int generator_fd;
    /* Of turns.h, where the subjects of a cell take turns; 0: the trial is alone. */
    int turn_fd;
    /* Of random choices: the same for all subjects of a round. */
    uint64_t seed;
    /* A delay that makes the main metric worse by this share: `calibrate` asks whether it is found.
     * 0 in every measurement. */
    double planted_share;
    /* This trial counts, and its times are not used: counting slows calls down. */
    bool count_system_calls;
};

/* What the cells of a mode ask, in plain words for people: "accept, {idle} idle[, queue {queue}]".
 * {name} is the value of that parameter; what is between brackets is left out where all parameters
 * in it have their fallback, or are not set. */
struct question {
    const char *mode;
    const char *words;
};

/* What the generator does to the server while that is measured. */
enum cell_load {
    /* Nothing: it sleeps, or has no part. */
    LOAD_NONE,
    /* Requests come at times that were planned, whatever the server does. */
    LOAD_PLANNED,
    /* Each client waits for the server before it goes on: either sets the other's pace. */
    LOAD_CLOSED,
};

struct workload {
    const char *name;
    const char *summary;
    /* NULL-terminated; the first is the default. */
    const char *const *modes;
    /* Each ends with a NULL name. */
    const struct parameter *parameters;
    const struct metric *metrics;
    /* Ends with a NULL mode; NULL: there are none, and a question is the name and the mode. */
    const struct question *questions;
    /* Several threads of the subject are what is measured: it is not held on one CPU. */
    bool all_cpus;
    /* Whether the subjects of such a cell live at a time and take turns (turns.h), which spares
     * their ratios what disturbs the machine for longer than a turn; NULL: never. */
    bool (*takes_turns)(const char *mode, const struct named_values *params);

    /* NULL: LOAD_NONE. A load takes a core of its own: two cores in all. */
    enum cell_load (*load)(const char *mode, const struct named_values *params);

    struct cell_needs (*needs)(const char *mode, const struct named_values *params);

    /* Why this subject cannot run this cell, as a sentence, static or in `reason` (REASON_BYTES);
     * NULL when it can. */
    const char *(*refuses)(const struct subject *, const char *mode,
                           const struct named_values *params, char *reason);

    /* Whether the subject runs in this cell when nobody named subjects: those that have a part in
     * the workload, the ladders of variants only where they are shown, and few enough that all get
     * their rounds. */
    bool (*by_default)(const struct subject *, const char *mode, const struct named_values *params);

    /* Seconds that one trial takes, about: for the progress bar. */
    double (*estimate_s)(const char *mode, const struct named_values *params);

    /* Parameters of the same mode under which the generator is asked for `factor` times as much,
     * into `scaled`, which is empty before; offered_per_s is the most that it was asked for so far,
     * where the parameters do not say it. 0, -ENOMEM, or -ENOTSUP where there is no such cell. NULL
     * for a workload whose load is never planned. */
    int (*scale)(const char *mode, const struct named_values *params, double factor,
                 double offered_per_s, struct named_values *scaled);

    /* Runs one trial in this process and fills the outcome, which is empty before. On failure
     * -errno, and `problem` (PROBLEM_BYTES) is a sentence that says what failed, on what, and what
     * to do. */
    int (*run)(const struct trial_request *, struct outcome *, char *problem);
};

/* Number parameter of a cell; it is there, the harness has checked. */
uint64_t parameter_integer(const struct named_values *params, const char *name);
double parameter_number(const struct named_values *params, const char *name);
const char *parameter_choice(const struct named_values *params, const char *name);
/* An optional one: `fallback` when it was not set. */
unsigned parameter_or(const struct named_values *params, const char *name, unsigned fallback);

#endif
