/* Where the figures in results/METHOD.md come from: how often whole runs name somebody falsely, how
 * often an interval misses the truth, and how many rounds a difference takes.
 *
 *     simulate_runs permuted FILE RUNS [SEED]   real rounds (data/README.md), subjects exchanged
 *     simulate_runs alike RUNS [SEED]           made-up rounds, nobody differs
 *     simulate_runs planted RUNS [SEED]         one subject of each cell differs
 *     simulate_runs names FILE                  what a real run names, by rounds
 *
 * The stopping rule is on throughout: what is decided leaves. */
#include "harness/stats/proportion.h"
#include "tests/harness/analysis/made_rounds.h"
#include "tests/harness/analysis/measured_rounds.h"
#include "tests/harness/analysis/played_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tally {
    unsigned runs, named, missed, equivalent;
    size_t pairs, found, wrong_way, rounds, trials, full_trials;
};

/* `truth`: of the last subject of each cell to all others, as a logarithm. */
static void count(struct tally *tally, const struct played_run *run, const struct played_plan *plan,
                  double truth)
{
    bool named = false, missed = false, equivalent = false;
    for (size_t i = 0; i < run->pair_count; i++) {
        const struct played_pair *pair = &run->pairs[i];
        bool planted = truth != 0 && pair->subject + 1 == plan->subjects[pair->cell];
        double is = planted ? truth : 0;
        named |= !planted && pair->ever_named;
        missed |= pair->result.bounded && (is < pair->result.low || is > pair->result.high);
        equivalent |= pair->inside && fabs(is) >= log1p(plan->minimum_effect);
        if (!planted || pair->baseline != 0)
            continue;
        tally->pairs++;
        tally->found += pair->named && (pair->result.estimate > 0) == (is > 0);
        tally->wrong_way += pair->named && (pair->result.estimate > 0) != (is > 0);
        tally->rounds += pair->decided_at > 0 ? pair->decided_at : plan->rounds;
    }
    tally->runs++;
    tally->named += named;
    tally->missed += missed;
    tally->equivalent += equivalent;
    tally->trials += run->trials;
    for (size_t c = 0; c < plan->cells; c++)
        tally->full_trials += plan->rounds * plan->subjects[c];
}

static void play(struct tally *tally, const struct played_plan *plan, double truth)
{
    struct played_run run;
    if (!played_run(&run, plan)) {
        fprintf(stderr, "simulate_runs: out of memory\n");
        exit(3);
    }
    count(tally, &run, plan, truth);
    played_run_free(&run);
}

static void print_share(const char *what, unsigned count, unsigned of)
{
    struct proportion share;
    if (proportion_of(count, of, 0.99, &share) == 0)
        printf("  %s %u of %u: %.2f %% [%.2f, %.2f]", what, count, of, 100 * share.share,
               100 * share.low, 100 * share.high);
}

static int permuted(const char *file, unsigned runs, uint64_t seed)
{
    struct measured_rounds *rounds;
    struct tally tally = {0};
    if (!measured_rounds_read(&rounds, file))
        return fprintf(stderr, "simulate_runs: %s cannot be read\n", file), 3;
    random_seed(&rounds->random, seed);
    rounds->exchange = true;
    const struct played_plan plan = measured_rounds_plan(rounds);
    for (unsigned i = 0; i < runs; i++)
        play(&tally, &plan, 0);
    printf("%s, %zu rounds, seed %llu:", file, plan.rounds, (unsigned long long)seed);
    print_share("named somebody:", tally.named, tally.runs);
    print_share("an interval missed 1:", tally.missed, tally.runs);
    printf("\n");
    measured_rounds_free(rounds);
    return 0;
}

static int names(const char *file)
{
    struct measured_rounds *rounds;
    if (!measured_rounds_read(&rounds, file))
        return fprintf(stderr, "simulate_runs: %s cannot be read\n", file), 3;
    struct played_plan plan = measured_rounds_plan(rounds);
    size_t all = plan.rounds;
    for (plan.rounds = 8; plan.rounds <= all; plan.rounds++) {
        struct played_run run;
        size_t named = 0, inside = 0;
        plan.stops = false;
        if (!played_run(&run, &plan))
            return 3;
        for (size_t i = 0; i < run.pair_count; i++) {
            named += run.pairs[i].named;
            inside += run.pairs[i].inside;
        }
        printf("%zu rounds: %zu of %zu pairs named, %zu equivalent\n", plan.rounds, named,
               run.pair_count, inside);
        played_run_free(&run);
    }
    measured_rounds_free(rounds);
    return 0;
}

static void made(unsigned runs, uint64_t seed, double ratio, double deviation, size_t rounds)
{
    for (unsigned shape = 0; shape < MADE_SHAPES; shape++) {
        static const size_t subjects[] = {4, 4, 4, 4, 4, 4, 2, 2, 2, 2};
        struct tally tally = {0};
        struct made_rounds source = {
            .shape = shape, .deviation = deviation, .log_ratio = log(ratio), .subjects = subjects};
        const struct played_plan plan = {
            .cells = sizeof subjects / sizeof *subjects,
            .rounds = rounds,
            .subjects = subjects,
            .values = made_rounds_values,
            .source = &source,
            .minimum_effect = 0.03,
            .stops = true,
        };
        random_seed(&source.random, seed);
        for (unsigned i = 0; i < runs; i++) {
            made_rounds_begin(&source);
            play(&tally, &plan, source.log_ratio);
        }
        printf("%-10s ratio %.2f deviation %.2f, %zu rounds:", made_shape_name(shape), ratio,
               deviation, rounds);
        print_share("false names:", tally.named, tally.runs);
        print_share("an interval missed:", tally.missed, tally.runs);
        if (tally.pairs > 0)
            printf("  found %.1f %%, after %.1f rounds, false EQUIVALENT in %u runs",
                   100.0 * (double)tally.found / (double)tally.pairs,
                   (double)tally.rounds / (double)tally.pairs, tally.equivalent);
        printf("  trials %.0f %%\n", 100.0 * (double)tally.trials / (double)tally.full_trials);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    bool has_file = strcmp(what, "permuted") == 0;
    unsigned runs = argc > 2 + has_file ? (unsigned)strtoul(argv[2 + has_file], NULL, 10) : 0;
    uint64_t seed = argc > 3 + has_file ? strtoull(argv[3 + has_file], NULL, 10) : 1;
    if (strcmp(what, "names") == 0)
        return names(argv[2]);
    if (has_file && runs > 0)
        return permuted(argv[2], runs, seed);
    if (strcmp(what, "alike") == 0 && runs > 0) {
        made(runs, seed, 1, 0.13, 30);
        made(runs, seed, 1, 0.05, 60);
    } else if (strcmp(what, "planted") == 0 && runs > 0) {
        made(runs, seed, 1.05, 0.07, 120);
        made(runs, seed, 1.25, 0.15, 60);
    } else {
        return fprintf(stderr, "usage: simulate_runs permuted FILE RUNS [SEED]\n"
                               "       simulate_runs alike|planted RUNS [SEED]\n"
                               "       simulate_runs names FILE\n"),
               2;
    }
    return 0;
}
