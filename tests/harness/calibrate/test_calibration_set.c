/* calibration.json: what was written is read again, and what is wrong in it is named. */
#include "harness/calibrate/calibration.h"

#include "harness/base/file_save.h"
#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { COMPARISONS = 2, ROUNDS = 12 };

static struct calibration_set set, again;
static char folder[] = "/tmp/test_calibration_set.XXXXXX";
static char problem[PROBLEM_BYTES];

static void add(const char *name, const char *mode, size_t lengths, unsigned finished)
{
    struct calibration *calibration = &set.list[set.count++];
    const struct calibration_design *design = calibration_designs;
    while (strcmp(design->name, name) != 0)
        design++;
    *calibration = (struct calibration){
        .design = design,
        .rounds = ROUNDS,
        .comparisons = COMPARISONS,
        .finished = finished,
        .subject = subject_find("poll"),
        .lengths = lengths,
        .trial_s = {0.125, 0.25, 0.5},
        .comparison_s = 3.75,
        .invalid = 4,
        .values = calloc(COMPARISONS * ROUNDS * CALIBRATION_VARIANTS * CALIBRATION_LENGTHS,
                         sizeof(double)),
    };
    struct cell *cell = &calibration->cell;
    cell->workload = workload_find(lengths > 1 ? "accept" : "pool");
    cell->mode = workload_mode(cell->workload, mode);
    calibration->metric = workload_main_metric(cell->workload, cell->mode);
    assert_int_equal(named_values_add_integer(&cell->params, "", "queue", 100), 0);
    assert_int_equal(named_values_add_real(&cell->params, "", "load", 1.5), 0);
    for (unsigned i = 0; i < COMPARISONS * ROUNDS * CALIBRATION_VARIANTS * CALIBRATION_LENGTHS; i++)
        calibration->values[i] = 1000 + i % 17 + 40 * (i / CALIBRATION_LENGTHS % 3);
    *calibration_value(calibration, 1, 3, CALIBRATION_B, lengths - 1) = NAN;
}

static int set_up(void **state)
{
    (void)state;
    set = again = (struct calibration_set){0};
    set.seed = 77;
    set.subject_cpu = 1;
    set.generator_cpu = -1;
    set.command = calloc(2, sizeof *set.command);
    set.command[set.command_count++] = strdup("pollbench");
    set.command[set.command_count++] = strdup("calibrate");
    assert_int_equal(named_values_add_text(&set.manifest, "", "kernel", "Linux 6.1.0"), 0);
    assert_int_equal(named_values_add_integer(&set.manifest, "limits", "nofile_soft", 1024), 0);
    add("accept-drain", "drain", CALIBRATION_LENGTHS, COMPARISONS);
    add("pool-saturate", "saturate", 1, COMPARISONS);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    calibration_set_free(&set);
    calibration_set_free(&again);
    return 0;
}

static void save(void)
{
    assert_int_equal(calibration_set_save(&set, folder, problem), 0);
}

static void expect_equal(const struct calibration *left, const struct calibration *right)
{
    assert_ptr_equal(left->design, right->design);
    assert_ptr_equal(left->subject, right->subject);
    assert_ptr_equal(left->metric, right->metric);
    assert_true(cell_equal(&left->cell, &right->cell));
    assert_int_equal(left->rounds, right->rounds);
    assert_int_equal(left->finished, right->finished);
    assert_int_equal(left->lengths, right->lengths);
    assert_true(left->invalid == right->invalid);
    assert_true(left->finished == 0 || left->comparison_s == right->comparison_s);
    for (size_t length = 0; length < left->lengths; length++) {
        assert_true(left->trial_s[length] == right->trial_s[length]);
        for (unsigned i = 0; i < left->finished * ROUNDS * CALIBRATION_VARIANTS; i++) {
            double one = left->values[i * CALIBRATION_LENGTHS + length];
            double other = right->values[i * CALIBRATION_LENGTHS + length];
            assert_true(one == other || (isnan(one) && isnan(other)));
        }
    }
}

static void what_was_written_is_read_again(void **state)
{
    (void)state;
    save();
    assert_int_equal(calibration_set_load(&again, folder, problem), 0);
    assert_int_equal(again.count, 2);
    assert_true(again.seed == 77);
    assert_int_equal(again.subject_cpu, 1);
    assert_int_equal(again.generator_cpu, -1);
    assert_int_equal(again.command_count, 2);
    assert_string_equal(again.command[1], "calibrate");
    assert_true(named_values_equal(&set.manifest, &again.manifest));
    expect_equal(&set.list[0], &again.list[0]);
    expect_equal(&set.list[1], &again.list[1]);
}

static void one_that_was_interrupted_at_once_is_read_again(void **state)
{
    (void)state;
    set.list[0].finished = set.list[1].finished = 0;
    save();
    assert_int_equal(calibration_set_load(&again, folder, problem), 0);
    expect_equal(&set.list[0], &again.list[0]);
    expect_equal(&set.list[1], &again.list[1]);
}

/* ---- what is wrong ---- */

static json_t *load(void)
{
    char path[64];
    snprintf(path, sizeof path, "%s/" CALIBRATION_FILE, folder);
    json_t *file = json_load_file(path, 0, NULL);
    assert_non_null(file);
    return file;
}

static void refused(const json_t *file, const char *place)
{
    char *text = json_dumps(file, 0), begin[160];
    assert_int_equal(file_save(folder, CALIBRATION_FILE, text, strlen(text)), 0);
    free(text);
    snprintf(begin, sizeof begin, "%s/" CALIBRATION_FILE ": %s: ", folder, place);
    assert_int_equal(calibration_set_load(&again, folder, problem), -EINVAL);
    if (strstr(problem, begin) != problem)
        fail_msg("\"%s\" does not begin with \"%s\"", problem, begin);
    calibration_set_free(&again);
}

/* Each field of an object in its turn is left out, and is true. `at`: where the object is. */
static void refuse_each(const json_t *whole, json_t *(*object)(json_t *), const char *at,
                        const char *const *names)
{
    for (; *names != NULL; names++) {
        char place[128];
        json_t *file = json_deep_copy(whole);
        snprintf(place, sizeof place, "%s%s", at, *names);
        json_object_del(object(file), *names);
        refused(file, place);
        json_object_set_new(object(file), *names, json_true());
        refused(file, place);
        json_decref(file);
    }
}

static json_t *the_file(json_t *file)
{
    return file;
}

static json_t *second_design(json_t *file)
{
    return json_array_get(json_object_get(file, "designs"), 1);
}

static json_t *third_series(json_t *file)
{
    return json_array_get(json_object_get(second_design(file), "series"), 2);
}

static json_t *third_result(json_t *file)
{
    return json_array_get(json_object_get(file, "results"), 2);
}

static void every_field_that_is_wrong_is_named(void **state)
{
    (void)state;
    static const char *const of_file[] = {"schema",   "command", "seed",    "placement",
                                          "manifest", "results", "designs", NULL};
    static const char *const of_design[] = {"name",   "workload", "mode",   "subject",
                                            "metric", "planted",  "rounds", "invalid_trials",
                                            "params", "series",   NULL};
    static const char *const of_series[] = {"trial_s", "values", NULL};
    static const char *const of_result[] = {"workload", "seconds_per_comparison", "share", NULL};
    save();
    json_t *whole = load();
    refuse_each(whole, the_file, "", of_file);
    refuse_each(whole, second_design, "designs[1].", of_design);
    refuse_each(whole, third_series, "designs[1].series[2].", of_series);
    refuse_each(whole, third_result, "results[2].", of_result);
    json_decref(whole);
}

static void refused_with(json_t *(*object)(json_t *), const char *name, json_t *value,
                         const char *place)
{
    save();
    json_t *file = load();
    json_object_set_new(object(file), name, value);
    refused(file, place);
    json_decref(file);
}

static void what_cannot_be_is_named(void **state)
{
    (void)state;
    refused_with(the_file, "schema", json_integer(1), "schema");
    refused_with(the_file, "designs", json_array(), "designs");
    refused_with(the_file, "command", json_pack("[s, i]", "pollbench", 1), "command");
    refused_with(second_design, "name", json_string("accept-fast"), "designs[1].name");
    refused_with(second_design, "planted", json_real(0.5), "designs[1].name");
    refused_with(second_design, "workload", json_string("x"), "designs[1].name");
    refused_with(second_design, "mode", json_string("x"), "designs[1].name");
    refused_with(second_design, "metric", json_string("x"), "designs[1].name");
    refused_with(second_design, "subject", json_string("x"), "designs[1].name");
    refused_with(second_design, "rounds", json_integer(0), "designs[1].rounds");
    refused_with(second_design, "rounds", json_integer(ROUNDS + 1), "designs[1].series[0].values");
    refused_with(second_design, "params", json_pack("{s:[]}", "queue"), "designs[1].params.queue");
    refused_with(second_design, "params", json_object(), "results");
    refused_with(second_design, "series", json_array(), "designs[1].series");
    refused_with(third_series, "trial_s", json_integer(0), "designs[1].series[2].trial_s");
    refused_with(third_series, "values", json_array(), "designs[1].series[2].values");
    refused_with(third_series, "values", json_pack("[[], []]"), "designs[1].series[2].values");
    refused_with(third_result, "share", json_integer(2), "results[2].share");
}

static void a_file_that_is_no_json_is_refused_with_its_line(void **state)
{
    (void)state;
    assert_int_equal(file_save(folder, CALIBRATION_FILE, "{\n\"a\": }", 8), 0);
    assert_int_equal(calibration_set_load(&again, folder, problem), -EINVAL);
    assert_non_null(strstr(problem, CALIBRATION_FILE ", line 2: "));
    assert_int_equal(calibration_set_load(&again, "/nowhere", problem), -EINVAL);
    assert_non_null(strstr(problem, "/nowhere/" CALIBRATION_FILE));
}

/* ---- the one of the repository ---- */

static double number(const json_t *result, const char *figure)
{
    return json_number_value(json_object_get(result, figure));
}

/* Its rounds, judged again, say what was written when it was measured. */
static void the_reference_is_judged_as_it_was(void **state)
{
    (void)state;
    char text[1 << 16];
    json_error_t error;
    FILE *out = tmpfile();
    assert_non_null(out);
    assert_int_equal(calibration_set_load(&again, REFERENCE_CALIBRATION, problem), 0);
    assert_int_equal(calibration_set_print(&again, out), 0);
    rewind(out);
    size_t length = fread(text, 1, sizeof text - 1, out);
    fclose(out);
    json_t *printed = json_loadb(text, length, 0, &error);
    json_t *file = json_load_file(REFERENCE_CALIBRATION "/" CALIBRATION_FILE, 0, &error);
    const json_t *ours = json_object_get(printed, "results"),
                 *theirs = json_object_get(file, "results");
    assert_int_equal(json_array_size(ours), 8);
    assert_int_equal(json_array_size(theirs), 8);
    for (size_t i = 0; i < 8; i++) {
        const json_t *one = json_array_get(ours, i), *other = json_array_get(theirs, i);
        static const char *const figures[] = {"planted", "comparisons", "named", "wrong"};
        assert_true(number(one, "comparisons") > 0);
        for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++)
            assert_true(number(one, figures[k]) == number(other, figures[k]));
    }
    json_decref(printed);
    json_decref(file);
}

/* ---- all ---- */

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    char path[64];
    (void)state;
    snprintf(path, sizeof path, "%s/" CALIBRATION_FILE, folder);
    unlink(path);
    return rmdir(folder);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_again),
        TEST(one_that_was_interrupted_at_once_is_read_again),
        TEST(every_field_that_is_wrong_is_named),
        TEST(what_cannot_be_is_named),
        TEST(a_file_that_is_no_json_is_refused_with_its_line),
        TEST(the_reference_is_judged_as_it_was),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
