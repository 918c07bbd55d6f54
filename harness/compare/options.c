#include "harness/compare/options.h"

#include "harness/stats/two_samples.h"
#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/options.h"
#include "harness/base/problem.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static int append_name(json_t **list, const char *name, const char *what, char *problem)
{
    if (*list == NULL)
        *list = json_array();
    if (json_array_append_new(*list, json_string(name)) < 0)
        return problem_say(problem, -EINVAL, "%s has a name that is not UTF-8 text", what);
    return 0;
}

static int take_base_part(void *target, const char *value, char *problem)
{
    return append_name(&((struct compare_options *)target)->folders[0], value, "BASE", problem);
}

static int take_new_part(void *target, const char *value, char *problem)
{
    return append_name(&((struct compare_options *)target)->folders[1], value, "NEW", problem);
}

static int take_word(void *target, const char *value, char *problem)
{
    struct compare_options *options = target;
    if (options->folders[0] == NULL)
        return options_split("BASE", value, take_base_part, options, problem);
    if (options->folders[1] == NULL)
        return options_split("NEW", value, take_new_part, options, problem);
    return problem_say(
        problem, -EINVAL,
        "\"%s\" is one too many: two are compared, BASE and NEW; several runs of one "
        "are joined by commas",
        value);
}

static int take_subject(void *target, const char *value, char *problem)
{
    return append_name(&((struct compare_options *)target)->subjects, value, "--backends", problem);
}

static int take_backends(void *target, const char *value, char *problem)
{
    return options_split("--backends", value, take_subject, target, problem);
}

static int take_workload(void *target, const char *value, char *problem)
{
    struct nearest nearest;
    size_t count;
    const struct workload *const *all = workloads(&count);
    if (workload_find(value) != NULL)
        return append_name(&((struct compare_options *)target)->workloads, value, "--workload",
                           problem);
    nearest_begin(&nearest, value);
    for (size_t i = 0; i < count; i++)
        nearest_consider(&nearest, all[i]->name);
    return problem_say(problem, -EINVAL, "unknown workload \"%s\"; the nearest is \"%s\"", value,
                       nearest.best);
}

static int take_workloads(void *target, const char *value, char *problem)
{
    return options_split("--workload", value, take_workload, target, problem);
}

/* "3%". A bare number might mean 3 % or 300 %. */
static int percentage(const char *name, const char *text, double *share, char *problem)
{
    char number[32];
    size_t length = strlen(text);
    double percent;
    if (length > 1 && length <= sizeof number && text[length - 1] == '%') {
        memcpy(number, text, length - 1);
        number[length - 1] = '\0';
        if (number_decimal(number, 0, 1000, &percent) == 0) {
            *share = percent / 100;
            return 0;
        }
    }
    return problem_say(
        problem, -EINVAL,
        "%s cannot be \"%s\": it is a percentage, as 3%% or 0.5%%, from 0%% to 1000%%", name, text);
}

static int take_minimum_effect(void *target, const char *value, char *problem)
{
    return percentage("--min-effect", value, &((struct compare_options *)target)->minimum_effect,
                      problem);
}

static int take_run_offset(void *target, const char *value, char *problem)
{
    return percentage("--run-offset", value, &((struct compare_options *)target)->run_offset,
                      problem);
}

static int take_control(void *target, const char *value, char *problem)
{
    if (*value == '\0')
        return problem_say(problem, -EINVAL,
                           "--control was given an empty name; it takes a subject, or none");
    ((struct compare_options *)target)->control = value;
    return 0;
}

/* What a comparison may fail on: no word of success. */
static int take_fail_word(void *target, const char *value, char *problem)
{
    static const enum verdict_word words[] = {VERDICT_SLOWER, VERDICT_FASTER, VERDICT_INCONCLUSIVE,
                                              VERDICT_INVALID};
    struct compare_options *options = target;
    struct nearest nearest;
    nearest_begin(&nearest, value);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char lower[16] = "";
        const char *name = verdict_name(words[i]);
        for (size_t k = 0; name[k] != '\0'; k++)
            lower[k] = (char)tolower((unsigned char)name[k]);
        if (strcmp(lower, value) == 0) {
            options->fail_on[words[i]] = true;
            return 0;
        }
    }
    nearest_consider(&nearest, "slower");
    nearest_consider(&nearest, "faster");
    nearest_consider(&nearest, "inconclusive");
    nearest_consider(&nearest, "invalid");
    return problem_say(problem, -EINVAL, "--fail-on cannot be \"%s\"; the nearest is \"%s\"", value,
                       nearest.best);
}

static int take_fail_on(void *target, const char *value, char *problem)
{
    return options_split("--fail-on", value, take_fail_word, target, problem);
}

static int take_force(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct compare_options *)target)->force = true;
    return 0;
}

static int take_form(struct compare_options *options, enum compare_form form, char *problem)
{
    if (options->form != COMPARE_TABLE)
        return problem_say(problem, -EINVAL, "--json and --markdown exclude each other; give one");
    options->form = form;
    return 0;
}

static int take_json(void *target, const char *value, char *problem)
{
    (void)value;
    return take_form(target, COMPARE_JSON, problem);
}

static int take_markdown(void *target, const char *value, char *problem)
{
    (void)value;
    return take_form(target, COMPARE_MARKDOWN, problem);
}

static const struct option_row rows[] = {
    {"--min-effect", "3%", "what is smaller is no difference; default: 3%", take_minimum_effect,
     false},
    {"--fail-on", "slower",
     "exit status 1 when a verdict is: slower, faster, inconclusive, invalid", take_fail_on, true},
    {"--backends", "A,B,floor:C", "only these subjects", take_backends, true},
    {"--workload", "accept,timer", "only these workloads", take_workloads, true},
    {"--control", "floor:epoll", "divide each round by this subject; none: by nothing",
     take_control, false},
    {"--run-offset", "10%", "what two runs of the same program may differ by", take_run_offset,
     false},
    {"--force", NULL, "compare although the machines differ", take_force, false},
    {"--markdown", NULL, "a table for a pull request", take_markdown, false},
    {"--json", NULL, "JSON on standard output, nothing else there", take_json, false},
    {NULL, NULL, NULL, NULL, false},
};

int compare_options_parse(struct compare_options *options, int argc, char **argv, char *problem)
{
    *options = (struct compare_options){
        .minimum_effect = VERDICT_MINIMUM_EFFECT,
        .run_offset = -1,
    };
    int result = options_parse(rows, take_word, options, argc, argv, problem);
    if (result == OPTIONS_DONE && options->folders[1] == NULL)
        return problem_say(problem, -EINVAL,
                           "which runs? name two folders: pollbench compare BASE NEW");
    return result;
}

void compare_options_free(struct compare_options *options)
{
    json_decref(options->folders[0]);
    json_decref(options->folders[1]);
    json_decref(options->subjects);
    json_decref(options->workloads);
}

void compare_options_print_help(FILE *out)
{
    fprintf(
        out,
        "usage: pollbench compare BASE NEW [options]\n\n"
        "Says of every subject and cell that both runs have whether NEW is FASTER or SLOWER than\n"
        "BASE, EQUIVALENT, or INCONCLUSIVE, on the main metric of the mode, and first of all what\n"
        "differs between the runs. BASE and NEW are result folders, or several of one kind joined "
        "by\n"
        "commas, best measured alternately: a1,a2,a3 b1,b2,b3. Works from run.json alone.\n\n"
        "options:\n");
    options_print(out, rows);
    fprintf(
        out,
        "\n"
        "What is assumed. Rounds of one run share the state of the machine, and two runs of the "
        "same\n"
        "program differ by more than their rounds show: by up to 47 %% on a virtual machine in "
        "use.\n"
        "- With a control, each round is divided by it, and what a run and a round have in common "
        "cancels.\n"
        "  The control is code that the change does not touch: the cell's floor, else peer:libuv. "
        "Two\n"
        "  runs may still differ by %g %% (--run-offset).\n"
        "- Where the kernel, its settings, libraries, compiler or flags differ, the control "
        "changes with\n"
        "  them, so that none is taken unless it is named. Two runs may then differ by a factor of "
        "%g;\n"
        "  on a machine of which you know better, say so with --run-offset.\n"
        "- With as many runs of each as the test needs (5 for one pair, 7 for 17, 9 for 243) and "
        "no\n"
        "  control, runs are compared instead of rounds, and nothing is assumed of what they "
        "differ by.\n"
        "- Intervals are of %g %%, p values are adjusted for all pairs of the comparison (Holm).\n"
        "\n"
        "Runs of different machines (CPU, number of CPUs, virtualization, memory) are not compared "
        "without\n"
        "--force. Exit status: 0 done, 1 a verdict of --fail-on, 2 bad usage, 3 no verdict could "
        "be given.\n",
        TWO_SAMPLES_CONTROL_ALLOWANCE * 100, TWO_SAMPLES_ALLOWANCE + 1, VERDICT_CONFIDENCE * 100);
}
