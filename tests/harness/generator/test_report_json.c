/* What the generator's report is on the wire and in a file, and what is refused as one. */
#include "harness/generator/report_json.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct generator_report report, other;
static char problem[PROBLEM_BYTES];

static void write_and_read(void)
{
    json_t *json = generator_report_to_json(&report);
    assert_non_null(json);
    assert_int_equal(generator_report_from_json(&other, json, problem), 0);
    json_decref(json);
}

static void expect_the_same(void)
{
    assert_int_equal(isnan(other.cpu_utilisation), isnan(report.cpu_utilisation));
    assert_true(isnan(report.cpu_utilisation) || other.cpu_utilisation == report.cpu_utilisation);
    assert_int_equal(isnan(other.late_p99_ns), isnan(report.late_p99_ns));
    assert_true(isnan(report.late_p99_ns) || other.late_p99_ns == report.late_p99_ns);
    assert_int_equal(other.bound, report.bound);
    assert_string_equal(other.why_bound, report.why_bound);
    assert_int_equal(other.pinned, report.pinned);
    assert_int_equal(other.connections, report.connections);
    assert_int_equal(other.source_addresses, report.source_addresses);
    assert_int_equal(other.error_count, report.error_count);
    for (size_t i = 0; i < report.error_count; i++) {
        assert_string_equal(other.errors[i].name, report.errors[i].name);
        assert_int_equal(other.errors[i].count, report.errors[i].count);
    }
    assert_int_equal(other.has_plan, report.has_plan);
    assert_true(other.late_share == report.late_share && other.cpu_wait == report.cpu_wait);
    assert_memory_equal(&other.plan, &report.plan, sizeof report.plan);
}

static void a_report_of_an_open_loop_survives_json(void **state)
{
    (void)state;
    report = (struct generator_report){
        .cpu_utilisation = 0.25,
        .late_p99_ns = 12345,
        .bound = true,
        .why_bound = "it was \"late\"",
        .pinned = true,
        .connections = UINT64_C(1) << 40,
        .source_addresses = 16,
        .errors = {{"ECONNRESET", 3}, {"other", 1}},
        .error_count = 2,
        .has_plan = true,
        .late_share = 0.5,
        .cpu_wait = 0.125,
        .plan = {1.5, 7, 100, 90, 4, 3, 3, 20},
    };
    write_and_read();
    expect_the_same();
}

static void what_is_not_known_survives_json(void **state)
{
    (void)state;
    report = (struct generator_report){.cpu_utilisation = NAN, .late_p99_ns = NAN};
    write_and_read();
    expect_the_same();
}

static void as_many_errors_as_there_is_room_for_survive_json(void **state)
{
    (void)state;
    report = (struct generator_report){.error_count = GENERATOR_ERRORS};
    for (size_t i = 0; i < GENERATOR_ERRORS; i++) {
        report.errors[i].count = i + 1;
        memset(report.errors[i].name, 'a' + (int)i, GENERATOR_ERROR_BYTES - 1);
    }
    write_and_read();
    expect_the_same();
}

#define HEAD "\"cpu_utilisation\":0.5,\"late_ns_p99\":null,\"bound\":false,\"connections\":1,"
#define TAIL "\"source_addresses\":1,\"pinned\":false"
#define PLAN(fields)                                                                               \
    "{" HEAD "\"errors\":{}," TAIL ",\"late_share\":0,\"cpu_wait\":0,\"plan\":" fields "}"
#define COUNTS "\"arrivals\":1,\"answered\":1,\"unanswered\":0,\"failed\":0,\"not_sent\":0"

static void json_that_is_no_report_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place;
    } cases[] = {
        {"[]", "expected an object"},
        {"{}", "cpu_utilisation: is missing"},
        {"{" HEAD TAIL "}", "errors: is missing"},
        {"{" HEAD "\"errors\":[]," TAIL "}", "errors: "},
        {"{" HEAD "\"errors\":{\"E\":0}," TAIL "}", "errors: "},
        {"{" HEAD "\"errors\":{\"E\":\"1\"}," TAIL "}", "errors: "},
        {"{" HEAD "\"errors\":{\"a name of an error that is far too long\":1}," TAIL "}",
         "errors: "},
        {"{" HEAD "\"errors\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,"
         "\"i\":1}," TAIL "}",
         "errors: "},
        {"{" HEAD "\"errors\":{}," TAIL ",\"more\":1}", "a field that is not known"},
        {"{" HEAD "\"errors\":{}," TAIL ",\"why_bound\":\"\"}", "why_bound: "},
        {"{\"cpu_utilisation\":-1,\"late_ns_p99\":null,\"bound\":false,\"connections\":1,"
         "\"errors\":{}," TAIL "}",
         "cpu_utilisation: "},
        {"{\"cpu_utilisation\":1,\"late_ns_p99\":\"1\",\"bound\":false,\"connections\":1,"
         "\"errors\":{}," TAIL "}",
         "late_ns_p99: "},
        {"{\"cpu_utilisation\":1,\"late_ns_p99\":1,\"bound\":0,\"connections\":1,"
         "\"errors\":{}," TAIL "}",
         "bound: "},
        {"{\"cpu_utilisation\":1,\"late_ns_p99\":1,\"bound\":true,\"connections\":1,"
         "\"errors\":{}," TAIL "}",
         "why_bound: is missing"},
        {"{\"cpu_utilisation\":1,\"late_ns_p99\":1,\"bound\":false,\"connections\":1.5,"
         "\"errors\":{}," TAIL "}",
         "connections: "},
        {PLAN("7"), "plan: expected an object"},
        {PLAN("{\"window_s\":1," COUNTS "}"), "plan.limited: is missing"},
        {PLAN("{\"window_s\":1," COUNTS ",\"limited\":-1}"), "plan.limited: expected"},
        {PLAN("{\"window_s\":1," COUNTS ",\"limited\":0,\"more\":0}"), "plan: has a field"},
        {PLAN("{\"window_s\":\"1\"," COUNTS ",\"limited\":0}"), "plan.window_s: expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *json = json_loads(cases[i].text, 0, NULL);
        assert_non_null(json);
        problem[0] = '\0';
        int r = generator_report_from_json(&report, json, problem);
        json_decref(json);
        if (r != -EINVAL || strstr(problem, cases[i].place) == NULL)
            fail_msg("%d, \"%s\" in place of \"%s\"", r, problem, cases[i].place);
    }
    assert_int_equal(generator_report_from_json(&report, NULL, problem), -EINVAL);
}

static void the_seed_of_a_plan_may_be_left_out(void **state)
{
    (void)state;
    json_t *json = json_loads(PLAN("{\"window_s\":1," COUNTS ",\"limited\":0}"), 0, NULL);
    assert_int_equal(generator_report_from_json(&report, json, problem), 0);
    assert_true(report.has_plan);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_of_an_open_loop_survives_json),
        cmocka_unit_test(what_is_not_known_survives_json),
        cmocka_unit_test(as_many_errors_as_there_is_room_for_survive_json),
        cmocka_unit_test(json_that_is_no_report_is_refused_with_its_place),
        cmocka_unit_test(the_seed_of_a_plan_may_be_left_out),
    };
    return cmocka_run_group_tests_name("report, JSON", tests, NULL, NULL);
}
