#include "harness/compare/options.h"

#include "harness/base/nearest.h"
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/base/terminal.h"
#include "harness/stats/two_samples.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PERCENT_HIGHEST 1000

static int add_name(struct name_list *names, const char *option, const char *name, char *problem)
{
    char **list = realloc(names->list, (names->count + 1) * sizeof *list);
    char *copy = strdup(name);
    if (list != NULL)
        names->list = list;
    if (list == NULL || copy == NULL) {
        free(copy);
        return problem_say(problem, -EINVAL, "no memory for %s", option);
    }
    names->list[names->count++] = copy;
    return 0;
}

static int take_base_part(void *target, const char *value, char *problem)
{
    return add_name(&((struct compare_options *)target)->folders[BASE], "BASE", value, problem);
}

static int take_new_part(void *target, const char *value, char *problem)
{
    return add_name(&((struct compare_options *)target)->folders[NEW], "NEW", value, problem);
}

static int take_word(void *target, const char *value, char *problem)
{
    struct compare_options *options = target;
    if (options->folders[BASE].count == 0)
        return options_split("BASE", value, take_base_part, options, problem);
    if (options->folders[NEW].count == 0)
        return options_split("NEW", value, take_new_part, options, problem);
    return problem_say(problem, -EINVAL,
                       "\"%s\" is one too many: name BASE and NEW, and join several runs of one "
                       "by commas",
                       value);
}

static int take_subject(void *target, const char *value, char *problem)
{
    return add_name(&((struct compare_options *)target)->subjects, "--backends", value, problem);
}

static int take_backends(void *target, const char *value, char *problem)
{
    return options_split("--backends", value, take_subject, target, problem);
}

static int take_workload(void *target, const char *value, char *problem)
{
    struct compare_options *options = target;
    const struct workload *workload = workload_find(value);
    struct nearest nearest;
    size_t count;
    const struct workload *const *all = workloads(&count);
    nearest_begin(&nearest, value);
    for (size_t i = 0; i < count; i++)
        nearest_consider(&nearest, all[i]->name);
    if (workload == NULL)
        return problem_say(problem, -EINVAL, "unknown workload \"%s\"; the nearest is \"%s\"",
                           value, nearest.best);
    if (options->workload_count == COMPARE_WORKLOADS_MAX)
        return problem_say(problem, -EINVAL, "--workload takes %d names at most",
                           COMPARE_WORKLOADS_MAX);
    options->workloads[options->workload_count++] = workload;
    return 0;
}

static int take_workloads(void *target, const char *value, char *problem)
{
    return options_split("--workload", value, take_workload, target, problem);
}

static int take_minimum_effect(void *target, const char *value, char *problem)
{
    return options_percentage("--min-effect", value, 0, PERCENT_HIGHEST,
                              &((struct compare_options *)target)->minimum_effect, problem);
}

static int take_run_offset(void *target, const char *value, char *problem)
{
    return options_percentage("--run-offset", value, 0, PERCENT_HIGHEST,
                              &((struct compare_options *)target)->run_offset, problem);
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
    static const struct {
        const char *name;
        enum verdict_word word;
    } words[] = {{"slower", VERDICT_SLOWER},
                 {"faster", VERDICT_FASTER},
                 {"inconclusive", VERDICT_INCONCLUSIVE},
                 {"invalid", VERDICT_INVALID}};
    struct nearest nearest;
    nearest_begin(&nearest, value);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].name, value) == 0) {
            ((struct compare_options *)target)->fail_on[words[i].word] = true;
            return 0;
        }
        nearest_consider(&nearest, words[i].name);
    }
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
    {"--min-effect", "3%", "a smaller difference is none; default: 3%", take_minimum_effect, false},
    {"--fail-on", "slower",
     "exit status 1 when there is such a verdict: slower, faster, inconclusive, invalid",
     take_fail_on, true},
    {"--backends", "A,B,floor:C", "only these subjects", take_backends, true},
    {"--workload", "accept,timer", "only these workloads", take_workloads, true},
    {"--control", "floor:epoll", "divide each round by this subject; none: do not divide",
     take_control, false},
    {"--run-offset", "10%", "how much two runs of one program may differ", take_run_offset, false},
    {"--force", NULL, "compare runs of different machines, too", take_force, false},
    {"--markdown", NULL, "print tables for a pull request", take_markdown, false},
    {"--json", NULL, "print JSON on standard output, nothing else there", take_json, false},
    {NULL, NULL, NULL, NULL, false},
};

int compare_options_parse(struct compare_options *options, int argc, char **argv, char *problem)
{
    *options = (struct compare_options){
        .minimum_effect = VERDICT_MINIMUM_EFFECT,
        .run_offset = -1,
    };
    int r = options_parse(rows, take_word, options, argc, argv, problem);
    if (r == OPTIONS_DONE && options->folders[NEW].count == 0)
        return problem_say(problem, -EINVAL,
                           "which runs? name two folders: pollbench compare BASE NEW");
    return r;
}

static void free_names(struct name_list *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
}

void compare_options_free(struct compare_options *options)
{
    free_names(&options->folders[BASE]);
    free_names(&options->folders[NEW]);
    free_names(&options->subjects);
}

static void say(FILE *out, int indent, const char *text)
{
    terminal_wrap(out, 0, indent, text);
}

static void print_assumptions(FILE *out)
{
    char text[480];
    say(out, 0,
        "What it assumes. Rounds of one run share the state of the machine, so two runs of the "
        "same program differ by more than their rounds show: by up to 47 % on a busy virtual "
        "machine.");
    snprintf(text, sizeof text,
             "- With a control, each round is divided by the control's value of that round. What a "
             "run or a round has in common then cancels. The control is code that the change does "
             "not touch: the cell's floor, else peer:libuv. Two runs may still differ by %g %% "
             "(--run-offset).",
             TWO_SAMPLES_CONTROL_ALLOWANCE * 100);
    say(out, 2, text);
    snprintf(text, sizeof text,
             "- If the kernel, its settings, the libraries, the compiler or its flags differ, the "
             "control has changed, too. It is then used only if you name it. Without a control two "
             "runs may differ by a factor of %g. If you know your machine better, say so with "
             "--run-offset.",
             TWO_SAMPLES_ALLOWANCE + 1);
    say(out, 2, text);
    say(out, 2,
        "- Without a control, and with as many runs on each side as the test needs (5 for one "
        "pair, 7 for 17, 9 for 243), it compares runs instead of rounds. It then assumes nothing "
        "of what runs differ by.");
    snprintf(text, sizeof text,
             "- Intervals are of %g %%. p values are adjusted for all pairs of the comparison "
             "(Holm).",
             VERDICT_CONFIDENCE * 100);
    say(out, 2, text);
}

void compare_options_print_help(FILE *out)
{
    fprintf(out, "usage: pollbench compare BASE NEW [options]\n\n");
    say(out, 0,
        "Compares two runs. It first says what differs between them. Then, for each subject of "
        "each cell that both have, it says whether NEW is FASTER than BASE, SLOWER, EQUIVALENT or "
        "INCONCLUSIVE, on the main metric of the mode. BASE and NEW are result folders. Each may "
        "be several folders of one kind, joined by commas; measure them in turn: a1,a2,a3 "
        "b1,b2,b3.");
    fprintf(out, "\noptions:\n");
    options_print(out, rows);
    fputc('\n', out);
    print_assumptions(out);
    fputc('\n', out);
    say(out, 0,
        "Runs of different machines (CPU, number of CPUs, virtualization, memory) are compared "
        "only with --force. Exit status: 0 done, 1 there is a verdict of --fail-on, 2 bad usage, "
        "3 no verdict is possible.");
}
