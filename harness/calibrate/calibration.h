/* How far verdicts may be trusted on this machine, measured: a subject is compared with itself, and
 * with itself made slower by a known share, again and again, each time as two subjects of a run are
 * compared.
 *
 * Each round runs the subject three times, in random order: A, B (the same), and P, in which a
 * delay is planted (harness/workloads/region.h): the trial works on for a share of the time that it
 * took. B against A must not be named; P against A must be. Both rest on the same rounds, so a
 * comparison takes as long as its two subjects' trials. The rounds of a comparison are fixed
 * beforehand: one that may stop when a winner appears names more of them
 * (harness/stats/verdict.h). */
#ifndef HARNESS_CALIBRATE_CALIBRATION_H
#define HARNESS_CALIBRATE_CALIBRATION_H

#include "harness/plan/cells.h"
#include "harness/execute/launch.h"
#include "harness/stats/proportion.h"
#include "harness/stats/random.h"
#include "harness/stats/verdict.h"

#define CALIBRATION_SCHEMA 1
#define CALIBRATION_FOLDER "results/calibration" /* where `calibrate` writes and `run` looks */
#define CALIBRATION_FILE "calibration.json"
#define CALIBRATION_CONFIDENCE 0.99 /* of the intervals of shares */

/* A false verdict may come in this share of comparisons. */
#define CALIBRATION_FALSE_LIMIT 0.01

/* Lengths of a trial that the same trial tells of: its first drain, its first three, all. */
enum { CALIBRATION_LENGTHS = 3 };
extern const unsigned calibration_drains[CALIBRATION_LENGTHS];

enum calibration_variant {
    CALIBRATION_A,
    CALIBRATION_B,
    CALIBRATION_PLANTED,
    CALIBRATION_VARIANTS,
};

/* Which cell, how large the delay, and in how many rounds it has to be found. */
struct calibration_design {
    const char *name;
    const char *const *words; /* of `pollbench run`, that make the cell; ends with NULL */
    double planted;           /* 0.05: 5 % */
    double minimum_effect;
    unsigned rounds;
    double limit_s; /* of one comparison */
};

/* Ends with a NULL name. Several may have the same cell and name. */
extern const struct calibration_design calibration_designs[];

struct calibration {
    const struct calibration_design *design;
    unsigned rounds, comparisons; /* asked for */
    unsigned finished;            /* comparisons */
    struct run_options options;
    json_t *cells; /* of one */
    struct cell cell;
    const struct subject *subject;
    const struct metric *metric;
    size_t lengths;                      /* that the cell knows */
    double trial_s[CALIBRATION_LENGTHS]; /* one trial, processes included; median */
    double comparison_s;                 /* the two subjects' trials; mean */
    uint64_t invalid;                    /* trials that were repeated */
    double *values; /* [comparison][round][variant][length]; NAN: no valid trial */
};

/* What may change how a verdict is found, for the chart. */
enum calibration_method {
    CALIBRATION_AS_RUN,  /* as `run` judges: effect.h and verdict.h */
    CALIBRATION_UNPAIRED /* the same, but each round of the one beside another round of the other */
    ,
    CALIBRATION_BOOTSTRAP, /* the median of the log ratios and its bootstrap interval */
};

/* Opens the cell, with the subject on it. -EINVAL, -ENODEV, -ENOMEM with a sentence. rounds: 0 for
 * the design's. Release with calibration_close() in every case. */
int calibration_open(struct calibration *, const struct calibration_design *,
                     const char *subject_name, unsigned comparisons, unsigned rounds,
                     char *problem);
void calibration_close(struct calibration *);

struct calibration_bed {
    int subject_cpu, generator_cpu;
    uint64_t seed;
    struct random random;
};

/* How long trials take, all lengths. About a second. -errno with a sentence; -EINTR. */
int calibration_time_trials(struct calibration *, struct calibration_bed *, char *problem);

/* One more comparison. -EINTR: a signal asked for the end, and there is none more. -errno with a
 * sentence. */
int calibration_compare(struct calibration *, struct calibration_bed *, char *problem);

/* The verdict on a variant against A, by the first `rounds` rounds of one comparison. */
enum verdict_word calibration_judge(const struct calibration *, unsigned comparison,
                                    enum calibration_variant, size_t length, unsigned rounds,
                                    enum calibration_method);

/* Of all finished comparisons. For CALIBRATION_B: any name given; for CALIBRATION_PLANTED: SLOWER.
 * *wrong: named, and wrongly. */
struct proportion calibration_named(const struct calibration *, enum calibration_variant,
                                    size_t length, unsigned rounds, enum calibration_method,
                                    unsigned *wrong);

/* The planted difference as measured by all rounds of all comparisons. */
int calibration_planted_ratio(const struct calibration *, struct effect *);

/* The entries of manifest.calibration.cells: one for A against A, one for the planted delay; added
 * to the array. -ENOMEM. */
int calibration_add_results(const struct calibration *, json_t *results);

/* Everything that was measured, a new object; NULL when out of memory. */
json_t *calibration_to_json(const struct calibration *);

/* One of the file's "designs", as calibration_to_json() wrote it. The file outlives it; release it
 * with calibration_close(). -EINVAL with a sentence. */
int calibration_load(struct calibration *, const json_t *file, const json_t *design, char *problem);

/* Draws FOLDER/charts/calibration-*.svg and .png: what is found against the time of a comparison.
 * As charts_draw(). */
int calibration_draw(const struct calibration *, size_t count, const json_t *manifest,
                     const char *folder, char *problem);

/* What the last calibration of this very machine and kernel found, for the manifest of a run; JSON
 * null when there is none. A new reference. */
json_t *calibration_recall(const json_t *manifest);

#endif
