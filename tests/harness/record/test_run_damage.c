/* A run.json that is wrong: a sentence that names the place, never a crash, and never much memory.
 */
#include "harness/stats/random.h"
#include "harness/analysis/summary.h"
#include "harness/contract/workload.h"
#include "tests/harness/record/made_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Takes the run, or the text. */
static void expect_problem(json_t *run, const char *text, const char *const *words)
{
    char problem[PROBLEM_BYTES], *written = run != NULL ? json_dumps(run, 0) : strdup(text);
    json_t *loaded = made_run_read(written, strlen(written), problem);
    if (loaded != NULL)
        fail_msg("accepted, where \"%s\" was expected", words[0]);
    for (; *words != NULL; words++) {
        if (strstr(problem, *words) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", problem, *words);
    }
    assert_non_null(strstr(problem, "r/run.json"));
    free(written);
    json_decref(run);
}
#define SAYS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- what is wrong ---- */

static json_t *changed(size_t trial, const char *object, const char *name, json_t *value)
{
    json_t *run = made_run(1, 2), *owner = made_trial(run, trial);
    if (object != NULL)
        owner = json_object_get(owner, object);
    json_object_set_new(owner, name, value);
    return run;
}

static void a_trial_that_is_no_trial_is_named_with_its_field(void **state)
{
    (void)state;
    expect_problem(changed(3, NULL, "round", json_string("one")), NULL,
                   SAYS("cells[0].trials[3].round: expected a whole number, not a string"));
    expect_problem(changed(2, "metrics", "accepts_per_s", json_real(-1)), NULL,
                   SAYS("cells[0].trials[2].metrics.accepts_per_s: expected a number from 0 up, "
                        "not a negative number"));
    expect_problem(changed(3, NULL, "round", json_integer(100000)), NULL,
                   SAYS("cells[0].trials[3].round: a run has no more than 100000 rounds"));
    expect_problem(changed(2, "counters", "waits", json_integer(-1)), NULL,
                   SAYS("cells[0].trials[2].counters.waits"));
    expect_problem(
        changed(4, "metrics", "ns_per_fire", json_real(1)), NULL,
        SAYS("cells[0].trials[4].metrics.ns_per_fire: no metric of accept in mode steady"));
    expect_problem(changed(1, NULL, "subject", json_string("kqueue")), NULL,
                   SAYS("cells[0].trials[1].subject: \"kqueue\" is not among the run's subjects"));
    expect_problem(changed(0, NULL, "metrics", json_null()), NULL,
                   SAYS("cells[0].trials[0].metrics: expected an object, not null"));
    json_t *run = made_run(2, 3);
    json_array_append(json_object_get(made_cell(run, 1), "trials"),
                      json_array_get(json_object_get(made_cell(run, 1), "trials"), 4));
    expect_problem(run, NULL,
                   SAYS("cells[1].trials[9]: ", " has a valid trial in round 1 already"));
}

static void a_histogram_that_cannot_be_merged_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *field, *text, *expected;
    } cases[] = {
        {"layout", "log-linear-32", "the unit or layout is another"},
        {"unit", "us", "the unit or layout is another"},
        {"buckets", "500:1,x", ".buckets: expected \"first:count,count;first:count\""},
        {"buckets", "500:1", "do not tell of the same values"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *run = made_run(1, 2);
        json_t *histograms = json_object_get(made_trial(run, 1), "histograms");
        json_object_set_new(json_object_get(histograms, "connect_latency_ns"), cases[i].field,
                            json_string(cases[i].text));
        expect_problem(run, NULL,
                       SAYS("cells[0].trials[1].histograms.connect_latency_ns", cases[i].expected));
    }
    json_t *run = made_run(1, 1);
    json_t *histograms = json_object_get(made_trial(run, 1), "histograms");
    json_object_set_new(json_object_get(histograms, "connect_latency_ns"), "buckets",
                        json_pack("[[i, i]]", 500, 300));
    expect_problem(run, NULL, SAYS("connect_latency_ns.buckets: expected a string, not an array"));
    run = changed(0, "histograms", "response_latency_ns", json_null());
    expect_problem(run, NULL, SAYS("response_latency_ns: expected an object"));
}

static void json_that_is_wrong_is_placed_by_line_and_column(void **state)
{
    (void)state;
#define HEAD                                                                                       \
    "{\"schema\": 1, \"subjects\": [],\n \"cells\": [\n  {\"workload\": \"accept\", \"mode\": "    \
    "\"drain\","                                                                                   \
    " \"params\": {},\n   \"trials\": "
    static const struct {
        const char *text, *place, *what;
    } cases[] = {
        {HEAD "[{\"a\": NaN}", "line 4, column 23", "NaN"},
        {HEAD "[{\"\u00fc\": 1, \"metrics\":\n {\"x\": 1e999", "line 5, column 12", "overflow"},
        {HEAD "[1, 2", "cells[0].trials[0]", "expected an object"},
        {HEAD "5}] \"id\"", "cells[0].trials", "expected an array"},
        {HEAD "[", "line 4, column 15", "a value or ']' expected; the file ends here"},
        {HEAD "[],}]}", "line 4, column 17", "nothing after it"},
        {HEAD "[], \"trials\": []}]}", "line 4, column 27", "second field"},
        {HEAD "[], x: []}]}", "line 4, column 18", "in quotes"},
        {HEAD "[], \"x\" []}]}", "line 4, column 22", "':'"},
        {HEAD "[], \"\u00fc\": 1 x", "line 4, column 25", "',' or '}' expected"},
        {HEAD "[]}, 7]}", "line 4, column 19", "a cell expected"},
        {"{\"schema\": 1} {}", "line 1, column 15", "end of file"},
        {"\n\n", "line 3, column 1", "the file ends here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_problem(NULL, cases[i].text, SAYS(cases[i].place, cases[i].what));
}

static void another_version_is_told_before_all_else(void **state)
{
    (void)state;
    static const char *const says[] = {"version 2", "version 1", NULL};
    json_t *run = changed(0, NULL, "round", json_string("one")), *turned;
    json_object_set_new(run, "schema", json_integer(2));
    turned = made_run_turned_round(run);
    expect_problem(run, NULL, says);
    expect_problem(turned, NULL, says);
    expect_problem(NULL, "{\"cells\": [{\"trials\": 7}], \"schema\": 2, \"subjects\": 3", says);
}

/* ---- files that are too large ---- */

static void a_value_that_never_ends_is_refused_before_it_fills_memory(void **state)
{
    (void)state;
    enum { BYTES = 3 << 20 };
    char *text = malloc(BYTES + 1);
    int begin = sprintf(text, "{\"schema\": 1,\n\"id\": \"");
    memset(text + begin, 'x', (size_t)(BYTES - begin));
    text[BYTES] = '\0';
    expect_problem(NULL, text, SAYS("line 2, column 7", "more than 1 MiB"));
    memset(text + begin - 1, '[', (size_t)(BYTES - begin));
    expect_problem(NULL, text, SAYS("line 2", "depth"));
    free(text);
}

/* ---- damage by chance ---- */

static void damage(struct random *random, char *bytes, size_t *length)
{
    static const char marks[] = "{}[]\",:\\0-9.eE;ntf\x80\xff\n";
    for (uint32_t times = 1 + random_below(random, 3); times > 0; times--) {
        size_t at = random_below(random, (uint32_t)*length), count;
        switch (random_below(random, 4)) {
        case 0:
            bytes[at] = (char)random_below(random, 256);
            break;
        case 1:
            bytes[at] = marks[random_below(random, sizeof marks)];
            break;
        case 2: /* a piece is lost */
            count = random_below(random, 40) + 1;
            count = count < *length - at ? count : *length - at;
            memmove(bytes + at, bytes + at + count, *length - at - count);
            *length -= *length > count ? count : 0;
            break;
        default: /* a piece is there instead of another */
            count = *length - at < 30 ? *length - at : 30;
            memmove(bytes + random_below(random, (uint32_t)(*length - count + 1)), bytes + at,
                    count);
        }
    }
}

/* Most damage is found; what is not must be a run that can be summarised. */
static void any_damage_is_refused_with_a_sentence_or_does_no_harm(void **state)
{
    (void)state;
    enum { TIMES = 800 };
    json_t *run = made_run(2, 2);
    char problem[PROBLEM_BYTES], *text = json_dumps(run, 0), *copy = strdup(text);
    struct random random;
    unsigned refused = 0;
    random_seed(&random, 11);
    for (unsigned i = 0; i < TIMES; i++) {
        size_t length = strlen(text);
        memcpy(copy, text, length);
        damage(&random, copy, &length);
        json_t *loaded = made_run_read(copy, length, problem);
        refused += loaded == NULL;
        if (loaded == NULL && problem[0] == '\0')
            fail_msg("no reason: %.*s", (int)length, copy);
        if (loaded != NULL)
            summary_compute(loaded, 50);
        json_decref(loaded);
    }
    print_message("%u of %d were refused\n", refused, TIMES);
    assert_true(refused > TIMES / 2 && refused < TIMES);
    free(copy);
    free(text);
    json_decref(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_that_is_no_trial_is_named_with_its_field),
        cmocka_unit_test(a_histogram_that_cannot_be_merged_is_named),
        cmocka_unit_test(json_that_is_wrong_is_placed_by_line_and_column),
        cmocka_unit_test(another_version_is_told_before_all_else),
        cmocka_unit_test(a_value_that_never_ends_is_refused_before_it_fills_memory),
        cmocka_unit_test(any_damage_is_refused_with_a_sentence_or_does_no_harm),
    };
    return cmocka_run_group_tests_name("run_damage", tests, NULL, NULL);
}
