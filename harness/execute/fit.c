#include "harness/execute/fit.h"

#include "backends/clock.h"
#include "harness/execute/probe.h"
#include "harness/execute/turn.h"
#include "harness/generator/open_loop_tally.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In shorter ones a pool has no job of each kind behind its percentiles. */
#define LENGTH_LEAST 0.02
#define DRAINS_LEAST 3.0

/* Nobody is named before the eighth round (stats/max_t.h): trials are cut before. */
#define ROUNDS_WANTED 10.0

/* With a deviation beyond this, trials get this share of their length. Two cores of a virtual
 * machine have 6 % when nobody else is on them, and 20 % when somebody is. */
#define NOISY_DEVIATION 0.1
#define NOISY_LENGTH 0.6

/* One step of cutting. */
#define SHORTER 0.8

/* Counting and probing may each take this share of the time, and probing no more than two seconds.
 */
#define ASIDE_SHARE 0.1
#define PROBE_S 2.0

/* ---- lengths ---- */

/* The parameter that says how long a trial of the cell is, unless it was given; NULL: none. */
static const char *length_name(const struct run_options *options, const struct cell *cell)
{
    static const char *const names[] = {"seconds", "drains"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (named_values_find(&cell->params, "", names[i]) != NULL &&
            run_options_setting(options, names[i]) == NULL)
            return names[i];
    }
    return NULL;
}

/* In the plan and in what is recorded of it. */
static int set_parameter(struct execution *self, size_t cell, const char *name,
                         const struct value *value)
{
    int r = named_values_set(&self->cells.list[cell].cell.params, "", name, value);
    return r == 0 ? named_values_set(&self->run.cells[cell].cell.params, "", name, value) : r;
}

/* Whole milliseconds, whole drains. */
static struct value cut(const struct value *usual, double share)
{
    struct value value = *usual;
    if (value.kind == VALUE_INTEGER)
        value.integer = (int64_t)fmin((double)usual->integer,
                                      fmax(DRAINS_LEAST, round(share * (double)usual->integer)));
    else
        value.real = fmin(usual->real, fmax(LENGTH_LEAST, round(share * usual->real * 1e3) / 1e3));
    return value;
}

/* `usual` has the lengths of all cells as they were. */
static int set_lengths(struct execution *self, const struct value *usual, double share)
{
    int r = 0;
    for (size_t i = 0; i < self->cells.count && r == 0; i++) {
        const char *name = length_name(&self->options, &self->cells.list[i].cell);
        const struct value value = cut(&usual[i], share);
        if (name != NULL)
            r = set_parameter(self, i, name, &value);
    }
    return r;
}

/* The lengths are numbers, so that copies of them need no memory of their own. */
static struct value *keep_lengths(const struct execution *self)
{
    struct value *usual = calloc(self->cells.count + 1, sizeof *usual);
    for (size_t i = 0; i < self->cells.count && usual != NULL; i++) {
        const struct cell *cell = &self->cells.list[i].cell;
        const char *name = length_name(&self->options, cell);
        if (name != NULL)
            usual[i] = *named_values_find(&cell->params, "", name);
    }
    return usual;
}

double fit_least_s(const struct execution *self)
{
    for (size_t i = 0; i < self->cells.count; i++) {
        struct planned_cell shortest = self->cells.list[i];
        const char *name = length_name(&self->options, &shortest.cell);
        int r = 0;
        if (shortest.subject_count == 0)
            continue;
        shortest.cell.params = (struct named_values){0};
        r = cell_copy(&shortest.cell, &self->cells.list[i].cell);
        if (r == 0 && name != NULL) {
            struct value value = cut(named_values_find(&shortest.cell.params, "", name), 0);
            r = named_values_set(&shortest.cell.params, "", name, &value);
        }
        double least_s = planned_cell_estimate_s(&shortest) + pace_report_s(1);
        cell_free(&shortest.cell);
        return r == 0 ? least_s : NAN;
    }
    return 0;
}

/* ---- probing ---- */

static bool needs_rate(const struct planned_cell *planned)
{
    return planned->rate_share > 0 && planned->subject_count > 0;
}

/* Where the profile does so, and there is a length to choose. */
static bool needs_noise(const struct execution *self)
{
    bool any = false;
    for (size_t i = 0; i < self->cells.count; i++)
        any |= self->cells.list[i].subject_count > 0 &&
               length_name(&self->options, &self->cells.list[i].cell) != NULL;
    return any && self->options.profile->fits_lengths && self->options.rounds == 0;
}

static const struct planned_cell *first_rate_cell(const struct execution *self, size_t *place)
{
    for (*place = 0; *place < self->cells.count; ++*place) {
        if (needs_rate(&self->cells.list[*place]))
            return &self->cells.list[*place];
    }
    return NULL;
}

/* The rate comes first: without it latency may be withheld, and lengths have a usual value. */
static int probe_machine(struct execution *self, struct probe *probe)
{
    const struct turn turn = {.begin_ns = clock_now_ns()};
    size_t place;
    const struct planned_cell *rated = first_rate_cell(self, &place);
    double budget_s = fmax(0, fmin(PROBE_S, ASIDE_SHARE * pace_remaining_s(&self->rounds.pace)));
    uint64_t deadline_ns = clock_now_ns() + (uint64_t)(budget_s * (double)NS_PER_S);
    int r = 0;
    if (rated != NULL) {
        const struct launch like = turn_launch(&self->rounds, &turn, &rated->cell,
                                               rounds_subject(&self->rounds, rated->subjects[0]));
        r = probe_rate(probe, &like, place, deadline_ns);
    }
    if (r == 0 && needs_noise(self)) {
        const struct launch like = {.subject_cpu = self->run.subject_cpu,
                                    .generator_cpu = self->run.generator_cpu,
                                    .seed = self->run.seed};
        r = probe_noise(probe, &like, deadline_ns);
    }
    return r;
}

static bool is_noisy(const struct probe *probe)
{
    return probe->deviation > NOISY_DEVIATION;
}

/* ---- rates ---- */

/* Two digits: as good as the probe is. */
static double two_digits(double rate)
{
    double unit = pow(10, floor(log10(rate)) - 1);
    return round(rate / unit) * unit;
}

/* Whether what was proved for one holds for the other: they differ in nothing but rate and length.
 */
static bool is_alike(const struct cell *one, const struct cell *other)
{
    if (!cell_same_mode(one, other) || one->params.count != other->params.count)
        return false;
    for (size_t i = 0; i < one->params.count; i++) {
        const struct named_value *each = &one->params.list[i];
        if (strcmp(each->name, "rate") != 0 && strcmp(each->name, "seconds") != 0 &&
            !value_equal(&each->value, named_values_find(&other->params, "", each->name)))
            return false;
    }
    return true;
}

/* The probe is the proof of headroom, where it has made that much more than the load. */
static int set_headroom(struct execution *self, size_t cell, size_t probed,
                        const struct probe *probe, double rate)
{
    struct headroom *headroom = &self->run.cells[cell].headroom;
    if (probe->rate_per_s < OPEN_LOOP_HEADROOM * rate ||
        !is_alike(&self->cells.list[cell].cell, &self->cells.list[probed].cell))
        return 0;
    headroom->known = headroom->proved = true;
    headroom->offered_per_s = rate;
    headroom->factor = probe->rate_per_s / rate;
    return text_set(&headroom->against, probe->against);
}

static int set_rates(struct execution *self, const struct probe *probe)
{
    size_t probed;
    int r = 0;
    if (first_rate_cell(self, &probed) == NULL)
        return 0;
    /* Where nothing is proved the proof comes after the first round, or does not. */
    double most_per_s = probe->rate_per_s > 0 ? probe->rate_per_s : probe->lowest_per_s;
    for (size_t i = 0; i < self->cells.count && r == 0; i++) {
        double share = self->cells.list[i].rate_share;
        if (!(share > 0))
            continue;
        const struct value rate = {.kind = VALUE_REAL, .real = two_digits(share * most_per_s)};
        r = set_parameter(self, i, "rate", &rate);
        if (r == 0)
            r = set_headroom(self, i, probed, probe, rate.real);
    }
    return r;
}

/* Of a proof, as lines of trials.jsonl; they wait there for the first round. */
static int keep_trials(struct execution *self, const struct probe *probe)
{
    size_t probed;
    int r = 0;
    if (first_rate_cell(self, &probed) == NULL || !self->run.cells[probed].headroom.known)
        return 0;
    for (size_t i = 0; i < probe->trials.count && r == 0; i++)
        r = run_folder_add(&self->folder, &self->run, &probe->trials.list[i]);
    return r;
}

/* ---- time ---- */

static double counting_s(const struct execution *self)
{
    double total_s = 0;
    for (size_t i = 0; i < self->cells.count; i++) {
        const struct planned_cell *planned = &self->cells.list[i];
        total_s += (double)planned->subject_count * rounds_trial_estimate_s(&planned->cell);
    }
    return total_s;
}

static int decide_counting(struct execution *self)
{
    if (!self->rounds.count_system_calls ||
        counting_s(self) <= ASIDE_SHARE * pace_remaining_s(&self->rounds.pace))
        return 0;
    self->rounds.count_system_calls = false;
    return text_set(&self->run.why_not_counted,
                    "it would have taken more than a tenth of the time of the run");
}

/* What of the usual lengths is left when the machine is noisy and the time is short. */
static int fit_lengths(struct execution *self, const struct probe *probe, double *share)
{
    struct value *usual = keep_lengths(self);
    double left_s = pace_remaining_s(&self->rounds.pace);
    double rounds = fmin(ROUNDS_WANTED, (double)self->rounds.pace.maximum_rounds);
    int r = usual != NULL ? 0 : -ENOMEM;
    *share = is_noisy(probe) ? NOISY_LENGTH : 1;
    if (r == 0 && *share < 1)
        r = set_lengths(self, usual, *share);
    double round_s = rounds_round_s(&self->rounds), before_s = INFINITY;
    while (r == 0 && rounds * round_s > left_s && round_s < before_s) {
        *share *= SHORTER;
        r = set_lengths(self, usual, *share);
        before_s = round_s;
        round_s = rounds_round_s(&self->rounds);
    }
    /* The last step changed nothing. */
    if (round_s >= before_s)
        *share /= SHORTER;
    free(usual);
    return r;
}

/* Fewer rounds than ROUNDS_WANTED of everything would name nobody: of the questions the first ones
 * are asked that so many rounds can answer. At least one is. */
static int fit_cells(struct execution *self)
{
    struct pace *pace = &self->rounds.pace;
    double round_s = 0;
    size_t asked = 0;
    if (!self->options.profile->fits_lengths || pace->maximum_rounds < (uint64_t)ROUNDS_WANTED)
        return 0;
    /* These are estimates. How long a round takes the first one shows. */
    self->rounds.wanted = ROUNDS_WANTED;
    for (size_t i = 0; i < self->cells.count; i++) {
        if (self->cells.list[i].subject_count == 0)
            continue;
        round_s += turn_expected_cell_s(&self->rounds, &self->cells.list[i]);
        pace_set_report(pace, ++asked);
        if (asked > 1 && !pace_has_time_for(pace, ROUNDS_WANTED, round_s)) {
            pace_set_report(pace, asked - 1);
            return rounds_leave_out(&self->rounds, i);
        }
    }
    return 0;
}

/* ---- all of it ---- */

static int record(struct execution *self, const struct probe *probe, double share, double took_s)
{
    struct named_values *kept = &self->run.probe;
    int r = named_values_add_real(kept, "", "seconds", took_s);
    if (r == 0 && probe->rate_per_s > 0)
        r = named_values_add_real(kept, "", "rate_per_s", probe->rate_per_s);
    if (r == 0 && probe->rate_per_s > 0)
        r = named_values_add_text(kept, "", "rate_against", probe->against);
    if (r == 0 && probe->ratios > 0)
        r = named_values_add_real(kept, "", "deviation", probe->deviation);
    if (r == 0 && probe->ratios > 0)
        r = named_values_add_integer(kept, "", "ratios", probe->ratios);
    return r == 0 ? named_values_add_real(kept, "", "length_share", share) : r;
}

/* One line, of what is not as usual. */
static void say(const struct execution *self, const struct probe *probe, double share, bool counted)
{
    size_t unused;
    bool no_rate = first_rate_cell(self, &unused) != NULL && !(probe->rate_per_s > 0);
    char noise[64] = "there is little time";
    if (self->options.quiet)
        return;
    if (is_noisy(probe))
        snprintf(noise, sizeof noise, "neighbouring trials differ by %.0f %%",
                 probe->deviation * 100);
    if (share < 1)
        fprintf(stderr, "%s: trials have %.0f %% of their usual length%s", noise, share * 100,
                counted ? "\n" : "; ");
    if (!counted)
        fprintf(stderr, "system calls are not counted: there is no time for it\n");
    if (no_rate)
        fprintf(stderr,
                "the highest rate of the generator is not known: shares are of %.0f requests a "
                "second; the report says which rates it proved\n",
                probe->lowest_per_s);
}

int fit_run(struct execution *self)
{
    struct probe probe = {0};
    double share = 1;
    bool counts = self->rounds.count_system_calls;
    uint64_t begin_ns = clock_now_ns();
    int r = probe_machine(self, &probe);
    double took_s = seconds_since(begin_ns);
    if (r == 0)
        r = set_rates(self, &probe);
    if (r == 0)
        r = keep_trials(self, &probe);
    if (r == 0)
        r = fit_lengths(self, &probe, &share);
    if (r == 0)
        r = fit_cells(self);
    if (r == 0)
        r = decide_counting(self);
    if (r == 0)
        r = record(self, &probe, share, took_s);
    if (r == 0)
        say(self, &probe, share, counts == self->rounds.count_system_calls);
    self->rounds.run_changed = true;
    probe_free(&probe);
    return r;
}
