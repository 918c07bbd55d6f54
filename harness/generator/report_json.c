#include "harness/generator/report_json.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- histogram ---- */

json_t *histogram_to_json(const struct histogram *histogram)
{
    bool empty = histogram->count == 0;
    uint64_t maximum_ns = histogram->maximum_ns > INT64_MAX ? INT64_MAX : histogram->maximum_ns;
    uint64_t minimum_ns = histogram->minimum_ns > maximum_ns ? maximum_ns : histogram->minimum_ns;
    char *buckets = histogram_buckets_to_text(histogram);
    json_t *json =
        buckets != NULL
            ? json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "unit", "ns", "layout",
                        HISTOGRAM_LAYOUT, "count", (json_int_t)histogram->count, "sum",
                        (json_int_t)histogram->sum_ns, "min", (json_int_t)(empty ? 0 : minimum_ns),
                        "max", (json_int_t)maximum_ns, "under", (json_int_t)histogram->under,
                        "over", (json_int_t)histogram->over, "buckets", buckets)
            : NULL;
    free(buckets);
    return json;
}

static int read_histogram(struct histogram *histogram, json_t *json)
{
    const char *unit, *layout, *buckets;
    json_int_t count, sum, minimum, maximum, under, over;
    if (json_unpack(json, "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s !}", "unit", &unit,
                    "layout", &layout, "count", &count, "sum", &sum, "min", &minimum, "max",
                    &maximum, "under", &under, "over", &over, "buckets", &buckets) != 0)
        return -EINVAL;
    if (strcmp(unit, "ns") != 0 || strcmp(layout, HISTOGRAM_LAYOUT) != 0)
        return -ENOTSUP;
    if (count < 0 || sum < 0 || minimum < 0 || maximum < 0 || under < 0 || over < 0)
        return -EINVAL;

    uint64_t in_buckets;
    if (!histogram_buckets_from_text(histogram, buckets, &in_buckets))
        return -EILSEQ;
    /* Each term is at most INT64_MAX: taken apart, so that no sum can wrap into a match. */
    uint64_t outside = (uint64_t)under + (uint64_t)over;
    if (outside > (uint64_t)count || in_buckets != (uint64_t)count - outside)
        return -EINVAL;
    histogram->count = (uint64_t)count;
    histogram->sum_ns = (uint64_t)sum;
    histogram->minimum_ns = (uint64_t)minimum;
    histogram->maximum_ns = (uint64_t)maximum;
    histogram->under = (uint64_t)under;
    histogram->over = (uint64_t)over;
    return histogram_is_consistent(histogram) ? 0 : -EINVAL;
}

int histogram_from_json(struct histogram *histogram, const json_t *json)
{
    histogram_reset(histogram);
    int r = read_histogram(histogram, (json_t *)json); /* takes no const, but only reads */
    if (r < 0 || histogram->count == 0)
        histogram_reset(histogram);
    return r;
}

/* ---- the report, written ---- */

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *whole_or_null(double value)
{
    return isfinite(value) ? json_integer((json_int_t)value) : json_null();
}

static json_t *errors_to_json(const struct generator_report *report)
{
    json_t *errors = json_object();
    int r = errors == NULL ? -1 : 0;
    for (size_t i = 0; i < report->error_count && r == 0; i++)
        r = json_object_set_new(errors, report->errors[i].name,
                                json_integer((json_int_t)report->errors[i].count));
    if (r == 0)
        return errors;
    json_decref(errors);
    return NULL;
}

static json_t *plan_to_json(const struct generator_plan *plan)
{
    return json_pack("{s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "window_s", plan->window_s, "seed",
                     (json_int_t)plan->seed, "arrivals", (json_int_t)plan->arrivals, "answered",
                     (json_int_t)plan->answered, "unanswered", (json_int_t)plan->unanswered,
                     "failed", (json_int_t)plan->failed, "not_sent", (json_int_t)plan->not_sent,
                     "limited", (json_int_t)plan->limited);
}

json_t *generator_report_to_json(const struct generator_report *report)
{
    json_t *json = json_object();
    int r = json_object_set_new(json, "cpu_utilisation", real_or_null(report->cpu_utilisation));
    r |= json_object_set_new(json, "late_ns_p99", whole_or_null(report->late_p99_ns));
    r |= json_object_set_new(json, "bound", json_boolean(report->bound));
    if (report->bound)
        r |= json_object_set_new(json, "why_bound", json_string(report->why_bound));
    r |= json_object_set_new(json, "connections", json_integer((json_int_t)report->connections));
    r |= json_object_set_new(json, "errors", errors_to_json(report));
    r |= json_object_set_new(json, "source_addresses", json_integer(report->source_addresses));
    r |= json_object_set_new(json, "pinned", json_boolean(report->pinned));
    if (report->has_plan) {
        r |= json_object_set_new(json, "late_share", json_real(report->late_share));
        r |= json_object_set_new(json, "plan", plan_to_json(&report->plan));
        r |= json_object_set_new(json, "cpu_wait", json_real(report->cpu_wait));
    }
    if (r == 0)
        return json;
    json_decref(json);
    return NULL;
}

/* ---- the report, read ---- */

/* An object under way: how many of its fields were known, and the first that was not as it should
 * be. */
struct reader {
    const json_t *object;
    /* Where it stands: "" or "plan". */
    const char *place;
    size_t taken;
    int r;
    char *problem;
};

static void say(struct reader *reader, const char *name, const char *what)
{
    if (reader->r == 0)
        reader->r = problem_say(reader->problem, -EINVAL, "%s%s%s: %s", reader->place,
                                reader->place[0] != '\0' ? "." : "", name, what);
}

/* NULL: there is none, and it was said where it has to be. */
static const json_t *take(struct reader *reader, const char *name, bool optional)
{
    const json_t *value = json_object_get(reader->object, name);
    if (value != NULL)
        reader->taken++;
    else if (!optional)
        say(reader, name, "is missing");
    return value;
}

static uint64_t take_whole(struct reader *reader, const char *name, bool optional, uint64_t maximum)
{
    const json_t *value = take(reader, name, optional);
    if (value == NULL)
        return 0;
    if (json_is_integer(value) && json_integer_value(value) >= 0 &&
        (uint64_t)json_integer_value(value) <= maximum)
        return (uint64_t)json_integer_value(value);
    say(reader, name, "expected a whole number of at least 0");
    return 0;
}

static double take_number(struct reader *reader, const char *name)
{
    const json_t *value = take(reader, name, false);
    if (value == NULL || (json_is_number(value) && json_number_value(value) >= 0))
        return json_number_value(value);
    say(reader, name, "expected a number of at least 0");
    return 0;
}

static double take_number_or_null(struct reader *reader, const char *name)
{
    if (!json_is_null(json_object_get(reader->object, name)))
        return take_number(reader, name);
    reader->taken++;
    return NAN;
}

static bool take_truth(struct reader *reader, const char *name)
{
    const json_t *value = take(reader, name, false);
    if (value != NULL && !json_is_boolean(value))
        say(reader, name, "expected true or false");
    return json_is_true(value);
}

static void end_fields(struct reader *reader)
{
    if (reader->taken != json_object_size(reader->object) && reader->r == 0)
        reader->r = problem_say(reader->problem, -EINVAL, "%s%shas a field that is not known",
                                reader->place, reader->place[0] != '\0' ? ": " : "");
}

static void read_why_bound(struct reader *reader, struct generator_report *report)
{
    const json_t *value = take(reader, "why_bound", !report->bound);
    size_t length = json_string_length(value);
    if (value == NULL)
        return;
    if (!json_is_string(value) || length == 0 || length >= sizeof report->why_bound)
        say(reader, "why_bound", "expected a sentence");
    else if (report->bound)
        memcpy(report->why_bound, json_string_value(value), length + 1);
}

static void read_errors(struct reader *reader, struct generator_report *report)
{
    const char *name;
    json_t *count, *errors = (json_t *)take(reader, "errors", false);
    if (errors == NULL)
        return;
    if (!json_is_object(errors) || json_object_size(errors) > GENERATOR_ERRORS) {
        say(reader, "errors", "expected an object of few counts");
        return;
    }
    json_object_foreach(errors, name, count)
    {
        struct generator_error *error = &report->errors[report->error_count];
        if (!json_is_integer(count) || json_integer_value(count) < 1 ||
            strlen(name) >= sizeof error->name) {
            say(reader, "errors", "expected names with counts of at least 1");
            return;
        }
        memcpy(error->name, name, strlen(name) + 1);
        error->count = (uint64_t)json_integer_value(count);
        report->error_count++;
    }
}

static void read_plan(struct reader *reader, struct generator_report *report)
{
    const json_t *object = take(reader, "plan", false);
    struct generator_plan *plan = &report->plan;
    struct reader fields = {.object = object, .place = "plan", .problem = reader->problem};
    if (object == NULL)
        return;
    if (!json_is_object(object)) {
        say(reader, "plan", "expected an object");
        return;
    }
    plan->window_s = take_number(&fields, "window_s");
    plan->seed = take_whole(&fields, "seed", true, INT64_MAX);
    plan->arrivals = take_whole(&fields, "arrivals", false, INT64_MAX);
    plan->answered = take_whole(&fields, "answered", false, INT64_MAX);
    plan->unanswered = take_whole(&fields, "unanswered", false, INT64_MAX);
    plan->failed = take_whole(&fields, "failed", false, INT64_MAX);
    plan->not_sent = take_whole(&fields, "not_sent", false, INT64_MAX);
    plan->limited = take_whole(&fields, "limited", false, INT64_MAX);
    end_fields(&fields);
    if (reader->r == 0)
        reader->r = fields.r;
}

int generator_report_from_json(struct generator_report *report, const json_t *json, char *problem)
{
    struct reader reader = {.object = json, .place = "", .problem = problem};
    *report = (struct generator_report){0};
    if (!json_is_object(json))
        return problem_say(problem, -EINVAL, "expected an object");
    report->cpu_utilisation = take_number_or_null(&reader, "cpu_utilisation");
    report->late_p99_ns = take_number_or_null(&reader, "late_ns_p99");
    report->bound = take_truth(&reader, "bound");
    read_why_bound(&reader, report);
    report->connections = take_whole(&reader, "connections", false, INT64_MAX);
    read_errors(&reader, report);
    report->source_addresses = (unsigned)take_whole(&reader, "source_addresses", false, UINT32_MAX);
    report->pinned = take_truth(&reader, "pinned");
    report->has_plan = json_object_get(json, "plan") != NULL;
    if (report->has_plan) {
        report->late_share = take_number(&reader, "late_share");
        report->cpu_wait = take_number(&reader, "cpu_wait");
        read_plan(&reader, report);
    }
    end_fields(&reader);
    return reader.r;
}
