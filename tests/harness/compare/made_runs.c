#include "tests/harness/compare/made_runs.h"

#include "harness/contract/parameters.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/stats/synthetic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static double or_default(double value, double otherwise)
{
    return value != 0 ? value : otherwise;
}

static void add_manifest(struct named_values *manifest, const char *kernel)
{
    static const char *const texts[][3] = {
        {"", "date", "2026-01-01T00:00:00Z"},
        {"", "machine", "x86_64"},
        {"", "cpu", "CPU"},
        {"", "virtualization", "kvm"},
        {"mitigations", "meltdown", "Not affected"},
        {"libraries", "libc", "glibc 2.36"},
        {"", "commit", "aaaa"},
        {"", "compiler", "gcc 12"},
        {"", "flags", "-O2 -Wall"},
    };
    int r = named_values_add_text(manifest, "", "kernel", kernel);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        r |= named_values_add_text(manifest, texts[i][0], texts[i][1], texts[i][2]);
    r |= named_values_add_integer(manifest, "", "cpus", 2);
    r |= named_values_add_integer(manifest, "", "memory_kib", 8000000);
    r |= named_values_add_integer(manifest, "sysctl", "net.core.somaxconn", 4096);
    assert_int_equal(r, 0);
}

static size_t add_subjects(struct run *run, const struct made_subject *subjects)
{
    size_t count = 0;
    for (; count < MADE_SUBJECTS_MAX && subjects[count].name != NULL; count++) {
        struct run_subject *subject = run_add_subject(run);
        assert_non_null(subject);
        subject->available = true;
        subject->tier = TIER_READINESS;
        assert_int_equal(text_set(&subject->name, subjects[count].name) |
                             text_set(&subject->asked, "") | text_set(&subject->granted, "") |
                             text_set(&subject->summary, ""),
                         0);
    }
    return count;
}

static void add_trial(struct run_cell *cell, const struct made_run *made, struct trial *trial,
                      double value, bool early)
{
    char problem[PROBLEM_BYTES];
    const struct metric *metric = workload_main_metric(cell->cell.workload, cell->cell.mode);
    trial->valid = !made->all_invalid;
    snprintf(trial->why_invalid, sizeof trial->why_invalid, "%s", trial->valid ? "" : "stolen");
    trial->outcome.has_generator = made->bound_every > 0;
    trial->outcome.generator.bound = made->bound_every > 0 && trial->round % made->bound_every == 0;
    assert_int_equal(figures_set(&trial->outcome.metrics, metric->name, value), 0);
    if (early)
        assert_int_equal(figures_set(&trial->outcome.metrics, "early", 1), 0);
    assert_int_equal(trial_table_add(&cell->trials, trial, 0, problem), 0);
    trial_reset(trial);
}

static void add_trials(struct run_cell *cell, struct random *random, const struct made_run *made,
                       const struct made_subject *subjects, size_t count)
{
    double drift = or_default(made->drift, 0.1), noise = or_default(made->noise, 0.05);
    double state = synthetic_draw(random, SYNTHETIC_NORMAL);
    struct trial trial = {.cpu = -1};
    for (unsigned round = 0; round < or_default(made->rounds, 30); round++) {
        for (size_t i = 0; i < count; i++) {
            double shared = exp(drift * state) * or_default(made->offset, 1);
            double own = exp(noise * synthetic_draw(random, SYNTHETIC_NORMAL));
            bool early = made->early_round > 0 && made->early_round == round && i + 1 == count;
            trial = (struct trial){
                .has_outcome = true, .cpu = -1, .subject = i, .round = round, .order = i};
            add_trial(cell, made, &trial, 3000 * shared * own * or_default(subjects[i].cost, 1),
                      early);
        }
        state = 0.9 * state + sqrt(1 - 0.81) * synthetic_draw(random, SYNTHETIC_NORMAL);
    }
    trial_free(&trial);
}

static void make_run(struct run *run, const struct made_run *made)
{
    static const struct made_subject usual[] = {
        {"floor:epoll", 1}, {"epoll", 1}, {"poll", 1}, {NULL, 0}};
    const struct made_subject *subjects = made->subjects[0].name != NULL ? made->subjects : usual;
    struct random random;
    char id[32];
    random_seed(&random, made->seed);
    snprintf(id, sizeof id, "20260101-000000-%04d", (int)made->seed);
    assert_int_equal(text_set(&run->id, id) | text_set(&run->profile, "quick"), 0);
    run->subject_cpu = 1;
    add_manifest(&run->manifest, made->kernel != NULL ? made->kernel : "Linux 6.18.0");
    run->rounds = (uint64_t)or_default(made->rounds, 30);
    size_t count = add_subjects(run, subjects);
    for (unsigned i = 0; i < or_default(made->cells, 1); i++) {
        struct run_cell *cell = run_add_cell(run);
        assert_non_null(cell);
        cell->cell.workload = made->workload != NULL ? made->workload : &accept_workload;
        cell->cell.mode =
            workload_mode(cell->cell.workload, made->mode != NULL ? made->mode : "drain");
        assert_int_equal(named_values_add_integer(&cell->cell.params, "", "queue", 1000) |
                             named_values_add_integer(&cell->cell.params, "", "idle", i),
                         0);
        trial_table_open(&cell->trials, cell->cell.workload, cell->cell.mode);
        if (i == 0 && made->skipped != NULL)
            assert_int_equal(text_set(&cell->skipped, made->skipped), 0);
        else
            add_trials(cell, &random, made, subjects, count);
    }
}

static void make_side(struct side *side, const struct made_run *made, size_t count)
{
    side->runs = calloc(count, sizeof *side->runs);
    for (; side->count < count; side->count++) {
        side->runs[side->count].folder = "folder";
        make_run(&side->runs[side->count].run, &made[side->count]);
    }
}

void compare_runs(struct made_comparison *made, const struct made_run *base, size_t base_count,
                  const struct made_run *new, size_t new_count)
{
    struct run_comparison *comparison = &made->comparison;
    *comparison = (struct run_comparison){.options = &made->options, .control = NOT_IN_RUN};
    make_side(&comparison->sides[BASE], base, base_count);
    make_side(&comparison->sides[NEW], new, new_count);
    assert_int_equal(comparison_match(comparison, made->problem), 0);
    assert_int_equal(comparison_select(comparison, made->problem), 0);
    made->r = comparison_make(comparison, made->problem);
}

void compare_two(struct made_comparison *made, const struct made_run *base,
                 const struct made_run *new)
{
    compare_runs(made, base, 1, new, 1);
}

const struct compared_pair *pair_of(const struct made_comparison *made, const char *subject)
{
    const struct run_comparison *comparison = &made->comparison;
    const struct compared_pair *found = NULL;
    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct compared_pair *pair = &comparison->pairs[i];
        if (strcmp(pair->subject, subject) == 0 && (found == NULL || pair->place < found->place))
            found = pair;
    }
    assert_non_null(found);
    return found;
}

enum verdict_word word_of(const struct made_comparison *made, const char *subject)
{
    return pair_of(made, subject)->verdict.word;
}
