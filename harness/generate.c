/* `pollbench generate`: the process that makes the load of one trial. */
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/command.h"
#include "harness/execute/trial_request.h"
#include "harness/generator/generator.h"
#include "harness/system/limits.h"

#include <limits.h>
#include <stdio.h>

struct places {
    /* -1: not said. */
    int cpu, helper_cpu;
};

static int take(const char *option, const char *value, int *cpu, char *problem)
{
    uint64_t number;
    int r = options_integer(option, value, 0, INT_MAX, &number, problem);
    if (r == 0)
        *cpu = (int)number;
    return r;
}

static int take_cpu(void *target, const char *value, char *problem)
{
    return take("--cpu", value, &((struct places *)target)->cpu, problem);
}

static int take_helper_cpu(void *target, const char *value, char *problem)
{
    return take("--helper-cpu", value, &((struct places *)target)->helper_cpu, problem);
}

static const struct option_row rows[] = {
    {"--cpu", "N", "the CPU to stay on; default: any", take_cpu, false},
    {"--helper-cpu", "N",
     "the CPU on which a second thread makes and ends connections; default: there is none",
     take_helper_cpu, false},
    {NULL, NULL, NULL, NULL, false},
};

int command_generate(int argc, char **argv)
{
    char problem[PROBLEM_BYTES];
    uint64_t files;
    struct places places = {-1, -1};
    int r = options_parse(rows, NULL, &places, argc, argv, problem);
    if (r == OPTIONS_HELP) {
        printf("usage: pollbench generate [--cpu N] [--helper-cpu N]\n\n"
               "Internal: pollbench run starts it. Descriptor %d is its control channel.\n",
               CONTROL_FD);
        options_print(stdout, rows);
        return EXIT_DONE;
    }
    if (r < 0) {
        fprintf(stderr, "pollbench generate: %s\n", problem);
        return EXIT_USAGE;
    }
    limits_raise_files(&files);
    return generator_main(CONTROL_FD, places.cpu, places.helper_cpu);
}
