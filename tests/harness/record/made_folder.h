/* A result folder for one test. */
#ifndef TESTS_HARNESS_RECORD_MADE_FOLDER_H
#define TESTS_HARNESS_RECORD_MADE_FOLDER_H

#include "harness/record/run_folder.h"

#include <stddef.h>

struct made_folder {
    char path[64], run_file[96], trials_file[96];
    /* made_run_open() with two cells. */
    struct run run;
};

/* For cmocka: *state becomes a struct made_folder, whose folder is there and empty. */
int made_folder_open(void **state);
int made_folder_close(void **state);

/* Creates trials.jsonl with so many rounds of every cell and subject, and run.json. The lines are
 * short when they have no histogram. */
void made_folder_fill(struct made_folder *, struct run_folder *, uint64_t rounds, bool histograms);
/* Adds the lines of one round. */
void made_folder_add_round(struct made_folder *, struct run_folder *, uint64_t round,
                           bool histograms);

/* 0, or -errno and what run_folder_load() says. The run is to be freed. */
int made_folder_load(const struct made_folder *, struct run *, char *problem);
/* Fails unless it is refused with all of these words, of which the first is a file or field. */
void made_folder_expect_refused(const struct made_folder *, const char *words, const char *more);

/* A whole file; free() the text. */
char *file_text(const char *path, size_t *length);
void file_put(const char *path, const char *text, size_t length);
/* What a shell says to the command in the folder: true for exit status 0. */
bool shell_says_yes(const char *folder, const char *command);

#endif
