/* `pollbench generate`: the process that makes the load of one trial. */
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/command.h"
#include "harness/execute/trial_request.h"
#include "harness/generator/generator.h"
#include "harness/system/limits.h"

#include <limits.h>
#include <stdio.h>

static int take_cpu(void *target, const char *value, char *problem)
{
    uint64_t cpu;
    int r = options_integer("--cpu", value, 0, INT_MAX, &cpu, problem);
    if (r == 0)
        *(int *)target = (int)cpu;
    return r;
}

static const struct option_row rows[] = {
    {"--cpu", "N", "the CPU to stay on; default: any", take_cpu, false},
    {NULL, NULL, NULL, NULL, false},
};

int command_generate(int argc, char **argv)
{
    char problem[PROBLEM_BYTES];
    uint64_t files;
    int cpu = -1;
    int r = options_parse(rows, NULL, &cpu, argc, argv, problem);
    if (r == OPTIONS_HELP) {
        printf("usage: pollbench generate [--cpu N]\n\n"
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
    return generator_main(CONTROL_FD, cpu);
}
