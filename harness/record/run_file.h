/* run.json: written whole after every round, so that a run that is killed keeps its finished
 * rounds; read with every mistake placed. */
#ifndef HARNESS_RECORD_RUN_FILE_H
#define HARNESS_RECORD_RUN_FILE_H

#include <jansson.h>

/* Makes the folder, with its parents, or takes an empty one. -EEXIST: it has content. Other -errno:
 * it cannot be made or written to. `problem` (PROBLEM_BYTES) says which. */
int run_file_create(const char *folder, char *problem);

/* Writes folder/run.json under a temporary name, to disk (fsync), and renames it. On -errno the
 * file that was there before is untouched and the temporary one is gone. -EFBIG: a limit of file
 * sizes, or more than the 512 MiB that run_file_load() reads. */
int run_file_save(const char *folder, const json_t *run, char *problem);

/* When the result folder takes no more: writes the run to a new folder under $TMPDIR, /tmp or the
 * current one, whichever takes it. Where a limit of file sizes (ulimit -f) is in the way, in
 * numbered parts. 0 and a sentence in `where` (PROBLEM_BYTES) that says where it is; -errno of the
 * last try, and why. */
int run_file_rescue(const json_t *run, char *where);

/* The run in a folder, a new object; NULL: `problem` names file, line and column, or the field that
 * is not as results/schema.json has it. Its trials are those of trials.h; what summary_compute()
 * computes is not there until it has. A file of more than 512 MiB is refused. */
json_t *run_file_load(const char *folder, char *problem);

#endif
