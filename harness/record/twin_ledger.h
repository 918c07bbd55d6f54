/* How often this machine gave two that do not differ a name: what the twins of all its runs say.
 *
 * One small file for each machine and kernel, beside the calibration; each run that came to its end
 * adds a line. A run is known by its id, and counts once however often it is there. A line that is
 * not understood, or of another machine, is refused with a sentence and counts for nothing. */
#ifndef HARNESS_RECORD_TWIN_LEDGER_H
#define HARNESS_RECORD_TWIN_LEDGER_H

#include "harness/base/problem.h"
#include "harness/record/run.h"
#include "harness/record/summary.h"

#include <stddef.h>
#include <stdint.h>

/* Room for its sentence. */
enum { TWIN_LEDGER_SENTENCE_BYTES = 256 };

struct twin_ledger {
    /* Runs whose twins could be judged, and of those the ones that named a twin FASTER or SLOWER:
     * each a false verdict. */
    uint64_t runs, runs_named;
    /* The same of single twins. */
    uint64_t twins, twins_named;
    /* Lines that do not count, and what is wrong with the first of them; "" without. */
    uint64_t refused;
    char refusal[PROBLEM_BYTES];
};

/* The twins of one run: how many could be judged, and how many of those were named. */
void twin_ledger_count(const struct run *, const struct cell_summary *summaries, uint64_t *twins,
                       uint64_t *named);

/* Adds the run's line. 0, also for a run without a twin that could be judged, which has none. On
 * -errno nothing was added that counts, and `problem` is a sentence. */
int twin_ledger_add(const struct run *, const struct cell_summary *summaries, char *problem);

/* What the file of the machine with this manifest says; all zeros when there is none. -ENOMEM, or
 * -errno with a sentence when it cannot be read. */
int twin_ledger_recall(struct twin_ledger *, const struct named_values *manifest, char *problem);

/* "On this machine 1 of 240 runs named a subject FASTER or SLOWER than itself: 0.42 % [0.0021,
 * 3.1]."; "" with no runs. Returns `text`, of TWIN_LEDGER_SENTENCE_BYTES. */
char *twin_ledger_sentence(const struct twin_ledger *, char *text);

/* For a presentation of the run: what its own twins say, and those of all runs of its machine; also
 * that its ledger cannot be read, or has lines that do not count. "" with neither. Returns `text`,
 * of TWIN_WORDS_BYTES. */
enum { TWIN_WORDS_BYTES = 2 * TWIN_LEDGER_SENTENCE_BYTES + PROBLEM_BYTES };
char *twin_words(const struct run *, const struct cell_summary *summaries, char *text);

#endif
