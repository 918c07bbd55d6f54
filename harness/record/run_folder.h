/* A result folder: run.json, which is small and replaced as a whole, and trials.jsonl, to which
 * each round is added.
 *
 * After a kill at any moment every round that was added is there. A last line that was cut off is
 * left out and counted. Nothing here follows a symbolic link that stands in the folder. */
#ifndef HARNESS_RECORD_RUN_FOLDER_H
#define HARNESS_RECORD_RUN_FOLDER_H

#include "harness/record/run.h"

struct run_folder {
    /* The caller's. */
    const char *path;
    /* Of trials.jsonl. */
    int trials_fd;
    uint64_t trials_bytes, trials_lines;
    /* Lines that no sync has taken yet, while they are added. */
    char *pending;
    size_t pending_bytes, pending_room;
};

/* Makes the folder, with its parents, or takes an empty one, with an empty trials.jsonl in it.
 * -EEXIST: it has content. Other -errno: it cannot be made or written to. `problem` says which. */
int run_folder_create(struct run_folder *, const char *path, char *problem);
void run_folder_close(struct run_folder *);

/* Puts a line for the trial behind those that wait. 0 or -ENOMEM. */
int run_folder_add(struct run_folder *, const struct run *, const struct trial *);
/* Forgets the lines that wait: of a round that was not finished. */
void run_folder_drop(struct run_folder *);
/* Writes the lines that wait to the end of trials.jsonl, to disk, and then takes them into the
 * tables of the run, so that what is in memory is what a reader would get. On -errno the lines
 * still wait, and what was written of them is taken back. */
int run_folder_sync(struct run_folder *, struct run *, char *problem);

/* Replaces run.json. `summaries` is an array for the run's cells, NULL: nothing is computed yet. On
 * -errno the file that was there before is untouched. */
int run_folder_save(struct run_folder *, const struct run *, const struct cell_summary *summaries,
                    char *problem);

/* When the folder takes no more: writes the run, and the lines that wait, to a new folder under
 * $TMPDIR, /tmp or the current one, whichever takes it. 0 and a sentence in `where` (PROBLEM_BYTES)
 * that says where; -errno of the last try, and why. */
int run_folder_rescue(struct run_folder *, const struct run *, const struct cell_summary *summaries,
                      char *where);

/* Reads the run in a folder. `run` is empty before, and to be freed in any case. -errno and a
 * sentence: which file, line and column, or which field is not as results/schema.json has it. What
 * can be computed again is not read. */
int run_folder_load(struct run *, const char *path, char *problem);

#define RUN_FILE_NAME "run.json"
#define TRIALS_FILE_NAME "trials.jsonl"

/* Ten times what a run of 100 cells with 20 subjects has. */
#define RUN_FILE_BYTES_MAX (128u << 20)
/* No more of trials.jsonl than this is read, or written. */
#define TRIALS_FILE_BYTES_MAX (UINT64_C(512) << 20)

#endif
