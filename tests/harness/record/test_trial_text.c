/* A trial as a line of trials.jsonl: all of it comes back. What is wrong:
 * test_trial_damage.c. */
#include "harness/record/trial_text.h"

#include "harness/base/problem.h"
#include "tests/harness/record/made_run.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct run run;
static struct trial whole, loaded;
/* That of `whole`. */
static char *line;

static int set_up(void **state)
{
    (void)state;
    made_run_open(&run, 2);
    made_whole_trial(&whole);
    line = trial_to_text(&whole, &run);
    return line == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    free(line);
    trial_free(&whole);
    trial_free(&loaded);
    run_free(&run);
    return 0;
}

/* ---- whole ---- */

/* In memory of exactly its size; the text is as it was afterwards. */
static int read_line(const char *text, char *problem)
{
    char *copy = strdup(text);
    int r = trial_from_text(&loaded, &run, copy, strlen(text), problem);
    assert_string_equal(copy, text);
    free(copy);
    return r;
}

static void read_well(const char *text)
{
    char problem[PROBLEM_BYTES];
    if (read_line(text, problem) < 0)
        fail_msg("%s", problem);
}

static void assert_same_figures(const struct figures *left, const struct figures *right)
{
    assert_int_equal(left->count, right->count);
    for (size_t i = 0; i < left->count; i++) {
        double value;
        assert_true(figures_get(right, left->list[i].name, &value));
        assert_true(value == left->list[i].value);
    }
}

static void assert_same_generator(const struct generator_report *left,
                                  const struct generator_report *right)
{
    assert_true(left->cpu_utilisation == right->cpu_utilisation);
    assert_true(left->late_p99_ns == right->late_p99_ns);
    assert_int_equal(left->bound, right->bound);
    assert_string_equal(left->why_bound, right->why_bound);
    assert_int_equal(left->pinned, right->pinned);
    assert_int_equal(left->connections, right->connections);
    assert_int_equal(left->source_addresses, right->source_addresses);
    assert_int_equal(left->error_count, right->error_count);
    for (size_t i = 0; i < left->error_count; i++) {
        assert_string_equal(left->errors[i].name, right->errors[i].name);
        assert_int_equal(left->errors[i].count, right->errors[i].count);
    }
    assert_int_equal(left->has_plan, right->has_plan);
    assert_true(left->late_share == right->late_share && left->cpu_wait == right->cpu_wait);
    assert_memory_equal(&left->plan, &right->plan, sizeof left->plan);
}

static void assert_same_outcome(const struct outcome *left, const struct outcome *right)
{
    assert_same_figures(&left->metrics, &right->metrics);
    assert_same_figures(&left->counters, &right->counters);
    assert_same_figures(&left->usage, &right->usage);
    assert_string_equal(left->sampled_metric, right->sampled_metric);
    assert_int_equal(left->sample_count, right->sample_count);
    assert_memory_equal(left->samples, right->samples, left->sample_count * sizeof *left->samples);
    assert_int_equal(left->histogram_count, right->histogram_count);
    for (size_t i = 0; i < left->histogram_count; i++) {
        const struct histogram *other = outcome_histogram(right, left->histograms[i].name);
        assert_non_null(other);
        assert_memory_equal(left->histograms[i].histogram, other, sizeof *other);
    }
    assert_int_equal(left->has_generator, right->has_generator);
    if (left->has_generator)
        assert_same_generator(&left->generator, &right->generator);
    assert_int_equal(left->granted, right->granted);
    assert_string_equal(left->syscalls_unavailable, right->syscalls_unavailable);
}

static void assert_same_trial(const struct trial *left, const struct trial *right)
{
    assert_int_equal(left->kind, right->kind);
    assert_int_equal(left->cell, right->cell);
    assert_int_equal(left->subject, right->subject);
    assert_int_equal(left->round, right->round);
    assert_int_equal(left->order, right->order);
    assert_int_equal(left->attempt, right->attempt);
    assert_int_equal(left->start_ns, right->start_ns);
    assert_int_equal(left->elapsed_ns, right->elapsed_ns);
    assert_int_equal(left->cpu, right->cpu);
    assert_int_equal(left->valid, right->valid);
    assert_string_equal(left->why_invalid, right->why_invalid);
    assert_int_equal(left->has_outcome, right->has_outcome);
    assert_same_outcome(&left->outcome, &right->outcome);
}

static void every_field_of_a_trial_comes_back(void **state)
{
    (void)state;
    read_well(line);
    assert_same_trial(&whole, &loaded);
    char *again = trial_to_text(&loaded, &run);
    assert_string_equal(again, line);
    free(again);
}

static void a_trial_that_failed_keeps_nothing_of_the_one_that_was_read_before(void **state)
{
    (void)state;
    struct trial failed = {.cpu = -1, .subject = MADE_EPOLL, .why_invalid = "it crashed"};
    char *text = trial_to_text(&failed, &run);
    read_well(line);
    read_well(text);
    assert_same_trial(&failed, &loaded);
    free(text);
}

static void what_was_not_known_is_not_known_again(void **state)
{
    (void)state;
    struct generator_report *report = &whole.outcome.generator;
    report->cpu_utilisation = report->late_p99_ns = NAN;
    report->bound = report->has_plan = false;
    int r = figures_set(&whole.outcome.usage, "migrations", NAN);
    assert_int_equal(r, 0);
    char *text = trial_to_text(&whole, &run);
    double value;
    read_well(text);
    assert_true(isnan(loaded.outcome.generator.cpu_utilisation));
    assert_true(isnan(loaded.outcome.generator.late_p99_ns));
    assert_false(figures_get(&loaded.outcome.usage, "migrations", &value));
    assert_true(figures_get(&loaded.outcome.usage, "wall_ns", &value));
    free(text);
}

static void an_outcome_comes_back_and_knows_no_run(void **state)
{
    (void)state;
    char problem[PROBLEM_BYTES], *text = outcome_to_text(&whole.outcome);
    struct outcome outcome = {0};
    assert_null(strstr(text, run.id));
    assert_int_equal(outcome_from_text(&outcome, text, strlen(text), problem), 0);
    assert_same_outcome(&whole.outcome, &outcome);
    /* A whole line has all of an outcome. */
    assert_int_equal(outcome_from_text(&outcome, line, strlen(line), problem), 0);
    assert_same_outcome(&whole.outcome, &outcome);
    char none[] = "{\"metrics\":{}}";
    assert_int_equal(outcome_from_text(&outcome, none, strlen(none), problem), -EINVAL);
    assert_string_equal(problem, "histograms: expected a value, because every trial has one");
    outcome_free(&outcome);
    free(text);
}

/* Objects have no order, and a reader may meet fields of a newer pollbench. */
static void the_order_of_fields_does_not_matter_nor_do_unknown_ones(void **state)
{
    (void)state;
    const char *names[32], *name;
    size_t count = 0;
    json_t *object = json_loads(line, 0, NULL), *turned = json_object(), *value;
    assert_int_equal(json_object_set_new(object, "new", json_pack("[{s:[n]}]", "a")), 0);
    assert_int_equal(json_object_set_new(json_object_get(object, "generator"), "new", json_true()),
                     0);
    json_object_foreach(object, name, value) names[count++] = name;
    while (count-- > 0)
        json_object_set(turned, names[count], json_object_get(object, names[count]));
    char *text = json_dumps(turned, JSON_INDENT(1));
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '\n' ? ' ' : *c;
    read_well(text);
    assert_same_trial(&whole, &loaded);
    free(text);
    json_decref(turned);
    json_decref(object);
}

static void a_proof_of_headroom_may_be_against_a_subject_that_the_run_does_not_have(void **state)
{
    (void)state;
    char problem[PROBLEM_BYTES];
    whole.kind = TRIAL_HEADROOM;
    whole.subject_name = "floor:other";
    char *text = trial_to_text(&whole, &run);
    read_well(text);
    assert_int_equal(loaded.kind, TRIAL_HEADROOM);
    assert_int_equal(loaded.subject, SUBJECT_NONE);
    free(text);
    /* The subject first. */
    read_well("{\"subject\":\"floor:other\",\"kind\":\"headroom\",\"run\":\"20260101-000000-0000\","
              "\"cell\":0,\"round\":0,\"order\":0,\"attempt\":0,\"start_ns\":0,\"valid\":true,"
              "\"why_invalid\":null,\"metrics\":{},\"histograms\":{},\"counters\":{},\"usage\":{},"
              "\"generator\":null}");
    whole.kind = TRIAL_MEASURED;
    text = trial_to_text(&whole, &run);
    assert_int_equal(read_line(text, problem), -EINVAL);
    assert_string_equal(problem, "subject: expected a subject that run.json has");
    free(text);
}

int main(void)
{
#define WITH_LINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_LINE(every_field_of_a_trial_comes_back),
        WITH_LINE(a_trial_that_failed_keeps_nothing_of_the_one_that_was_read_before),
        WITH_LINE(what_was_not_known_is_not_known_again),
        WITH_LINE(an_outcome_comes_back_and_knows_no_run),
        WITH_LINE(the_order_of_fields_does_not_matter_nor_do_unknown_ones),
        WITH_LINE(a_proof_of_headroom_may_be_against_a_subject_that_the_run_does_not_have),
    };
    return cmocka_run_group_tests_name("trial_text", tests, NULL, NULL);
}
