/* How far verdicts may be trusted on this machine, measured: a subject is compared with itself, and
 * with itself made slower by a known share, again and again, each time as two subjects of a run are
 * compared.
 *
 * Each round runs the subject three times, in random order: A, B (the same), and P, in which a
 * delay is planted (harness/workloads/region.h): the trial works on for a share of the time that it
 * took. B against A must not be named; P against A must be. Both rest on the same rounds, so a
 * comparison takes as long as its two subjects' trials. Each is looked at as a run looks at its
 * pairs (harness/stats/max_t.h): after how many of its rounds a run would have ended is part of
 * what is found. */
#ifndef HARNESS_CALIBRATE_CALIBRATION_H
#define HARNESS_CALIBRATE_CALIBRATION_H

#include "harness/contract/cell.h"
#include "harness/contract/workload.h"
#include "harness/record/calibration_file.h"
#include "harness/stats/effect.h"
#include "harness/stats/proportion.h"
#include "harness/stats/random.h"
#include "harness/stats/verdict.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Of the intervals of shares. */
#define CALIBRATION_CONFIDENCE 0.99

/* A false verdict may come in this share of comparisons. */
#define CALIBRATION_FALSE_LIMIT 0.01

/* Designs in a set. */
enum { CALIBRATIONS_MAX = 16 };

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
    /* Of `pollbench run`, that make the cell; ends with NULL. */
    const char *const *words;
    /* 0.05: 5 %. */
    double planted;
    double minimum_effect;
    unsigned rounds;
    /* Of one comparison. */
    double limit_s;
};

/* Ends with a NULL name. Several may have the same cell and name. */
extern const struct calibration_design calibration_designs[];

struct calibration {
    const struct calibration_design *design;
    /* Asked for. */
    unsigned rounds, comparisons;
    /* Comparisons. */
    unsigned finished;
    struct cell cell;
    const struct subject *subject;
    const struct metric *metric;
    /* That the cell knows. */
    size_t lengths;
    /* One trial, processes included; median. */
    double trial_s[CALIBRATION_LENGTHS];
    /* The trials of both subjects; mean. */
    double comparison_s;
    /* Trials that were repeated. */
    uint64_t invalid;
    /* [comparison][round][variant][length]; NAN: no valid trial. */
    double *values;
};

/* Where the value of one trial is. */
static inline double *calibration_value(const struct calibration *calibration, unsigned comparison,
                                        unsigned round, size_t variant, size_t length)
{
    size_t trial =
        ((size_t)comparison * calibration->rounds + round) * CALIBRATION_VARIANTS + variant;
    return &calibration->values[trial * CALIBRATION_LENGTHS + length];
}

/* Opens the cell, with the subject on it. -EINVAL, -ENODEV, -ENOMEM with a sentence. rounds: 0 for
 * the design's. Release with calibration_close() in every case. */
int calibration_open(struct calibration *, const struct calibration_design *,
                     const char *subject_name, unsigned comparisons, unsigned rounds,
                     char *problem);
void calibration_close(struct calibration *);

/* ---- measuring ---- */

struct calibration_bed {
    /* -1: anywhere. */
    int subject_cpu, generator_cpu;
    uint64_t seed;
    struct random random;
};

/* How long trials take, all lengths. About a second. -errno with a sentence; -EINTR. */
int calibration_time_trials(struct calibration *, struct calibration_bed *, char *problem);

/* One more comparison. -EINTR: a signal asked for the end, and there is none more. -errno with a
 * sentence. */
int calibration_compare(struct calibration *, struct calibration_bed *, char *problem);

/* ---- judging ---- */

/* What may change how a verdict is found, for the chart. */
enum calibration_method {
    /* As `run` judges: max_t.h and paired.h. */
    CALIBRATION_AS_RUN,
    /* The same, but each round of the one beside another round of the other. */
    CALIBRATION_UNPAIRED,
    /* The median of the log ratios and its bootstrap interval. */
    CALIBRATION_BOOTSTRAP,
};

/* The verdict on a variant against A, by the first `rounds` rounds of one comparison, and after how
 * many of them it was there. */
enum verdict_word calibration_judge(const struct calibration *, unsigned comparison,
                                    enum calibration_variant, size_t length, unsigned rounds,
                                    enum calibration_method, unsigned *decided_after);

/* Of all finished comparisons. For CALIBRATION_B: any name given; for CALIBRATION_PLANTED: SLOWER.
 * *wrong: named, and wrongly. */
struct proportion calibration_named(const struct calibration *, enum calibration_variant,
                                    size_t length, unsigned rounds, enum calibration_method,
                                    unsigned *wrong);

/* The same for several numbers of rounds, none above those of a comparison: one share for each. A
 * run is played once for all of them, and is found where it would have ended by then. 0 or -ENOMEM.
 */
int calibration_shares(const struct calibration *, enum calibration_variant, size_t length,
                       enum calibration_method, const unsigned *rounds, size_t count,
                       struct proportion *shares);

/* Rounds after which this share of all comparisons had found the planted delay; 0: so many never
 * did. */
unsigned calibration_rounds_to_find(const struct calibration *, double share);

/* The planted difference as measured by all rounds of all comparisons. */
int calibration_planted_ratio(const struct calibration *, struct effect *);

/* What later runs carry of CALIBRATION_B or of CALIBRATION_PLANTED. At least one comparison is
 * finished. 0 or -ENOMEM; release with calibration_result_free() in every case. */
int calibration_result(const struct calibration *, enum calibration_variant,
                       struct calibration_result *);

/* ---- the file ---- */

/* What calibration.json holds. */
struct calibration_set {
    char **command;
    size_t command_count;
    uint64_t seed;
    /* -1: anywhere. */
    int subject_cpu, generator_cpu;
    struct named_values manifest;
    struct calibration list[CALIBRATIONS_MAX];
    size_t count;
};

/* All zeros is an empty one. */
void calibration_set_free(struct calibration_set *);

/* Replaces FOLDER/calibration.json. -errno with a sentence. */
int calibration_set_save(const struct calibration_set *, const char *folder, char *problem);

/* Prints the same without the rounds. -ENOMEM, or -EIO: it cannot be written. */
int calibration_set_print(const struct calibration_set *, FILE *);

/* Reads FOLDER/calibration.json into an empty set. -errno with a sentence. Free it in every case.
 */
int calibration_set_load(struct calibration_set *, const char *folder, char *problem);

/* Draws FOLDER/charts/calibration-*.svg and .png: what is found against the time of a comparison.
 * -errno with a sentence. */
int calibration_set_draw(const struct calibration_set *, const char *folder, char *problem);

#endif
