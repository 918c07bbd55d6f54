/* A run in memory. Whoever opens it frees it, once, with run_free(); everything that it points to
 * is its own, but workloads, modes and metrics, which are the program's. */
#ifndef HARNESS_RECORD_RUN_H
#define HARNESS_RECORD_RUN_H

#include "harness/base/named_values.h"
#include "harness/contract/cell.h"
#include "harness/record/calibration_record.h"
#include "harness/record/summary.h"
#include "harness/record/trial_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_SCHEMA 2

struct run_subject {
    /* That the program knows it by. */
    char *name;
    /* What people read where that is another one ("epoll (ms)"); NULL: it is not. */
    char *shown;
    enum backend_tier tier;
    bool available, opt_in;
    /* Why it is not available; NULL when it is. */
    char *reason;
    /* Names of kernel features, joined by commas; "" for none. */
    char *asked, *granted;
    char *summary;
};

struct skipped_subject {
    size_t subject;
    char *reason;
};

/* Whether the generator proved that it could make more than the load of the cell. */
struct headroom {
    /* It was asked to. */
    bool known;
    bool proved;
    /* The subject that it ran against. */
    char *against;
    double factor, offered_per_s;
    /* Why it has not; NULL when it has. */
    char *why_not;
};

struct run_cell {
    struct cell cell;
    /* Why it was not measured at all; NULL: it was. */
    char *skipped;
    /* Subjects that are not in this cell, or left it because they failed. */
    struct skipped_subject *skipped_subjects;
    size_t skipped_count;
    struct headroom headroom;
    /* Apart, so that no table, chart or page ever takes a twin for a subject. All the twins of a
     * cell are of one subject, which was its baseline when it was measured. */
    struct trial_table trials, counting, twins;
};

struct run {
    char *id;
    char **command;
    size_t command_count;
    uint64_t seed;
    char *profile;
    /* The smallest difference that verdicts may name, as a share. */
    double minimum_effect;
    /* Asked for with --baseline; NULL: by the rule (analysis/baseline.h). */
    char *baseline;
    struct named_values manifest;
    struct calibration_record calibration;
    /* What was found out before the first round; empty: nobody probed. */
    struct named_values probe;
    struct run_subject *subjects;
    size_t subject_count;
    struct run_cell *cells;
    size_t cell_count;
    /* -1: anywhere. */
    int subject_cpu, generator_cpu;
    /* They are the same, or hardware threads of one core. */
    bool one_core;
    /* Why system calls were not counted; NULL: they were. */
    char *why_not_counted;
    /* Finished, and in the file. Of a run that was killed, as many as its trials tell of. */
    uint64_t rounds;
    /* Of a run that ended: rounds that run.json tells of and trials.jsonl does not; its last lines
     * are missing. */
    uint64_t rounds_missing;
    /* The same of lines: those that run.json tells of (0: it does not), and those of them that are
     * not there. */
    uint64_t lines, lines_missing;
    /* Why it ended; NULL: it was killed, or goes on. */
    char *ended;
    /* That its rounds took; 0: nobody knows. */
    double elapsed_s;
    /* Lines of trials.jsonl that were cut off, and left out. */
    uint64_t cut_lines;
};

/* Whether it ended, and all that it measured is there. */
bool run_is_whole(const struct run *);

#define RUN_ENDED_WITH_ROUNDS "all rounds are done"
#define RUN_ENDED_WITH_TIME "the time is over"

/* Whether it is whole, and ended with the rounds or the time that it was given: nothing that it
 * measured had to do with when. */
bool run_ended_as_asked(const struct run *);

/* All zeros is an empty run. */
void run_free(struct run *);

/* The tables of a cell whose workload and mode are set. */
void run_cell_open_tables(struct run_cell *);

/* Each adds one at the end, empty, and returns it; NULL without memory. The pointer is good until
 * the next. */
struct run_subject *run_add_subject(struct run *);
struct run_cell *run_add_cell(struct run *);
/* 0 or -ENOMEM. */
int run_cell_skip_subject(struct run_cell *, size_t subject, const char *reason);

/* Gives a subject the name that people read, from what it asked for and was granted: an epoll whose
 * deadlines are whole milliseconds is not the ordinary one. 0 or -ENOMEM. */
int run_subject_show(struct run_subject *);
/* For people, and for what they read: tables, charts, the page, CSV files, sentences. Good as long
 * as the run's subjects. */
const char *run_subject_shown(const struct run *, size_t subject);

/* Whether the generator loads the server of this cell while that is measured, and nothing keeps the
 * two on two cores: then they are in each other's way. */
bool run_cell_shares_core(const struct run *, const struct run_cell *);
/* The same of a closed loop, in which each waits for the other's turn on the core. Such figures are
 * of both, and nobody is named for them. */
bool run_cell_is_unranked(const struct run *, const struct run_cell *);
#define RUN_WHY_UNRANKED "a closed loop without two cores measures server and generator together"

/* SUBJECT_NONE: the run has none of that name. */
size_t run_find_subject(const struct run *, const char *name);

/* Why a cell has no proof, as a sentence without its full stop. Returns `text`. */
char *headroom_sentence(const struct headroom *, char *text, size_t size);

/* A copy of the text in place of what was there. NULL clears it. 0 or -ENOMEM. */
int text_set(char **text, const char *from);

#endif
