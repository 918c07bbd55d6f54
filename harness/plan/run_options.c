#include "harness/plan/run_options.h"

#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/problem.h"
#include "harness/base/utf8.h"
#include "harness/contract/parameters.h"
#include "harness/plan/workload_help.h"
#include "harness/stats/verdict.h"
#include "harness/subjects/subjects.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIME_MIN_S 0.001
#define TIME_MAX_S (7 * 24 * 3600.0)

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
    for (size_t i = 0; i < count; i++)
        nearest_consider(&nearest, all[i].name);
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

/* ---- settings ---- */

const struct setting *run_options_setting(const struct run_options *options, const char *name)
{
    for (size_t i = 0; i < options->setting_count; i++) {
        if (strcmp(options->settings[i].name, name) == 0)
            return &options->settings[i];
    }
    return NULL;
}

bool run_options_has_mode(const struct run_options *options, const struct workload *workload,
                          const char *mode)
{
    char name[64];
    const struct setting *chosen = run_options_setting(options, "mode");
    snprintf(name, sizeof name, "%s %s", workload->name, mode);
    if (chosen == NULL)
        return options->workloads_named || !name_in_list(options->profile->left_out, name);
    for (size_t i = 0; i < chosen->count; i++) {
        if (strcmp(chosen->values[i], mode) == 0)
            return true;
    }
    return false;
}

static int take_setting_value(void *target, const char *value, char *problem)
{
    struct setting *setting = target;
    for (size_t i = 0; i < setting->count; i++) {
        if (strcmp(setting->values[i], value) == 0)
            return problem_say(problem, -EINVAL, "--set gives the value \"%s\" twice", value);
    }
    if (!utf8_is_valid(value))
        return problem_say(problem, -EINVAL, "--set was given a value that is not UTF-8 text");
    char **grown = realloc(setting->values, (setting->count + 1) * sizeof grown[0]);
    char *copy = grown != NULL ? strdup(value) : NULL;
    if (grown != NULL)
        setting->values = grown;
    if (copy == NULL)
        return problem_say(problem, -ENOMEM, "there is no memory for the settings");
    grown[setting->count++] = copy;
    return 0;
}

static int add_setting(struct run_options *options, const char *name, struct setting **setting)
{
    size_t bytes = (options->setting_count + 1) * sizeof options->settings[0];
    struct setting *grown = realloc(options->settings, bytes);
    char *copy = grown != NULL ? strdup(name) : NULL;
    if (grown != NULL)
        options->settings = grown;
    if (copy == NULL)
        return -ENOMEM;
    *setting = &grown[options->setting_count++];
    **setting = (struct setting){.name = copy};
    return 0;
}

static int take_setting(void *target, const char *text, char *problem)
{
    struct run_options *options = target;
    struct setting *setting;
    char key[64], option[80];
    size_t length = strcspn(text, "=");
    if (text[length] != '=' || length == 0 || length >= sizeof key)
        return problem_say(problem, -EINVAL,
                           "--set cannot be \"%s\"; it is NAME=VALUE or NAME=VALUE,VALUE", text);
    memcpy(key, text, length);
    key[length] = '\0';
    if (text[length + 1] == '\0')
        return problem_say(problem, -EINVAL, "--set %s= has an empty value", key);
    if (run_options_setting(options, key) != NULL)
        return problem_say(problem, -EINVAL, "--set %s is given twice; write %s=VALUE,VALUE once",
                           key, key);
    if (!utf8_is_valid(key))
        return problem_say(problem, -EINVAL, "--set was given a name that is not UTF-8 text");
    if (add_setting(options, key, &setting) < 0)
        return problem_say(problem, -ENOMEM, "there is no memory for the settings");
    snprintf(option, sizeof option, "--set %s", key);
    return options_split(option, text + length + 1, take_setting_value, setting, problem);
}

/* ---- the other options ---- */

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
    return problem_say(
        problem, -EINVAL,
        "--time cannot be \"%s\": it is a number with its unit (ms, s, m, h), as 30s "
        "or 2m, from 1ms to 168h",
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

static const struct option_row rows[] = {
    {"--backends", "A,B,floor:C",
     "subjects to compare; default: every available one that is not opt-in", take_backends, true},
    {"--baseline", "NAME",
     "the subject that others are compared with; default: epoll, or the first", take_baseline,
     false},
    {"--set", "NAME=VALUE,VALUE", "a parameter or the mode, or a sweep of it; repeatable",
     take_setting, true},
    {"--rounds", "N", "at most N rounds", take_rounds, false},
    {"--time", "30s",
     "of the whole command, kept to within 10 %: where it is short, trials are cut, then cells",
     take_time, false},
    {"--all-rounds", NULL, "measure also what is decided, until the rounds or the time end",
     take_all_rounds, false},
    {"--profile", "quick", "values and bounds that are not given: quick, standard or thorough",
     take_profile, false},
    {"--seed", "N", "of the order in which subjects run and of random arrivals; recorded",
     take_seed, false},
    {"--min-effect", "3%", "the smallest difference that a verdict may name; default: 3%",
     take_minimum_effect, false},
    {"--out", "DIR", "the result folder, new or empty; default: results/runs/ID", take_out, false},
    {"--quiet", NULL, "no progress", take_quiet, false},
    {"--json", NULL, "the run as JSON on standard output, nothing else there", take_json, false},
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

int run_options_parse(struct run_options *options, int argc, char **argv, char *problem)
{
    *options =
        (struct run_options){.profile = profile_at(0), .minimum_effect = VERDICT_MINIMUM_EFFECT};
    int r = options_parse(rows, take_workload, options, argc, argv, problem);
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
    for (size_t i = 0; i < options->setting_count; i++) {
        struct setting *setting = &options->settings[i];
        for (size_t k = 0; k < setting->count; k++)
            free(setting->values[k]);
        free(setting->values);
        free(setting->name);
    }
    free(options->settings);
    options->settings = NULL;
    options->setting_count = 0;
}

void run_options_print_help(FILE *out)
{
    fprintf(out,
            "usage: pollbench run [WORKLOAD...] [options]\n\n"
            "Measures every subject on every cell, round by round, each trial in a fresh process.\n"
            "A cell is a workload, a mode and one value for every parameter. No workload named: "
            "all of them.\n\noptions:\n");
    options_print(out, rows);
    fprintf(out, "\nprofiles:\n");
    for (size_t i = 0; profile_at(i) != NULL; i++)
        profile_print(out, profile_at(i));
    workload_help_print(out);
}
