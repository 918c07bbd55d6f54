/* Where the figures in results/README.md come from: how often whole runs name somebody falsely, and
 * how often they find a planted difference.
 *
 *     simulate_runs alike|planted [RUNS] */
#include "tests/harness/analysis/synthetic_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tally_of_runs {
    unsigned runs, named, found, pairs;
};

static void run_once(struct random *random, const struct synthetic_plan *plan,
                     struct tally_of_runs *out)
{
    struct run run;
    struct analysis analysis;
    if (!synthetic_run(&run, random, plan) ||
        analysis_open(&analysis, &run, &(struct analysis_request){.resamples = 1}) < 0)
        abort();
    unsigned with_last = synthetic_named(&analysis, plan->subjects - 1);
    unsigned all = synthetic_named(&analysis, SUBJECT_NONE);
    out->runs++;
    out->named += all > (plan->ratio == 1 ? 0 : with_last);
    out->found += with_last;
    out->pairs += plan->cells * (plan->subjects - 1);
    analysis_close(&analysis);
    run_free(&run);
}

/* 100 cells and 12 subjects are 6,600 pairs, 24 and 6 are 360, as in the quick profile. */
static void planted(unsigned samples)
{
    static const struct {
        unsigned cells, subjects, rounds;
        double deviation, ratio;
    } cases[] = {
        {24, 6, 20, 0.05, 1.05}, {24, 6, 25, 0.05, 1.05},  {24, 6, 50, 0.05, 1.05},
        {24, 6, 50, 0.13, 1.05}, {24, 6, 100, 0.13, 1.05}, {24, 6, 200, 0.13, 1.05},
        {24, 6, 20, 0.13, 1.5},  {24, 6, 20, 0.13, 2},     {100, 12, 50, 0.05, 1.05},
    };
    printf("%u runs each: share of runs with a false FASTER or SLOWER, "
           "share of planted pairs "
           "found\n%-10s %5s %8s %6s %9s %5s  %6s  %6s\n",
           samples, "shape", "cells", "subjects", "rounds", "deviation", "ratio", "false", "found");
    for (unsigned shape = 0; shape <= SYNTHETIC_DISTURBED; shape++) {
        for (unsigned c = 0; c < sizeof cases / sizeof *cases; c++) {
            struct tally_of_runs out = {0};
            struct random random;
            struct synthetic_plan plan = {cases[c].cells, cases[c].subjects,  cases[c].rounds,
                                          shape,          cases[c].deviation, cases[c].ratio};
            random_seed(&random, 4);
            for (unsigned i = 0; i < samples; i++)
                run_once(&random, &plan, &out);
            printf("%-10s %5u %8u %6u %9.2f %5.2f  %.4f  ", synthetic_name(shape), plan.cells,
                   plan.subjects, plan.rounds, plan.deviation, plan.ratio,
                   (double)out.named / out.runs);
            printf("%.4f\n", (double)out.found / out.pairs);
            fflush(stdout);
        }
    }
}

/* A against A only, with intervals of what is found: 360 pairs each. The bound is 360 times the
 * largest p that is under 0.01 / 360: with 20 rounds 0.96 %, with 50 rounds 1 %. */
static void alike(unsigned samples)
{
    static const unsigned rounds_of[] = {20, 50};
    for (unsigned shape = 0; shape <= SYNTHETIC_DISTURBED; shape++) {
        for (unsigned c = 0; c < 2; c++) {
            struct tally_of_runs out = {0};
            struct random random;
            struct synthetic_plan plan = {24, 6, rounds_of[c], shape, 0.13, 1};
            random_seed(&random, 5 + c);
            for (unsigned i = 0; i < samples; i++)
                run_once(&random, &plan, &out);
            printf("%-10s %u rounds: %u of %u runs name somebody, %.4f\n", synthetic_name(shape),
                   rounds_of[c], out.named, out.runs, (double)out.named / out.runs);
            fflush(stdout);
        }
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    unsigned samples = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 100;
    if (strcmp(what, "alike") == 0 && samples > 0)
        alike(samples);
    else if (strcmp(what, "planted") == 0 && samples > 0)
        planted(samples);
    else
        return fprintf(stderr, "usage: simulate_runs alike|planted [RUNS]\n"), 2;
    return 0;
}
