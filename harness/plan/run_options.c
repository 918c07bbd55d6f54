#include "harness/plan/run_options.h"

#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/problem.h"
#include "harness/base/terminal.h"
#include "harness/contract/parameters.h"
#include "harness/plan/settings.h"
#include "harness/plan/workload_help.h"
#include "harness/stats/verdict.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIME_MIN_S 0.001
#define TIME_MAX_S (7 * 24 * 3600.0)

enum { CPU_MOST = 65535 };

static int take_workload(void *target, const char *name, char *problem)
{
    struct run_options *options = target;
    const struct workload *workload = workload_find(name);
    if (workload == NULL) {
        struct nearest nearest;
        size_t count;
        const struct workload *const *all = workloads(&count);
        nearest_begin(&nearest, name);
        for (size_t i = 0; i < count; i++)
            nearest_consider(&nearest, all[i]->name);
        return nearest_unknown(&nearest, "workload", "pollbench run --help", problem);
    }
    for (size_t i = 0; i < options->workload_count; i++) {
        if (options->workloads[i] == workload)
            return problem_say(problem, -EINVAL, "workload \"%s\" is given twice", name);
    }
    options->workloads[options->workload_count++] = workload;
    options->workloads_named = true;
    return 0;
}

/* NULL, with a sentence: there is none of that name. */
static const struct subject *read_subject(const char *name, char *problem)
{
    const struct subject *subject = subject_find(name);
    if (subject != NULL)
        return subject;
    struct nearest nearest;
    size_t count;
    const struct subject *all = subjects(&count);
    nearest_begin(&nearest, name);
    for (size_t i = 0; i < count; i++) {
        /* Peers on another mechanism than their best would make the list too long for a sentence.
         */
        if (all[i].variant != NULL || !all[i].opt_in)
            nearest_consider(&nearest, all[i].name);
    }
    nearest_unknown(&nearest, "backend", "pollbench list", problem);
    return NULL;
}

static bool names_subject(const struct run_options *options, const struct subject *subject)
{
    for (size_t i = 0; i < options->subject_count; i++) {
        if (options->subjects[i] == subject)
            return true;
    }
    return false;
}

static int take_subject(void *target, const char *name, char *problem)
{
    struct run_options *options = target;
    const struct subject *subject = read_subject(name, problem);
    if (subject == NULL)
        return -EINVAL;
    if (names_subject(options, subject))
        return problem_say(problem, -EINVAL, "--backends names \"%s\" twice", name);
    if (options->subject_count == RUN_SUBJECTS_MAX)
        return problem_say(problem, -EINVAL, "--backends names more than %d", RUN_SUBJECTS_MAX);
    options->subjects[options->subject_count++] = subject;
    return 0;
}

static int take_backends(void *target, const char *value, char *problem)
{
    return options_split("--backends", value, take_subject, target, problem);
}

static int take_baseline(void *target, const char *name, char *problem)
{
    struct run_options *options = target;
    options->baseline = read_subject(name, problem);
    return options->baseline != NULL ? 0 : -EINVAL;
}

static int take_setting(void *target, const char *text, char *problem)
{
    return settings_add(target, text, problem);
}

static int take_rounds(void *target, const char *value, char *problem)
{
    struct run_options *options = target;
    return options_integer("--rounds", value, 1, ROUNDS_MAXIMUM, &options->rounds, problem);
}

static int take_time(void *target, const char *value, char *problem)
{
    struct run_options *options = target;
    if (number_duration(value, TIME_MIN_S, TIME_MAX_S, &options->time_s) == 0)
        return 0;
    return problem_say(problem, -EINVAL,
                       "--time cannot be \"%s\": it is a number of seconds, or one with its unit "
                       "(ms, s, m, h), as "
                       "30 or 2m, from 1ms to 168h",
                       value);
}

static int take_seed(void *target, const char *value, char *problem)
{
    struct run_options *options = target;
    options->seed_given = true;
    return options_integer("--seed", value, 0, INT64_MAX, &options->seed, problem);
}

static int take_profile(void *target, const char *value, char *problem)
{
    struct run_options *options = target;
    options->profile = profile_find(value);
    if (options->profile != NULL)
        return 0;
    struct nearest nearest;
    nearest_begin(&nearest, value);
    for (size_t i = 0; profile_at(i) != NULL; i++)
        nearest_consider(&nearest, profile_at(i)->name);
    return nearest_unknown(&nearest, "profile", "pollbench run --help", problem);
}

static int take_out(void *target, const char *value, char *problem)
{
    if (*value == '\0')
        return problem_say(problem, -EINVAL, "--out was given an empty name; it takes a folder");
    ((struct run_options *)target)->out_folder = value;
    return 0;
}

static int take_minimum_effect(void *target, const char *value, char *problem)
{
    struct run_options *options = target;
    return options_percentage("--min-effect", value, 100 * VERDICT_MINIMUM_EFFECT_LOWEST,
                              100 * VERDICT_MINIMUM_EFFECT_HIGHEST, &options->minimum_effect,
                              problem);
}

static int take_cpu(const char *option, const char *value, int *cpu, char *problem)
{
    uint64_t number;
    int r = options_integer(option, value, 0, CPU_MOST, &number, problem);
    *cpu = r == 0 ? (int)number : -1;
    return r;
}

static int take_server_cpu(void *target, const char *value, char *problem)
{
    return take_cpu("--server-cpu", value, &((struct run_options *)target)->server_cpu, problem);
}

static int take_generator_cpu(void *target, const char *value, char *problem)
{
    return take_cpu("--generator-cpu", value, &((struct run_options *)target)->generator_cpu,
                    problem);
}

static int take_all_rounds(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct run_options *)target)->all_rounds = true;
    return 0;
}

static int take_quiet(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct run_options *)target)->quiet = true;
    return 0;
}

static int take_json(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct run_options *)target)->json = true;
    return 0;
}

static int take_verbose(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct run_options *)target)->verbose = true;
    return 0;
}

static int take_help_all(void *target, const char *value, char *problem)
{
    (void)target, (void)value, (void)problem;
    return 0;
}

static const struct option_row rows[] = {
    {"--backends", "A,B,floor:C",
     "who is compared: names of pollbench list; default: those fit for it", take_backends, true},
    {"--baseline", "NAME", "whom with; default: epoll, or the first of two", take_baseline, false},
    {"--set", "NAME=VALUE,VALUE", "a parameter or the mode; a list is a sweep; repeatable",
     take_setting, true},
    {"--profile", "NAME", "values and bounds that are not given; default: quick", take_profile,
     false},
    {"--time", "30", "of the whole command: 30 (seconds), 5m, 1h; kept to 10 %", take_time, false},
    {"--rounds", "N", "at most N rounds; nobody is named before 9", take_rounds, false},
    {"--all-rounds", NULL, "measure also what is decided, to the end", take_all_rounds, false},
    {"--min-effect", "3%", "the smallest difference to be named; default: 3%", take_minimum_effect,
     false},
    {"--seed", "N", "of the order of subjects and of arrivals; recorded", take_seed, false},
    {"--server-cpu", "N", "default: a fast core, the last one", take_server_cpu, false},
    {"--generator-cpu", "N", "default: another fast core, the first", take_generator_cpu, false},
    {"--out", "DIR", "a new or empty folder; default: results/runs/ID", take_out, false},
    {"--quiet", NULL, "no progress", take_quiet, false},
    {"--verbose", NULL, "all tables before the answer", take_verbose, false},
    {"--json", NULL, "the run as JSON on standard output, and nothing else there", take_json,
     false},
    {"--help-all", NULL, "everything: all workloads and profiles", take_help_all, false},
    {NULL, NULL, NULL, NULL, false},
};

bool run_options_have_subject(const struct run_options *options, const struct subject *subject)
{
    if (subject->opt_in)
        return false;
    for (size_t i = 0; i < options->workload_count; i++) {
        const struct workload *workload = options->workloads[i];
        for (const char *const *mode = workload->modes; *mode != NULL; mode++) {
            if (run_options_has_mode(options, workload, *mode) &&
                profile_has_subject(options->profile, workload->name, *mode, subject->name))
                return true;
        }
    }
    return false;
}

/* A baseline that does not run is none. */
static int check_baseline(const struct run_options *options, char *problem)
{
    const struct subject *baseline = options->baseline;
    if (baseline == NULL || names_subject(options, baseline))
        return 0;
    if (options->subject_count > 0)
        return problem_say(problem, -EINVAL,
                           "--baseline is \"%s\", and --backends does not name it", baseline->name);
    if (baseline->opt_in)
        return problem_say(problem, -EINVAL,
                           "--baseline is \"%s\", which runs only when --backends names it",
                           baseline->name);
    if (!run_options_have_subject(options, baseline))
        return problem_say(problem, -EINVAL,
                           "--baseline is \"%s\", which profile %s does not run here; name it with "
                           "--backends as well, or choose --profile standard",
                           baseline->name, options->profile->name);
    return 0;
}

/* What help is of, were it asked for: that wins over every mistake. */
static void find_help(struct run_options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        options->help_all |= strcmp(argv[i], "--help-all") == 0;
        if (options->help_workload == NULL)
            options->help_workload = workload_find(argv[i]);
    }
}

int run_options_parse(struct run_options *options, int argc, char **argv, char *problem)
{
    *options = (struct run_options){.profile = profile_at(0),
                                    .minimum_effect = VERDICT_MINIMUM_EFFECT,
                                    .server_cpu = -1,
                                    .generator_cpu = -1};
    find_help(options, argc, argv);
    int r = options->help_all ? OPTIONS_HELP
                              : options_parse(rows, take_workload, options, argc, argv, problem);
    if (r == OPTIONS_DONE && options->workload_count == 0) {
        size_t count;
        const struct workload *const *all = workloads(&count);
        for (size_t i = 0; i < count && i < RUN_WORKLOADS_MAX; i++)
            options->workloads[options->workload_count++] = all[i];
    }
    return r == OPTIONS_DONE ? check_baseline(options, problem) : r;
}

void run_options_free(struct run_options *options)
{
    settings_free(options);
}

static void print_profile(FILE *out, const struct profile *profile)
{
    bool hours = profile->time_s >= 3600, minutes = profile->time_s >= 600;
    char text[160];
    snprintf(text, sizeof text, "%s; %g %s", profile->summary,
             profile->time_s / (hours     ? 3600
                                : minutes ? 60
                                          : 1),
             hours     ? "hours"
             : minutes ? "minutes"
                       : "seconds");
    int column = fprintf(out, "  %-24s ", profile->name);
    terminal_wrap(out, column, column, text);
}

static void print_usage(FILE *out)
{
    size_t count;
    const struct workload *const *all = workloads(&count);
    fprintf(out, "usage: pollbench run [WORKLOAD...] [OPTION...]\n"
                 "Measures, prints who costs less and by how much, and writes a result folder.\n\n"
                 "workloads (default: all):\n");
    for (size_t i = 0; i < count; i++)
        terminal_wrap(out, fprintf(out, "  %-24s ", all[i]->name), 27, all[i]->summary);
    fprintf(out, "options:\n");
    options_print(out, rows);
    fprintf(out, "profiles:\n");
    for (size_t i = 0; profile_at(i) != NULL; i++)
        print_profile(out, profile_at(i));
    fprintf(out, "\nA number may be 5k, 1.5M or 1G. Of one workload: pollbench run accept --help.\n"
                 "Exit status: 0 done; 2 bad usage; 3 something failed; 130 Ctrl-C, 143 SIGTERM,\n"
                 "129 SIGHUP: what was measured until then is saved and printed.\n");
}

void run_options_print_help(FILE *out, const struct run_options *options)
{
    if (options->help_workload != NULL && !options->help_all) {
        workload_help_print(out, options->help_workload);
        return;
    }
    print_usage(out);
    if (!options->help_all)
        return;
    fprintf(out, "\nvalues of the profiles:\n");
    for (size_t i = 0; profile_at(i) != NULL; i++)
        profile_print(out, profile_at(i));
    workload_help_print_all(out);
}
