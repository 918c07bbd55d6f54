/* From text to a trial: the fields of results/trial.schema.json, each read straight into its place.
 * Fields that are not known are passed over. */
#include "harness/record/outcome_read.h"
#include "harness/record/trial_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- where a trial belongs ---- */

static int read_run(struct reading *reading)
{
    char id[READING_NAME_BYTES];
    int r = reading_string(reading, id, sizeof id);
    return r == 0 && strcmp(id, reading->run->id) != 0
               ? reading_expected(reading,
                                  "the run of this folder, because this is a trial of another run")
               : r;
}

static int read_kind(struct reading *reading)
{
    char name[READING_NAME_BYTES];
    int r = reading_string(reading, name, sizeof name);
    for (unsigned i = 0; i < TRIAL_KINDS && r == 0; i++) {
        if (strcmp(trial_kind_names[i], name) == 0) {
            reading->trial->kind = (enum trial_kind)i;
            return 0;
        }
    }
    return r < 0 ? r : reading_expected(reading, "measured, counting, headroom or twin");
}

static int read_cell(struct reading *reading)
{
    uint64_t cell;
    int r = reading_whole(reading, &cell);
    if (r == 0 && cell >= reading->run->cell_count)
        return reading_expected(reading, "the number of a cell that run.json has");
    reading->trial->cell = (size_t)cell;
    return r;
}

static int read_subject(struct reading *reading)
{
    char name[READING_NAME_BYTES];
    struct trial *trial = reading->trial;
    int r = reading_string(reading, name, sizeof name);
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
    return reading_expected(reading, "a subject that run.json has");
}

/* More rounds than can be asked for are no run's. */
enum { ROUNDS_MAX = 100000 };

static int read_round(struct reading *reading)
{
    int r = reading_whole(reading, &reading->trial->round);
    return r == 0 && reading->trial->round >= ROUNDS_MAX
               ? reading_expected(reading, "a round that a run can have")
               : r;
}

static int read_order(struct reading *reading)
{
    int r = reading_whole(reading, &reading->trial->order);
    return r == 0 && reading->trial->order > UINT32_MAX
               ? reading_expected(reading, "a smaller number")
               : r;
}

static int read_attempt(struct reading *reading)
{
    uint64_t attempt;
    int r = reading_whole(reading, &attempt);
    reading->trial->attempt = (unsigned)attempt;
    return r == 0 && attempt >= TRIAL_ATTEMPTS ? reading_expected(reading, "0, 1 or 2") : r;
}

static int read_start(struct reading *reading)
{
    return reading_whole(reading, &reading->trial->start_ns);
}

static int read_elapsed(struct reading *reading)
{
    return reading_whole(reading, &reading->trial->elapsed_ns);
}

static int read_cpu(struct reading *reading)
{
    uint64_t cpu;
    int r = reading_whole(reading, &cpu);
    reading->trial->cpu = (int)cpu;
    return r == 0 && cpu > INT32_MAX ? reading_expected(reading, "a smaller number") : r;
}

static int read_valid(struct reading *reading)
{
    return reading_boolean(reading, &reading->trial->valid);
}

static int read_why_invalid(struct reading *reading)
{
    struct trial *trial = reading->trial;
    if (json_scan_null(&reading->scan))
        return 0;
    return reading_string(reading, trial->why_invalid, sizeof trial->why_invalid);
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
    {"elapsed_ns", read_elapsed, false, false},
    {"cpu", read_cpu, false, false},
    {"valid", read_valid, true, false},
    {"why_invalid", read_why_invalid, true, false},
    {"metrics", outcome_read_metrics, true, true},
    {"samples", outcome_read_samples, false, false},
    {"histograms", outcome_read_histograms, true, true},
    {"counters", outcome_read_counters, true, true},
    {"usage", outcome_read_usage, true, true},
    {"generator", outcome_read_generator, true, true},
    {"granted", outcome_read_granted, false, true},
    {"syscalls_unavailable", outcome_read_syscalls_unavailable, false, false},
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
            return reading_expected(reading, "each field once");
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
    char name[READING_NAME_BYTES];
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
            r = reading_expected(reading, "a value, because every trial has one");
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
