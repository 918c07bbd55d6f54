/* A line of trials.jsonl that is wrong: a sentence that names the field or the column, never a
 * crash. */
#include "harness/record/trial_text.h"

#include "harness/base/problem.h"
#include "tests/harness/record/made_run.h"

#include <errno.h>
#include <jansson.h>
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

/* In memory of exactly its size; the text is as it was afterwards. */
static int read_line(const char *text, char *problem)
{
    char *copy = strdup(text);
    int r = trial_from_text(&loaded, &run, copy, strlen(text), problem);
    assert_string_equal(copy, text);
    free(copy);
    return r;
}

static void expect_refused(const char *text, const char *sentence)
{
    char problem[PROBLEM_BYTES] = "";
    int r = read_line(text, problem);
    if (r != -EINVAL || strncmp(problem, sentence, strlen(sentence)) != 0)
        fail_msg("%d: \"%s\" instead of \"%s\"", r, problem, sentence);
}

static void a_field_that_is_missing_or_there_twice_is_named(void **state)
{
    (void)state;
    static const char *const names[] = {"run",      "kind",        "cell",     "subject",
                                        "round",    "order",       "attempt",  "start_ns",
                                        "valid",    "why_invalid", "metrics",  "histograms",
                                        "counters", "usage",       "generator"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char sentence[PROBLEM_BYTES], *text;
        json_t *object = json_loads(line, 0, NULL);
        char *value =
            json_dumps(json_object_get(object, names[i]), JSON_DECODE_ANY | JSON_ENCODE_ANY);
        char *twice = malloc(strlen(line) + strlen(value) + 40);
        sprintf(twice, "{\"%s\":%s,%s", names[i], value, line + 1);
        snprintf(sentence, sizeof sentence, "%s: expected each field once", names[i]);
        expect_refused(twice, sentence);
        json_object_del(object, names[i]);
        text = json_dumps(object, JSON_COMPACT);
        snprintf(sentence, sizeof sentence, "%s: expected a value, because every trial has one",
                 names[i]);
        expect_refused(text, sentence);
        free(text);
        free(twice);
        free(value);
        json_decref(object);
    }
}

/* The value at "a" or "a.b" or "a.b.c". */
static void expect_refused_with(const char *path, const char *value, const char *sentence)
{
    char parts[128], *next = parts, *name;
    json_t *object = json_loads(line, 0, NULL), *owner = object;
    snprintf(parts, sizeof parts, "%s", path);
    for (name = strsep(&next, "."); next != NULL; name = strsep(&next, "."))
        owner = json_object_get(owner, name);
    json_t *new = json_loads(value, JSON_DECODE_ANY, NULL);
    assert_int_equal(json_object_set_new(owner, name, new), 0);
    char *text = json_dumps(object, JSON_COMPACT);
    expect_refused(text, sentence);
    free(text);
    json_decref(object);
}

#define LONG_100                                                                                   \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
    "xxxxxxxx"

static void a_value_that_is_wrong_is_named_with_its_field(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"run", "5", "run: expected a string, not a number"},
        {"run", "\"20260101-000000-0001\"", "run: expected the run of this folder, because this"},
        {"kind", "\"other\"", "kind: expected measured, counting, headroom or twin"},
        {"cell", "2", "cell: expected the number of a cell that run.json has"},
        {"cell", "-1", "cell: expected a whole number, not a negative number"},
        {"subject", "\"kqueue\"", "subject: expected a subject that run.json has"},
        {"subject", "null", "subject: expected a string, not null"},
        {"round", "\"one\"", "round: expected a whole number, not a string"},
        {"round", "100000", "round: expected a round that a run can have"},
        {"order", "[]", "order: expected a whole number, not an array"},
        {"order", "4294967296", "order: expected a smaller number"},
        {"attempt", "3", "attempt: expected 0, 1 or 2"},
        {"start_ns", "true", "start_ns: expected a whole number, not true or false"},
        {"elapsed_ns", "-1", "elapsed_ns: expected a whole number, not a negative number"},
        {"cpu", "2147483648", "cpu: expected a smaller number"},
        {"cpu", "-1", "cpu: expected a whole number, not a negative number"},
        {"valid", "null", "valid: expected true or false, not null"},
        {"why_invalid", "7", "why_invalid: expected a string, not a number"},
        {"why_invalid", "null", "why_invalid: expected a sentence, not nothing"},
        {"why_invalid", "\"\"", "why_invalid: expected a sentence, not nothing"},
        {"metrics", "null", "metrics: expected an object, not null"},
        {"metrics.accepts_per_s", "-1",
         "metrics.accepts_per_s: expected a number from 0 up, not a negative number"},
        {"metrics.accepts_per_s", "\"3\"", "metrics.accepts_per_s: expected a number from 0 up"},
        {"metrics." LONG_100, "1", "metrics.xxx"},
        {"samples.accepts_per_s", "[1,-1]", "samples.accepts_per_s: expected a number from 0 up"},
        {"samples.accepts_per_s", "1", "samples.accepts_per_s: expected an array, not a number"},
        {"samples.other", "[1]", "samples.other: expected samples of one metric"},
        {"counters.waits", "-1", "counters.waits: expected a number from 0 up"},
        {"usage.wall_ns", "{}", "usage.wall_ns: expected a number from 0 up, not an object"},
        {"histograms.a", "null", "histograms.a: expected an object, not null"},
        {"histograms.connect_latency_ns.unit", "\"us\"",
         "histograms.connect_latency_ns: expected the unit ns and the layout log-linear-64"},
        {"histograms.connect_latency_ns.layout", "\"log-linear-32\"",
         "histograms.connect_latency_ns: expected the unit ns and the layout log-linear-64"},
        {"histograms.connect_latency_ns.count", "41",
         "histograms.connect_latency_ns: expected count, sum, min, max, under, over and buckets "},
        {"histograms.connect_latency_ns.buckets", "\"500:1,x\"",
         "histograms.connect_latency_ns: expected buckets as"},
        {"histograms.connect_latency_ns.buckets", "[[500,1]]",
         "histograms.connect_latency_ns: expected a string, not an array"},
        {"histograms.connect_latency_ns.more", "1",
         "histograms.connect_latency_ns: expected no other fields"},
        {"generator", "7", "generator: expected an object, not a number"},
        {"generator.bound", "1", "generator.bound: expected true or false, not a number"},
        {"generator.late_ns_p99", "-2", "generator.late_ns_p99: expected a number from 0 up"},
        {"generator.why_bound", "null", "generator.why_bound: expected a string, not null"},
        {"generator.source_addresses", "4294967296",
         "generator.source_addresses: expected a smaller number"},
        {"generator.errors.other", "-1", "generator.errors: expected a whole number"},
        {"generator.plan", "[]", "generator.plan: expected an object, not an array"},
        {"generator.plan.arrivals", "\"\"", "generator.plan: expected a whole number"},
        {"granted", "\"PPOLL\"", "granted: expected an array, not a string"},
        {"granted", "[1]", "granted: expected a string, not a number"},
        {"syscalls_unavailable", "1", "syscalls_unavailable: expected a string"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused_with(cases[i][0], cases[i][1], cases[i][2]);
}

static void a_histogram_is_in_a_line_once_with_all_its_fields(void **state)
{
    (void)state;
    static const char *const fields[] = {"unit", "layout", "count", "sum",    "min",
                                         "max",  "under",  "over",  "buckets"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        json_t *object = json_loads(line, 0, NULL);
        json_object_del(
            json_object_get(json_object_get(object, "histograms"), "connect_latency_ns"),
            fields[i]);
        char *text = json_dumps(object, JSON_COMPACT);
        expect_refused(text, "histograms.connect_latency_ns: expected count, sum, min, max");
        free(text);
        json_decref(object);
    }
}

static char *replaced(const char *what, const char *with)
{
    const char *at = strstr(line, what);
    assert_non_null(at);
    char *text = malloc(strlen(line) + strlen(with) + 1);
    sprintf(text, "%.*s%s%s", (int)(at - line), line, with, at + strlen(what));
    return text;
}

/* Two of them hold the same name; what is numbered is no whole number. */
static void what_json_itself_allows_is_refused_where_it_makes_no_sense(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"\"waits\":", "\"waits\":1,\"waits\":",
         "counters.waits: expected one value for each name"},
        {"\"bound\":", "\"bound\":true,\"bound\":", "generator.bound: expected each field once"},
        {"\"sum\":", "\"sum\":1,\"sum\":",
         "histograms.connect_latency_ns: expected each field once"},
        {"\"response_latency_ns\":", "\"connect_latency_ns\":",
         "histograms.connect_latency_ns: expected one histogram of a name"},
        {"\"round\":99999", "\"round\":0.5", "column "},
        {"\"round\":99999", "\"round\":99999999999999999999", "column "},
        {"30000.25", "1e999", "column "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = replaced(cases[i][0], cases[i][1]);
        expect_refused(text, cases[i][2]);
        free(text);
    }
}

static void a_line_that_is_no_json_is_placed_by_its_column(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "column 1: '{' expected"},
        {"not JSON", "column 1: '{' expected"},
        {"[]", "column 1: '{' expected"},
        {"{\"\u00fc\":1,}", "column 8: a comma, and nothing after it"},
        {"{\"a\":1} {}", "column 9: the end of the line expected"},
        {"{\"round\":01}", "column 11: ',' or '}' expected"},
        {"{\"round\":0.5}", "column 10, in round: a whole number expected"},
        {"{\"metrics\":{\"a\":1e999}}", "column 17, in metrics.a: a number that is too large"},
        {"{\"why_invalid\":\"\\ud800\"}", "column 23, in why_invalid: half of a surrogate pair"},
        {"{\"run\":\"" LONG_100 "\"}", "column 8, in run: a text that is too long"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i][0], cases[i][1]);
}

static void no_more_of_anything_is_taken_than_there_is_room_for(void **state)
{
    (void)state;
    static const char *const names[] = {"metrics", "histograms"};
    for (size_t i = 0; i < 2; i++) {
        json_t *object = json_loads(line, 0, NULL), *owner = json_object_get(object, names[i]);
        json_t *one = json_incref(json_object_iter_value(json_object_iter(owner)));
        char sentence[PROBLEM_BYTES], name[16];
        for (unsigned k = 0; k < FIGURES_MAX; k++) {
            snprintf(name, sizeof name, "more%u", k);
            json_object_set(owner, name, one);
        }
        char *text = json_dumps(object, JSON_COMPACT);
        snprintf(sentence, sizeof sentence, "%s.more%u: expected fewer and shorter names", names[i],
                 i == 0 ? FIGURES_MAX - 2 : OUTCOME_HISTOGRAMS_MAX - 2);
        expect_refused(text, sentence);
        free(text);
        json_decref(one);
        json_decref(object);
    }
    json_t *many = json_array();
    for (unsigned i = 0; i <= OUTCOME_SAMPLES_MAX; i++)
        json_array_append_new(many, json_integer(i));
    char *text = json_dumps(many, JSON_COMPACT);
    expect_refused_with("samples.accepts_per_s", text,
                        "samples.accepts_per_s: expected fewer samples");
    free(text);
    json_decref(many);
}

static void any_damage_is_refused_with_a_sentence_or_does_no_harm(void **state)
{
    (void)state;
    static const char marks[] = "{}[]\",:\\0-9.eE;ntf\x80\xff";
    struct random random;
    unsigned refused = 0;
    random_seed(&random, 11);
    for (unsigned i = 0; i < 20000; i++) {
        char problem[PROBLEM_BYTES] = "", *text = strdup(line);
        size_t length = strlen(text), at = random_below(&random, (uint32_t)length);
        if (i % 4 == 0)
            text[at] = '\0';
        else
            text[at] = marks[random_below(&random, sizeof marks - 1)];
        int r = read_line(text, problem);
        refused += r < 0;
        assert_true(r == 0 || (r == -EINVAL && problem[0] != '\0'));
        free(text);
    }
    assert_true(refused > 10000 && refused < 20000);
}

int main(void)
{
#define WITH_LINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_LINE(a_field_that_is_missing_or_there_twice_is_named),
        WITH_LINE(a_value_that_is_wrong_is_named_with_its_field),
        WITH_LINE(a_histogram_is_in_a_line_once_with_all_its_fields),
        WITH_LINE(what_json_itself_allows_is_refused_where_it_makes_no_sense),
        WITH_LINE(a_line_that_is_no_json_is_placed_by_its_column),
        WITH_LINE(no_more_of_anything_is_taken_than_there_is_room_for),
        WITH_LINE(any_damage_is_refused_with_a_sentence_or_does_no_harm),
    };
    return cmocka_run_group_tests_name("trial_damage", tests, NULL, NULL);
}
