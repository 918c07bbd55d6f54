/* The baseline against itself: in the tables, in run.json, and over all runs of a machine. */
#include "harness/base/file_save.h"
#include "harness/base/problem.h"
#include "harness/record/calibration_file.h"
#include "harness/record/machine.h"
#include "harness/record/run_folder.h"
#include "harness/record/twin_ledger.h"
#include "tests/harness/record/made_folder.h"
#include "tests/harness/record/made_run.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { CELLS = 2 };

static char problem[PROBLEM_BYTES];
static struct cell_summary summaries[CELLS];
static struct twin_ledger ledger;
/* Of the ledger, below the folder of the test. */
static char file[128];

static int open_folder(void **state)
{
    char mark[MACHINE_MARK_BYTES];
    int r = made_folder_open(state);
    struct made_folder *made = *state;
    memset(summaries, 0, sizeof summaries);
    snprintf(file, sizeof file, CALIBRATION_FOLDER "/twins-%s.jsonl",
             machine_mark(&made->run.manifest, mark));
    return r == 0 ? chdir(made->path) : r;
}

static int close_folder(void **state)
{
    return chdir("/") == 0 ? made_folder_close(state) : -1;
}

/* As the analysis has it. */
static struct verdict_pair twin_of(enum verdict_word word)
{
    return (struct verdict_pair){
        .subject = MADE_EPOLL,
        .baseline = MADE_EPOLL,
        .compared = word != VERDICT_INVALID,
        .bounded = word != VERDICT_INVALID,
        .tested = word != VERDICT_INVALID,
        .ratio = 1.01,
        .low = 0.9,
        .high = 1.1,
        .p_adjusted = 0.5,
        .n = 12,
        .word = word,
    };
}

static void set_twins(enum verdict_word first, enum verdict_word second)
{
    const enum verdict_word words[CELLS] = {first, second};
    for (size_t i = 0; i < CELLS; i++) {
        summaries[i].has_twin = true;
        summaries[i].twin = twin_of(words[i]);
    }
}

static void add_run(struct made_folder *made, const char *id, enum verdict_word first,
                    enum verdict_word second)
{
    assert_int_equal(text_set(&made->run.id, id), 0);
    set_twins(first, second);
    if (twin_ledger_add(&made->run, summaries, problem) < 0)
        fail_msg("%s", problem);
}

static void recall(struct made_folder *made)
{
    if (twin_ledger_recall(&ledger, &made->run.manifest, problem) < 0)
        fail_msg("%s", problem);
}

static void append(const char *text)
{
    FILE *stream = fopen(file, "a");
    assert_non_null(stream);
    fputs(text, stream);
    assert_int_equal(fclose(stream), 0);
}

/* ---- trials ---- */

/* Or else a table, a chart or a median would take the twin for its subject. */
static void a_twin_is_in_a_table_of_its_own(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct trial trial = {0};
    struct random random;
    struct run loaded;
    made_folder_fill(made, &folder, 2, true);
    random_seed(&random, 2);
    size_t measured = made->run.cells[0].trials.count;
    for (uint64_t round = 0; round < 2; round++) {
        made_trial(&trial, &random, 0, MADE_EPOLL, round);
        trial.kind = TRIAL_TWIN;
        assert_int_equal(run_folder_add(&folder, &made->run, &trial), 0);
    }
    assert_int_equal(run_folder_sync(&folder, &made->run, problem), 0);
    assert_int_equal(made->run.cells[0].trials.count, measured);
    assert_int_equal(made->run.cells[0].twins.count, 2);
    assert_int_equal(made->run.cells[1].twins.count, 0);
    assert_int_equal(made_folder_load(made, &loaded, problem), 0);
    assert_same_run(&made->run, &loaded);
    run_free(&loaded);
    run_folder_close(&folder);
    trial_free(&trial);
}

static void twins_of_two_subjects_in_one_cell_are_refused(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct trial trial = {0};
    struct random random;
    made_folder_fill(made, &folder, 1, false);
    random_seed(&random, 3);
    for (size_t subject = MADE_SELECT; subject <= MADE_EPOLL; subject++) {
        made_trial(&trial, &random, 0, subject, 1);
        trial.kind = TRIAL_TWIN;
        assert_int_equal(run_folder_add(&folder, &made->run, &trial), 0);
    }
    assert_int_equal(run_folder_sync(&folder, &made->run, problem), -EINVAL);
    assert_says(problem, "subject: expected select, whose twin this cell has");
    run_folder_close(&folder);
    trial_free(&trial);
}

static void a_round_has_one_valid_twin_at_most(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct trial trial = {0};
    struct random random;
    made_folder_fill(made, &folder, 1, false);
    random_seed(&random, 4);
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        made_trial(&trial, &random, 0, MADE_EPOLL, 0);
        trial.kind = TRIAL_TWIN;
        trial.attempt = attempt;
        assert_int_equal(run_folder_add(&folder, &made->run, &trial), 0);
    }
    assert_int_equal(run_folder_sync(&folder, &made->run, problem), 0);
    run_folder_close(&folder);
    trial_free(&trial);
    made_folder_expect_refused(made, "trials.jsonl", "has a valid trial in round 0 already");
}

/* ---- run.json ---- */

static void what_is_said_of_a_twin_is_written_and_not_read(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct run loaded;
    size_t length;
    made_folder_fill(made, &folder, 1, false);
    set_twins(VERDICT_INCONCLUSIVE, VERDICT_INVALID);
    summaries[1].twin.n = 0;
    assert_int_equal(run_folder_save(&folder, &made->run, summaries, problem), 0);
    run_folder_close(&folder);
    char *text = file_text(made->run_file, &length);
    assert_says(text, "\"subject\":\"epoll\",\"n\":12,\"ratio\":1.01,\"ci_low\":0.9,"
                      "\"ci_high\":1.1,\"p_adjusted\":0.5,\"verdict\":\"INCONCLUSIVE\"}");
    assert_says(text, "\"n\":0,\"ratio\":null,\"ci_low\":null,\"ci_high\":null,"
                      "\"p_adjusted\":null,\"verdict\":\"INVALID\"}");
    free(text);
    assert_int_equal(made_folder_load(made, &loaded, problem), 0);
    run_free(&loaded);
}

static void a_probe_comes_back(void **state)
{
    struct made_folder *made = *state;
    struct run_folder folder;
    struct run loaded;
    made_folder_fill(made, &folder, 1, false);
    assert_int_equal(named_values_add_real(&made->run.probe, "", "seconds", 0.5) |
                         named_values_add_text(&made->run.probe, "", "rate_against", "floor:x") |
                         named_values_add_integer(&made->run.probe, "", "ratios", 11),
                     0);
    assert_int_equal(run_folder_save(&folder, &made->run, NULL, problem), 0);
    run_folder_close(&folder);
    assert_int_equal(made_folder_load(made, &loaded, problem), 0);
    assert_true(named_values_equal(&loaded.probe, &made->run.probe));
    run_free(&loaded);
}

/* ---- the ledger ---- */

static void the_ledger_counts_runs_twins_and_those_that_were_named(void **state)
{
    struct made_folder *made = *state;
    char sentence[TWIN_LEDGER_SENTENCE_BYTES];
    recall(made);
    assert_int_equal(ledger.runs, 0);
    assert_string_equal(twin_ledger_sentence(&ledger, sentence), "");
    add_run(made, "one", VERDICT_INCONCLUSIVE, VERDICT_EQUIVALENT);
    add_run(made, "two", VERDICT_FASTER, VERDICT_SLOWER);
    add_run(made, "three", VERDICT_INVALID, VERDICT_SLOWER);
    add_run(made, "four", VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    recall(made);
    assert_int_equal(ledger.runs, 4);
    assert_int_equal(ledger.runs_named, 2);
    assert_int_equal(ledger.twins, 7);
    assert_int_equal(ledger.twins_named, 3);
    assert_int_equal(ledger.refused, 0);
    assert_says(twin_ledger_sentence(&ledger, sentence), "2 of 4 runs");
    assert_says(sentence, "50 % [");
}

static void a_run_counts_once_however_often_it_is_there(void **state)
{
    struct made_folder *made = *state;
    add_run(made, "one", VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    add_run(made, "other", VERDICT_FASTER, VERDICT_INCONCLUSIVE);
    add_run(made, "one", VERDICT_FASTER, VERDICT_FASTER);
    recall(made);
    assert_int_equal(ledger.runs, 2);
    assert_int_equal(ledger.runs_named, 1);
    assert_int_equal(ledger.twins_named, 1);
}

static void a_run_without_a_twin_that_can_be_judged_adds_nothing(void **state)
{
    struct made_folder *made = *state;
    add_run(made, "one", VERDICT_INVALID, VERDICT_INVALID);
    memset(summaries, 0, sizeof summaries);
    assert_int_equal(twin_ledger_add(&made->run, summaries, problem), 0);
    assert_int_not_equal(access(file, F_OK), 0);
}

static void lines_that_are_damaged_or_foreign_are_refused_in_words_and_the_rest_counts(void **state)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"{\"schema\":1,\"machine\":\"MARK\",\"run\":\"x\",\"twins\":3,\"na", "damaged or cut off"},
        {"[]", "no JSON object"},
        {"{\"schema\":2,\"machine\":\"MARK\",\"run\":\"x\",\"twins\":3,\"named\":0}",
         "schema: expected 1"},
        {"{\"schema\":1,\"machine\":\"0123456789abcdef\",\"run\":\"x\",\"twins\":3,\"named\":0}",
         "machine: this is of another machine"},
        {"{\"schema\":1,\"machine\":\"MARK\",\"run\":\"x\",\"twins\":3,\"named\":4}",
         "named: more than there are twins"},
        {"{\"schema\":1,\"machine\":\"MARK\",\"run\":\"x\",\"twins\":0,\"named\":0}",
         "twins: expected at least 1"},
        {"{\"schema\":1,\"machine\":\"MARK\",\"run\":\"\",\"twins\":3,\"named\":0}",
         "run: expected the id"},
        {"{\"schema\":1,\"machine\":\"MARK\",\"run\":\"x\",\"twins\":-3,\"named\":0}", "twins: "},
    };
    struct made_folder *made = *state;
    char mark[MACHINE_MARK_BYTES], line[256];
    machine_mark(&made->run.manifest, mark);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        unlink(file);
        add_run(made, "first", VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
        const char *place = strstr(bad[i].text, "MARK");
        if (place == NULL)
            snprintf(line, sizeof line, "%s", bad[i].text);
        else
            snprintf(line, sizeof line, "%.*s%s%s", (int)(place - bad[i].text), bad[i].text, mark,
                     place + 4);
        append(line);
        /* Behind a line that was cut off the next begins on its own. */
        add_run(made, "last", VERDICT_INCONCLUSIVE, VERDICT_FASTER);
        recall(made);
        assert_int_equal(ledger.runs, 2);
        assert_int_equal(ledger.runs_named, 1);
        assert_int_equal(ledger.refused, 1);
        assert_says(ledger.refusal, "line 2: ");
        assert_says(ledger.refusal, bad[i].words);
        assert_says(ledger.refusal, "it does not count");
    }
}

static void another_machine_has_another_file(void **state)
{
    struct made_folder *made = *state;
    const struct value other = {.kind = VALUE_TEXT, .text = "Linux 0.0.1"};
    char mark[MACHINE_MARK_BYTES], before[MACHINE_MARK_BYTES];
    add_run(made, "one", VERDICT_FASTER, VERDICT_FASTER);
    machine_mark(&made->run.manifest, before);
    assert_int_equal(named_values_set(&made->run.manifest, "", "kernel", &other), 0);
    assert_string_not_equal(machine_mark(&made->run.manifest, mark), before);
    recall(made);
    assert_int_equal(ledger.runs, 0);
}

/* The order of files in a folder of the system is no property of the machine. */
static void a_machine_is_known_in_any_order_of_its_fields(void **state)
{
    char mark[2][MACHINE_MARK_BYTES];
    struct named_values one = {0}, other = {0};
    (void)state;
    assert_int_equal(named_values_add_text(&one, "", "kernel", "a") |
                         named_values_add_text(&one, "mitigations", "mds", "no") |
                         named_values_add_text(&one, "mitigations", "tsx", "yes") |
                         named_values_add_text(&other, "mitigations", "tsx", "yes") |
                         named_values_add_text(&other, "mitigations", "mds", "no") |
                         named_values_add_text(&other, "", "kernel", "a"),
                     0);
    assert_true(machine_is_same(&one, &other));
    assert_string_equal(machine_mark(&one, mark[0]), machine_mark(&other, mark[1]));
    named_values_free(&one);
    named_values_free(&other);
}

static void a_file_that_cannot_be_written_or_read_is_said_and_no_more(void **state)
{
    struct made_folder *made = *state;
    file_put("results", "", 0); /* no folder can be made there */
    set_twins(VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    assert_true(twin_ledger_add(&made->run, summaries, problem) < 0);
    assert_says(problem, "is not kept");
    assert_says(problem, "results/calibration/twins-");
    assert_int_equal(unlink("results"), 0);
    assert_int_equal(file_make_folder(file), 0);
    assert_true(twin_ledger_recall(&ledger, &made->run.manifest, problem) < 0);
    assert_says(problem, "cannot be read");
    assert_int_equal(ledger.runs, 0);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_twin_is_in_a_table_of_its_own),
        WITH_FOLDER(twins_of_two_subjects_in_one_cell_are_refused),
        WITH_FOLDER(a_round_has_one_valid_twin_at_most),
        WITH_FOLDER(what_is_said_of_a_twin_is_written_and_not_read),
        WITH_FOLDER(a_probe_comes_back),
        WITH_FOLDER(the_ledger_counts_runs_twins_and_those_that_were_named),
        WITH_FOLDER(a_run_counts_once_however_often_it_is_there),
        WITH_FOLDER(a_run_without_a_twin_that_can_be_judged_adds_nothing),
        WITH_FOLDER(lines_that_are_damaged_or_foreign_are_refused_in_words_and_the_rest_counts),
        WITH_FOLDER(another_machine_has_another_file),
        cmocka_unit_test(a_machine_is_known_in_any_order_of_its_fields),
        WITH_FOLDER(a_file_that_cannot_be_written_or_read_is_said_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
