/* pollbench: which kernel I/O backend costs less for a workload, and by how much. */
#include "harness/base/nearest.h"
#include "harness/base/problem.h"
#include "harness/command.h"
#include "harness/system/process.h"
#include "harness/system/version.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    /* NULL: internal, not shown. */
    const char *summary;
};

static const struct command commands[] = {
    {"list", command_list, "every subject: tier, available or why not, features asked and granted"},
    {"run", command_run, "measure, and write a result folder"},
    {"report", command_report, "tables, CSV and charts from a result folder alone"},
    {"compare", command_compare,
     "a verdict per cell on two runs: another commit, kernel or machine"},
    {"calibrate", command_calibrate, "how far to trust the verdicts of this machine"},
    {"check", command_check, "the conformance cases on this kernel"},
    {"hello", command_hello, "serve \"Hello World\" over HTTP on any backend"},
    {"trial", command_trial, NULL},
    {"generate", command_generate, NULL},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    fprintf(out,
            "pollbench: which kernel I/O backend costs less for a workload, and by how much\n\n"
            "usage: pollbench COMMAND [options]\n\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i].summary != NULL)
            fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    fprintf(out,
            "\npollbench COMMAND --help says more; pollbench --version, what this program is.\n"
            "Exit status: 0 done, 1 a comparison or check failed, 2 bad usage, 3 anything else\n"
            "failed, 130 a run was ended by Ctrl-C (143 by SIGTERM).\n");
}

static int unknown_command(const char *name)
{
    char problem[PROBLEM_BYTES];
    struct nearest nearest;
    nearest_begin(&nearest, name);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i].summary != NULL)
            nearest_consider(&nearest, commands[i].name);
    }
    nearest_consider(&nearest, "--help");
    nearest_consider(&nearest, "--version");
    nearest_unknown(&nearest, "command", "pollbench --help", problem);
    fprintf(stderr, "pollbench: %s\n", problem);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        version_print(stdout);
        return EXIT_DONE;
    }
    if (process_remember_self(argv[0]) < 0) {
        fprintf(stderr, "pollbench: \"%s\" is not where this program is; start it by its path\n",
                argv[0]);
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    return unknown_command(argv[1]);
}
