#include "tests/harness/record/made_folder.h"

#include "tests/harness/record/made_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

int made_folder_open(void **state)
{
    struct made_folder *made = calloc(1, sizeof *made);
    if (made == NULL)
        return -1;
    snprintf(made->path, sizeof made->path, "/tmp/pollbench-test-XXXXXX");
    *state = made;
    if (mkdtemp(made->path) == NULL)
        return -1;
    snprintf(made->run_file, sizeof made->run_file, "%s/run.json", made->path);
    snprintf(made->trials_file, sizeof made->trials_file, "%s/trials.jsonl", made->path);
    made_run_open(&made->run, 2);
    return 0;
}

int made_folder_close(void **state)
{
    struct made_folder *made = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", made->path);
    int r = system(command);
    run_free(&made->run);
    free(made);
    return r;
}

void made_folder_add_round(struct made_folder *made, struct run_folder *folder, uint64_t round,
                           bool histograms)
{
    struct trial trial = {0};
    struct random random;
    random_seed(&random, 17 + round);
    for (size_t cell = 0; cell < made->run.cell_count; cell++) {
        for (size_t subject = 0; subject < MADE_SUBJECTS; subject++) {
            made_trial(&trial, &random, cell, subject, round);
            trial.outcome.histogram_count = histograms ? trial.outcome.histogram_count : 0;
            assert_int_equal(run_folder_add(folder, &made->run, &trial), 0);
        }
    }
    trial_free(&trial);
}

void made_folder_fill(struct made_folder *made, struct run_folder *folder, uint64_t rounds,
                      bool histograms)
{
    char problem[PROBLEM_BYTES];
    assert_int_equal(run_folder_create(folder, made->path, problem), 0);
    assert_int_equal(run_folder_save(folder, &made->run, NULL, problem), 0);
    for (uint64_t round = 0; round < rounds; round++) {
        made_folder_add_round(made, folder, round, histograms);
        assert_int_equal(run_folder_sync(folder, &made->run, problem), 0);
    }
}

int made_folder_load(const struct made_folder *made, struct run *run, char *problem)
{
    problem[0] = '\0';
    return run_folder_load(run, made->path, problem);
}

void made_folder_expect_refused(const struct made_folder *made, const char *words, const char *more)
{
    char problem[PROBLEM_BYTES];
    struct run run;
    int r = made_folder_load(made, &run, problem);
    run_free(&run);
    if (r >= 0)
        fail_msg("accepted, where \"%s\" was expected", words);
    assert_says(problem, made->path);
    assert_says(problem, words);
    assert_says(problem, more);
}

char *file_text(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &status), 0);
    char *text = malloc((size_t)status.st_size + 1);
    assert_non_null(text);
    *length = fread(text, 1, (size_t)status.st_size, file);
    text[*length] = '\0';
    fclose(file);
    return text;
}

void file_put(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

bool shell_says_yes(const char *folder, const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, "cd '%s' && { %s; }", folder, command);
    return system(line) == 0;
}
