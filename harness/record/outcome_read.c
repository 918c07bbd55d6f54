/* The figures of an outcome, and what its generator says of itself, from text. */
#include "harness/record/outcome_read.h"

#include "backends/registry.h"
#include "harness/record/trial.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* ---- figures ---- */

static int read_figure(struct reading *reading, void *target)
{
    struct figures *figures = target;
    double value;
    /* Of usage and counters, what the system did not tell. */
    if (json_scan_null(&reading->scan))
        return 0;
    int r = reading_amount(reading, &value);
    size_t before = figures->count;
    if (r == 0)
        r = figures_set(figures, reading->part, value);
    if (r == 0 && figures->count == before)
        return reading_expected(reading, "one value for each name");
    if (r == -ENAMETOOLONG || r == -ENOSPC)
        return reading_expected(reading, "fewer and shorter names");
    return r;
}

int outcome_read_metrics(struct reading *reading)
{
    return reading_parts(reading, read_figure, &reading->trial->outcome.metrics);
}

int outcome_read_counters(struct reading *reading)
{
    return reading_parts(reading, read_figure, &reading->trial->outcome.counters);
}

int outcome_read_usage(struct reading *reading)
{
    return reading_parts(reading, read_figure, &reading->trial->outcome.usage);
}

static int read_sample_list(struct reading *reading, void *target)
{
    struct outcome *outcome = target;
    bool is_first = true;
    if (outcome->sample_count > 0)
        return reading_expected(reading, "samples of one metric");
    if (strlen(reading->part) >= sizeof outcome->sampled_metric)
        return reading_expected(reading, "a shorter name");
    memcpy(outcome->sampled_metric, reading->part, strlen(reading->part) + 1);
    int r = reading_enter(reading, '[');
    while (r == 0 && (r = json_scan_element(&reading->scan, &is_first)) == 1) {
        if (outcome->sample_count == OUTCOME_SAMPLES_MAX)
            return reading_expected(reading, "fewer samples");
        r = reading_amount(reading, &outcome->samples[outcome->sample_count++]);
    }
    return r;
}

int outcome_read_samples(struct reading *reading)
{
    return reading_parts(reading, read_sample_list, &reading->trial->outcome);
}

/* ---- histograms ---- */

#define BAD_LAYOUT                                                                                 \
    "the unit ns and the layout " HISTOGRAM_LAYOUT ", because no other can be merged with others"
#define BAD_BUCKETS "buckets as \"first:count,count;first:count\", ascending"
#define BAD_COUNTS "count, sum, min, max, under, over and buckets that tell of the same values"

enum {
    UNIT,
    LAYOUT,
    COUNT,
    SUM,
    MIN,
    MAX,
    UNDER,
    OVER,
    BUCKETS,
    HISTOGRAM_FIELDS,
};

struct histogram_reading {
    struct histogram *histogram;
    unsigned seen, last;
    uint64_t in_buckets;
};

static int read_layout(struct reading *reading, const char *wanted)
{
    char text[24];
    int r = reading_string(reading, text, sizeof text);
    return r == 0 && strcmp(text, wanted) != 0 ? reading_expected(reading, BAD_LAYOUT) : r;
}

static int read_buckets(struct reading *reading, struct histogram_reading *one)
{
    const char *text;
    int r = reading_kind(reading, "a string", "a string");
    if (r == 0)
        r = json_scan_in_place(&reading->scan, &text);
    if (r < 0)
        return r;
    bool good = histogram_buckets_from_text(one->histogram, text, &one->in_buckets);
    json_scan_restore(&reading->scan);
    return good ? 0 : reading_expected(reading, BAD_BUCKETS);
}

static int read_histogram_field(struct reading *reading, struct histogram_reading *one,
                                const char *name)
{
    static const char *const names[HISTOGRAM_FIELDS] = {"unit", "layout", "count", "sum",    "min",
                                                        "max",  "under",  "over",  "buckets"};
    struct histogram *histogram = one->histogram;
    uint64_t *const numbers[HISTOGRAM_FIELDS] = {
        [COUNT] = &histogram->count,    [SUM] = &histogram->sum_ns,  [MIN] = &histogram->minimum_ns,
        [MAX] = &histogram->maximum_ns, [UNDER] = &histogram->under, [OVER] = &histogram->over,
    };
    for (unsigned i = 0; i < HISTOGRAM_FIELDS; i++) {
        unsigned field = (one->last + i) % HISTOGRAM_FIELDS;
        if (strcmp(names[field], name) != 0)
            continue;
        if (one->seen & 1u << field)
            return reading_expected(reading, "each field once");
        one->seen |= 1u << field;
        one->last = field + 1;
        if (field == BUCKETS)
            return read_buckets(reading, one);
        if (field <= LAYOUT)
            return read_layout(reading, field == UNIT ? "ns" : HISTOGRAM_LAYOUT);
        return reading_whole(reading, numbers[field]);
    }
    return reading_expected(reading, "no other fields");
}

static int read_histogram(struct reading *reading, void *target)
{
    struct outcome *outcome = target;
    struct histogram_reading one = {0};
    char name[READING_NAME_BYTES];
    bool is_first = true;
    if (outcome_histogram(outcome, reading->part) != NULL)
        return reading_expected(reading, "one histogram of a name");
    one.histogram = outcome_add_histogram(outcome, reading->part);
    if (one.histogram == NULL)
        return outcome->histogram_count == OUTCOME_HISTOGRAMS_MAX ||
                       strlen(reading->part) >= FIGURE_NAME_BYTES
                   ? reading_expected(reading, "fewer and shorter names")
                   : -ENOMEM;
    int r = reading_enter(reading, '{');
    while (r == 0 && (r = json_scan_member(&reading->scan, &is_first, name, sizeof name)) == 1)
        r = read_histogram_field(reading, &one, name);
    if (r < 0)
        return r;
    const struct histogram *histogram = one.histogram;
    uint64_t outside = histogram->under + histogram->over;
    if (one.seen != (1u << HISTOGRAM_FIELDS) - 1 || outside > histogram->count ||
        one.in_buckets != histogram->count - outside || !histogram_is_consistent(histogram))
        return reading_expected(reading, BAD_COUNTS);
    if (histogram->count == 0)
        histogram_reset(one.histogram);
    return 0;
}

int outcome_read_histograms(struct reading *reading)
{
    return reading_parts(reading, read_histogram, &reading->trial->outcome);
}

/* ---- the generator ---- */

static int read_error(struct reading *reading, struct generator_report *report, const char *name)
{
    uint64_t count;
    int r = reading_whole(reading, &count);
    if (r < 0)
        return r;
    if (report->error_count == GENERATOR_ERRORS || strlen(name) >= GENERATOR_ERROR_BYTES)
        return reading_expected(reading, "fewer and shorter names of errors");
    struct generator_error *error = &report->errors[report->error_count++];
    memcpy(error->name, name, strlen(name) + 1);
    error->count = count;
    return 0;
}

static int read_plan_field(struct reading *reading, struct generator_plan *plan, const char *name)
{
    static const char *const names[] = {"seed",   "arrivals", "answered", "unanswered",
                                        "failed", "not_sent", "limited"};
    uint64_t *const numbers[] = {&plan->seed,   &plan->arrivals, &plan->answered, &plan->unanswered,
                                 &plan->failed, &plan->not_sent, &plan->limited};
    if (strcmp(name, "window_s") == 0)
        return reading_amount(reading, &plan->window_s);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0)
            return reading_whole(reading, numbers[i]);
    }
    return json_scan_skip(&reading->scan);
}

/* The members of "errors" or of "plan". */
static int read_within_generator(struct reading *reading, struct generator_report *report,
                                 bool plan)
{
    char name[READING_NAME_BYTES];
    bool is_first = true;
    report->has_plan |= plan;
    int r = reading_enter(reading, '{');
    while (r == 0 && (r = json_scan_member(&reading->scan, &is_first, name, sizeof name)) == 1)
        r = plan ? read_plan_field(reading, &report->plan, name)
                 : read_error(reading, report, name);
    return r;
}

enum {
    CPU_UTILISATION,
    LATE_P99,
    BOUND,
    WHY_BOUND,
    PINNED,
    CONNECTIONS,
    SOURCE_ADDRESSES,
    LATE_SHARE,
    CPU_WAIT,
    ERRORS,
    PLAN,
    GENERATOR_FIELDS,
};

struct generator_reading {
    struct generator_report *report;
    unsigned seen;
};

static int read_source_addresses(struct reading *reading, unsigned *addresses)
{
    uint64_t whole = 0;
    int r = reading_whole(reading, &whole);
    *addresses = (unsigned)whole;
    return r == 0 && whole > UINT32_MAX ? reading_expected(reading, "a smaller number") : r;
}

static int read_generator_value(struct reading *reading, struct generator_report *report,
                                unsigned field)
{
    switch (field) {
    case CPU_UTILISATION:
        return reading_amount_or_null(reading, &report->cpu_utilisation);
    case LATE_P99:
        return reading_amount_or_null(reading, &report->late_p99_ns);
    case BOUND:
        return reading_boolean(reading, &report->bound);
    case WHY_BOUND:
        return reading_string(reading, report->why_bound, sizeof report->why_bound);
    case PINNED:
        return reading_boolean(reading, &report->pinned);
    case CONNECTIONS:
        return reading_whole(reading, &report->connections);
    case SOURCE_ADDRESSES:
        return read_source_addresses(reading, &report->source_addresses);
    case LATE_SHARE:
        return reading_amount(reading, &report->late_share);
    case CPU_WAIT:
        return reading_amount(reading, &report->cpu_wait);
    default:
        return read_within_generator(reading, report, field == PLAN);
    }
}

static int read_generator_field(struct reading *reading, void *target)
{
    static const char *const names[GENERATOR_FIELDS] = {
        [CPU_UTILISATION] = "cpu_utilisation",
        [LATE_P99] = "late_ns_p99",
        [BOUND] = "bound",
        [WHY_BOUND] = "why_bound",
        [PINNED] = "pinned",
        [CONNECTIONS] = "connections",
        [SOURCE_ADDRESSES] = "source_addresses",
        [LATE_SHARE] = "late_share",
        [CPU_WAIT] = "cpu_wait",
        [ERRORS] = "errors",
        [PLAN] = "plan",
    };
    struct generator_reading *generator = target;
    unsigned field = 0;
    while (field < GENERATOR_FIELDS && strcmp(names[field], reading->part) != 0)
        field++;
    if (field == GENERATOR_FIELDS)
        return json_scan_skip(&reading->scan);
    if (generator->seen & 1u << field)
        return reading_expected(reading, "each field once");
    generator->seen |= 1u << field;
    return read_generator_value(reading, generator->report, field);
}

int outcome_read_generator(struct reading *reading)
{
    struct outcome *outcome = &reading->trial->outcome;
    if (json_scan_null(&reading->scan))
        return 0;
    outcome->has_generator = true;
    outcome->generator = (struct generator_report){.cpu_utilisation = NAN, .late_p99_ns = NAN};
    struct generator_reading generator = {.report = &outcome->generator};
    return reading_parts(reading, read_generator_field, &generator);
}

/* ---- the rest of an outcome ---- */

/* A feature that this pollbench does not know is of no use to it. */
int outcome_read_granted(struct reading *reading)
{
    char name[READING_NAME_BYTES];
    bool is_first = true;
    int r = reading_enter(reading, '[');
    while (r == 0 && (r = json_scan_element(&reading->scan, &is_first)) == 1) {
        r = reading_string(reading, name, sizeof name);
        for (unsigned bit = 0; bit < 32 && r == 0; bit++) {
            const char *known = backend_feature_name(UINT32_C(1) << bit);
            if (known != NULL && strcmp(known, name) == 0)
                reading->trial->outcome.granted |= UINT32_C(1) << bit;
        }
    }
    return r;
}

int outcome_read_syscalls_unavailable(struct reading *reading)
{
    struct outcome *outcome = &reading->trial->outcome;
    return reading_string(reading, outcome->syscalls_unavailable,
                          sizeof outcome->syscalls_unavailable);
}
