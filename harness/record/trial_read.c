/* From text to a trial: the fields of results/trial.schema.json, each read straight into its place.
 * Fields that are not known are passed over. */
#include "harness/record/trial_text.h"

#include "backends/registry.h"
#include "harness/record/json_scan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 64 };

struct reading {
    struct json_scan scan;
    struct trial *trial;
    /* NULL: what a trial's process hands over, which knows no run. */
    const struct run *run;
    /* The fields that are being read, from the outside in; `part` is "" but within an object. */
    const char *field;
    char part[NAME_BYTES];
    /* Once a value is not what it has to be: what that is, and what there is in its place; NULL:
     * that says nothing. */
    const char *expected, *found;
};

static int expected(struct reading *reading, const char *what)
{
    reading->expected = what;
    return -EINVAL;
}

/* Whether a value of that kind begins here; -EINVAL otherwise. */
static int check_kind(struct reading *reading, const char *kind, const char *what)
{
    reading->found = json_scan_kind(&reading->scan);
    if (strcmp(reading->found, kind) != 0)
        return expected(reading, what);
    reading->found = NULL;
    return 0;
}

static int read_whole(struct reading *reading, uint64_t *number)
{
    int r = check_kind(reading, "a number", "a whole number");
    return r < 0 ? r : json_scan_whole(&reading->scan, number);
}

static int read_amount(struct reading *reading, double *number)
{
    int r = check_kind(reading, "a number", "a number from 0 up");
    return r < 0 ? r : json_scan_number(&reading->scan, number);
}

static int read_amount_or_null(struct reading *reading, double *number)
{
    *number = NAN;
    return json_scan_null(&reading->scan) ? 0 : read_amount(reading, number);
}

static int read_boolean(struct reading *reading, bool *boolean)
{
    int r = check_kind(reading, "true or false", "true or false");
    return r < 0 ? r : json_scan_boolean(&reading->scan, boolean);
}

static int read_string(struct reading *reading, char *text, size_t size)
{
    int r = check_kind(reading, "a string", "a string");
    return r < 0 ? r : json_scan_text(&reading->scan, text, size);
}

static int enter(struct reading *reading, char bracket)
{
    const char *kind = bracket == '{' ? "an object" : "an array";
    int r = check_kind(reading, kind, kind);
    return r < 0 ? r : json_scan_enter(&reading->scan, bracket);
}

/* What is done with each member of an object; its name is reading->part. */
typedef int read_part(struct reading *, void *target);

static int read_parts(struct reading *reading, read_part *part, void *target)
{
    bool is_first = true;
    int r = enter(reading, '{');
    while (r == 0) {
        r = json_scan_member(&reading->scan, &is_first, reading->part, sizeof reading->part);
        if (r <= 0)
            break;
        r = part(reading, target);
    }
    if (r == 0)
        reading->part[0] = '\0';
    return r;
}

/* ---- figures ---- */

static int read_figure(struct reading *reading, void *target)
{
    struct figures *figures = target;
    double value;
    /* Of usage and counters, what the system did not tell. */
    if (json_scan_null(&reading->scan))
        return 0;
    int r = read_amount(reading, &value);
    size_t before = figures->count;
    if (r == 0)
        r = figures_set(figures, reading->part, value);
    if (r == 0 && figures->count == before)
        return expected(reading, "one value for each name");
    if (r == -ENAMETOOLONG || r == -ENOSPC)
        return expected(reading, "fewer and shorter names");
    return r;
}

static int read_metrics(struct reading *reading)
{
    return read_parts(reading, read_figure, &reading->trial->outcome.metrics);
}

static int read_counters(struct reading *reading)
{
    return read_parts(reading, read_figure, &reading->trial->outcome.counters);
}

static int read_usage(struct reading *reading)
{
    return read_parts(reading, read_figure, &reading->trial->outcome.usage);
}

static int read_sample_list(struct reading *reading, void *target)
{
    struct outcome *outcome = target;
    bool is_first = true;
    if (outcome->sample_count > 0)
        return expected(reading, "samples of one metric");
    if (strlen(reading->part) >= sizeof outcome->sampled_metric)
        return expected(reading, "a shorter name");
    memcpy(outcome->sampled_metric, reading->part, strlen(reading->part) + 1);
    int r = enter(reading, '[');
    while (r == 0 && (r = json_scan_element(&reading->scan, &is_first)) == 1) {
        if (outcome->sample_count == OUTCOME_SAMPLES_MAX)
            return expected(reading, "fewer samples");
        r = read_amount(reading, &outcome->samples[outcome->sample_count++]);
    }
    return r;
}

static int read_samples(struct reading *reading)
{
    return read_parts(reading, read_sample_list, &reading->trial->outcome);
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
    int r = read_string(reading, text, sizeof text);
    return r == 0 && strcmp(text, wanted) != 0 ? expected(reading, BAD_LAYOUT) : r;
}

static int read_buckets(struct reading *reading, struct histogram_reading *one)
{
    const char *text;
    int r = check_kind(reading, "a string", "a string");
    if (r == 0)
        r = json_scan_in_place(&reading->scan, &text);
    if (r < 0)
        return r;
    bool good = histogram_buckets_from_text(one->histogram, text, &one->in_buckets);
    json_scan_restore(&reading->scan);
    return good ? 0 : expected(reading, BAD_BUCKETS);
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
            return expected(reading, "each field once");
        one->seen |= 1u << field;
        one->last = field + 1;
        if (field == BUCKETS)
            return read_buckets(reading, one);
        if (field <= LAYOUT)
            return read_layout(reading, field == UNIT ? "ns" : HISTOGRAM_LAYOUT);
        return read_whole(reading, numbers[field]);
    }
    return expected(reading, "no other fields");
}

static int read_histogram(struct reading *reading, void *target)
{
    struct outcome *outcome = target;
    struct histogram_reading one = {0};
    char name[NAME_BYTES];
    bool is_first = true;
    if (outcome_histogram(outcome, reading->part) != NULL)
        return expected(reading, "one histogram of a name");
    one.histogram = outcome_add_histogram(outcome, reading->part);
    if (one.histogram == NULL)
        return outcome->histogram_count == OUTCOME_HISTOGRAMS_MAX ||
                       strlen(reading->part) >= FIGURE_NAME_BYTES
                   ? expected(reading, "fewer and shorter names")
                   : -ENOMEM;
    int r = enter(reading, '{');
    while (r == 0 && (r = json_scan_member(&reading->scan, &is_first, name, sizeof name)) == 1)
        r = read_histogram_field(reading, &one, name);
    if (r < 0)
        return r;
    const struct histogram *histogram = one.histogram;
    uint64_t outside = histogram->under + histogram->over;
    if (one.seen != (1u << HISTOGRAM_FIELDS) - 1 || outside > histogram->count ||
        one.in_buckets != histogram->count - outside || !histogram_is_consistent(histogram))
        return expected(reading, BAD_COUNTS);
    if (histogram->count == 0)
        histogram_reset(one.histogram);
    return 0;
}

static int read_histograms(struct reading *reading)
{
    return read_parts(reading, read_histogram, &reading->trial->outcome);
}

/* ---- the generator ---- */

static int read_error(struct reading *reading, struct generator_report *report, const char *name)
{
    uint64_t count;
    int r = read_whole(reading, &count);
    if (r < 0)
        return r;
    if (report->error_count == GENERATOR_ERRORS || strlen(name) >= GENERATOR_ERROR_BYTES)
        return expected(reading, "fewer and shorter names of errors");
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
        return read_amount(reading, &plan->window_s);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0)
            return read_whole(reading, numbers[i]);
    }
    return json_scan_skip(&reading->scan);
}

/* The members of "errors" or of "plan". */
static int read_within_generator(struct reading *reading, struct generator_report *report,
                                 bool plan)
{
    char name[NAME_BYTES];
    bool is_first = true;
    report->has_plan |= plan;
    int r = enter(reading, '{');
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
    int r = read_whole(reading, &whole);
    *addresses = (unsigned)whole;
    return r == 0 && whole > UINT32_MAX ? expected(reading, "a smaller number") : r;
}

static int read_generator_value(struct reading *reading, struct generator_report *report,
                                unsigned field)
{
    switch (field) {
    case CPU_UTILISATION:
        return read_amount_or_null(reading, &report->cpu_utilisation);
    case LATE_P99:
        return read_amount_or_null(reading, &report->late_p99_ns);
    case BOUND:
        return read_boolean(reading, &report->bound);
    case WHY_BOUND:
        return read_string(reading, report->why_bound, sizeof report->why_bound);
    case PINNED:
        return read_boolean(reading, &report->pinned);
    case CONNECTIONS:
        return read_whole(reading, &report->connections);
    case SOURCE_ADDRESSES:
        return read_source_addresses(reading, &report->source_addresses);
    case LATE_SHARE:
        return read_amount(reading, &report->late_share);
    case CPU_WAIT:
        return read_amount(reading, &report->cpu_wait);
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
        return expected(reading, "each field once");
    generator->seen |= 1u << field;
    return read_generator_value(reading, generator->report, field);
}

static int read_generator(struct reading *reading)
{
    struct outcome *outcome = &reading->trial->outcome;
    if (json_scan_null(&reading->scan))
        return 0;
    outcome->has_generator = true;
    outcome->generator = (struct generator_report){.cpu_utilisation = NAN, .late_p99_ns = NAN};
    struct generator_reading generator = {.report = &outcome->generator};
    return read_parts(reading, read_generator_field, &generator);
}

/* ---- the rest of an outcome ---- */

/* A feature that this pollbench does not know is of no use to it. */
static int read_granted(struct reading *reading)
{
    char name[NAME_BYTES];
    bool is_first = true;
    int r = enter(reading, '[');
    while (r == 0 && (r = json_scan_element(&reading->scan, &is_first)) == 1) {
        r = read_string(reading, name, sizeof name);
        for (unsigned bit = 0; bit < 32 && r == 0; bit++) {
            const char *known = backend_feature_name(UINT32_C(1) << bit);
            if (known != NULL && strcmp(known, name) == 0)
                reading->trial->outcome.granted |= UINT32_C(1) << bit;
        }
    }
    return r;
}

static int read_syscalls_unavailable(struct reading *reading)
{
    struct outcome *outcome = &reading->trial->outcome;
    return read_string(reading, outcome->syscalls_unavailable,
                       sizeof outcome->syscalls_unavailable);
}

/* ---- where a trial belongs ---- */

static int read_run(struct reading *reading)
{
    char id[NAME_BYTES];
    int r = read_string(reading, id, sizeof id);
    return r == 0 && strcmp(id, reading->run->id) != 0
               ? expected(reading, "the run of this folder, because this is a trial of another run")
               : r;
}

static int read_kind(struct reading *reading)
{
    char name[NAME_BYTES];
    int r = read_string(reading, name, sizeof name);
    for (unsigned i = 0; i < TRIAL_KINDS && r == 0; i++) {
        if (strcmp(trial_kind_names[i], name) == 0) {
            reading->trial->kind = (enum trial_kind)i;
            return 0;
        }
    }
    return r < 0 ? r : expected(reading, "measured, counting or headroom");
}

static int read_cell(struct reading *reading)
{
    uint64_t cell;
    int r = read_whole(reading, &cell);
    if (r == 0 && cell >= reading->run->cell_count)
        return expected(reading, "the number of a cell that run.json has");
    reading->trial->cell = (size_t)cell;
    return r;
}

static int read_subject(struct reading *reading)
{
    char name[NAME_BYTES];
    struct trial *trial = reading->trial;
    int r = read_string(reading, name, sizeof name);
    if (r < 0)
        return r;
    trial->subject = run_find_subject(reading->run, name);
    return 0;
}

/* Of a proof of headroom it need not be one of the run's. Looked at last, because the kind may come
 * after the subject. */
static int check_subject(struct reading *reading)
{
    const struct trial *trial = reading->trial;
    if (reading->run == NULL || trial->subject != SUBJECT_NONE || trial->kind == TRIAL_HEADROOM)
        return 0;
    reading->field = "subject";
    return expected(reading, "a subject that run.json has");
}

/* More rounds than can be asked for are no run's. */
enum { ROUNDS_MAX = 100000 };

static int read_round(struct reading *reading)
{
    int r = read_whole(reading, &reading->trial->round);
    return r == 0 && reading->trial->round >= ROUNDS_MAX
               ? expected(reading, "a round that a run can have")
               : r;
}

static int read_order(struct reading *reading)
{
    int r = read_whole(reading, &reading->trial->order);
    return r == 0 && reading->trial->order > UINT32_MAX ? expected(reading, "a smaller number") : r;
}

static int read_attempt(struct reading *reading)
{
    uint64_t attempt;
    int r = read_whole(reading, &attempt);
    reading->trial->attempt = (unsigned)attempt;
    return r == 0 && attempt >= TRIAL_ATTEMPTS ? expected(reading, "0, 1 or 2") : r;
}

static int read_start(struct reading *reading)
{
    return read_whole(reading, &reading->trial->start_ns);
}

static int read_cpu(struct reading *reading)
{
    uint64_t cpu;
    int r = read_whole(reading, &cpu);
    reading->trial->cpu = (int)cpu;
    return r == 0 && cpu > INT32_MAX ? expected(reading, "a smaller number") : r;
}

static int read_valid(struct reading *reading)
{
    return read_boolean(reading, &reading->trial->valid);
}

static int read_why_invalid(struct reading *reading)
{
    struct trial *trial = reading->trial;
    if (json_scan_null(&reading->scan))
        return 0;
    return read_string(reading, trial->why_invalid, sizeof trial->why_invalid);
}

/* ---- the line ---- */

static const struct {
    const char *name;
    int (*read)(struct reading *);
    /* It is there in every line, and in every outcome. */
    bool of_line, of_outcome;
} fields[] = {
    {"run", read_run, true, false},
    {"kind", read_kind, true, false},
    {"cell", read_cell, true, false},
    {"subject", read_subject, true, false},
    {"round", read_round, true, false},
    {"order", read_order, true, false},
    {"attempt", read_attempt, true, false},
    {"start_ns", read_start, true, false},
    {"cpu", read_cpu, false, false},
    {"valid", read_valid, true, false},
    {"why_invalid", read_why_invalid, true, false},
    {"metrics", read_metrics, true, true},
    {"samples", read_samples, false, false},
    {"histograms", read_histograms, true, true},
    {"counters", read_counters, true, true},
    {"usage", read_usage, true, true},
    {"generator", read_generator, true, true},
    {"granted", read_granted, false, true},
    {"syscalls_unavailable", read_syscalls_unavailable, false, false},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

/* Lines are alike: the field behind the last one is tried first. */
static int read_field(struct reading *reading, const char *name, unsigned *last, uint32_t *seen)
{
    for (unsigned i = 0; i < FIELDS; i++) {
        unsigned field = (*last + i) % FIELDS;
        if (strcmp(fields[field].name, name) != 0)
            continue;
        reading->field = fields[field].name;
        if (*seen & UINT32_C(1) << field)
            return expected(reading, "each field once");
        *seen |= UINT32_C(1) << field;
        *last = field + 1;
        /* Where it belongs is said by a line alone. */
        if (reading->run == NULL && fields[field].of_line && !fields[field].of_outcome)
            return json_scan_skip(&reading->scan);
        return fields[field].read(reading);
    }
    return json_scan_skip(&reading->scan);
}

static int read_all(struct reading *reading)
{
    char name[NAME_BYTES];
    bool is_first = true;
    unsigned last = 0;
    uint32_t seen = 0;
    int r = json_scan_enter(&reading->scan, '{');
    while (r == 0 && (r = json_scan_member(&reading->scan, &is_first, name, sizeof name)) == 1) {
        r = read_field(reading, name, &last, &seen);
        if (r == 0)
            reading->field = "";
    }
    if (r == 0)
        r = json_scan_finish(&reading->scan);
    for (unsigned i = 0; i < FIELDS && r == 0; i++) {
        bool wanted = reading->run != NULL ? fields[i].of_line : fields[i].of_outcome;
        if (wanted && !(seen & UINT32_C(1) << i)) {
            reading->field = fields[i].name;
            r = expected(reading, "a value, because every trial has one");
        }
    }
    return r == 0 ? check_subject(reading) : r;
}

static int say_what_is_wrong(struct reading *reading, char *problem)
{
    const char *dot = reading->part[0] != '\0' ? "." : "";
    if (reading->expected == NULL)
        return problem_say(problem, -EINVAL, "column %zu%s%s%s%s: %s",
                           json_scan_column(&reading->scan), *reading->field != '\0' ? ", in " : "",
                           reading->field, dot, reading->part, reading->scan.wrong);
    return problem_say(problem, -EINVAL, "%s%s%s: expected %s%s%s", reading->field, dot,
                       reading->part, reading->expected, reading->found != NULL ? ", not " : "",
                       reading->found != NULL ? reading->found : "");
}

static int read_text(struct trial *trial, const struct run *run, char *text, size_t length,
                     char *problem)
{
    struct reading reading = {.trial = trial, .run = run, .field = ""};
    trial_reset(trial);
    json_scan_open(&reading.scan, text, length);
    int r = read_all(&reading);
    if (r == -ENOMEM)
        return problem_say(problem, r, "there is no memory to read it");
    return r < 0 ? say_what_is_wrong(&reading, problem) : 0;
}

int trial_from_text(struct trial *trial, const struct run *run, char *text, size_t length,
                    char *problem)
{
    int r = read_text(trial, run, text, length, problem);
    trial->has_outcome = r == 0 && trial->outcome.metrics.count > 0;
    if (r == 0 && !trial->valid && trial->why_invalid[0] == '\0')
        return problem_say(problem, -EINVAL, "why_invalid: expected a sentence, not nothing");
    return r;
}

int outcome_from_text(struct outcome *outcome, char *text, size_t length, char *problem)
{
    struct trial trial = {.outcome = *outcome};
    int r = read_text(&trial, NULL, text, length, problem);
    *outcome = trial.outcome;
    return r;
}
