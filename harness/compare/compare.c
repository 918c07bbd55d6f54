/* pollbench compare: two runs, from their result files alone. */
#include "harness/base/exit_status.h"
#include "harness/base/options.h"
#include "harness/command.h"
#include "harness/compare/judge.h"
#include "harness/compare/pairs.h"
#include "harness/compare/writers.h"

#include <errno.h>
#include <string.h>

static int no_memory(char *problem)
{
    return problem_say(problem, -ENOMEM, "no memory to compare the runs");
}

/* ---- what may be compared ---- */

/* Several runs of a side are one thing measured several times, or nothing can be said of it. */
static int check_side(const struct run_comparison *self, int side, char *problem)
{
    const struct side *runs = &self->sides[side];
    int r = 0;
    for (size_t i = 1; i < runs->count && r == 0; i++) {
        struct difference_list differences = {0};
        char text[360] = "";
        r = difference_list_fill(&differences, &runs->runs[0].run, &runs->runs[i].run);
        if (r == 0)
            difference_list_describe(&differences, DIFFERENCE_PARTS, text, sizeof text);
        difference_list_free(&differences);
        if (r < 0)
            return no_memory(problem);
        if (*text != '\0')
            r = problem_say(problem, -EINVAL,
                            "the runs of %s are not of one kind: %s; --force compares them all the "
                            "same",
                            side_names[side], text);
    }
    return r;
}

static int check_machine(const struct run_comparison *self, char *problem)
{
    char text[360];
    if (!self->other_machine)
        return 0;
    return problem_say(
        problem, -EINVAL,
        "the runs are of different machines, so no verdict can tell the programs apart: %s; "
        "--force compares them all the same",
        difference_list_describe(&self->differences, DIFFERENCE_MACHINE, text, sizeof text));
}

static const char *why_no_control(const struct run_comparison *self)
{
    const char *asked = self->options->control;
    if (asked != NULL)
        return strcmp(asked, "none") == 0 ? "of --control none" : NULL;
    if (self->other_machine)
        return "the machine differs, and the control with it";
    if (difference_list_count(&self->differences, DIFFERENCE_SYSTEM) > 0)
        return "the system differs, and the control with it";
    if (difference_list_count(&self->differences, DIFFERENCE_BUILD) > 0)
        return "the build differs, and the control with it";
    return NULL;
}

/* ---- comparing ---- */

/* Fills the comparison. -EINVAL with a sentence: no pair may be judged; it can be shown then, too.
 */
static int compare(struct run_comparison *self, char *problem)
{
    const struct run *base = &self->sides[BASE].runs[0].run, *new = &self->sides[NEW].runs[0].run;
    if (difference_list_fill(&self->differences, base, new) < 0)
        return no_memory(problem);
    self->same_run = strcmp(base->id, new->id) == 0;
    self->other_machine = difference_list_count(&self->differences, DIFFERENCE_MACHINE) > 0;
    self->why_no_control = why_no_control(self);
    int refused = self->options->force ? 0 : check_machine(self, problem);
    for (int side = 0; side < SIDES && refused == 0 && !self->options->force; side++)
        refused = check_side(self, side, problem);
    if (refused < 0)
        memcpy(self->refused, problem, sizeof self->refused);
    if (refused == -ENOMEM || comparison_find_pairs(self) < 0 || comparison_judge(self) < 0)
        return no_memory(problem);
    if (refused < 0)
        return refused;
    if (self->pair_count == 0)
        return problem_say(problem, -EINVAL,
                           "the runs have no subject of any cell in common: there is nothing to "
                           "compare");
    if (self->tests == 0)
        return problem_say(problem, -EINVAL,
                           "nothing can be judged: every pair is INVALID, for the reasons given");
    return 0;
}

/* ---- the command ---- */

static int print(const struct run_comparison *self, char *problem)
{
    int r = 0;
    if (self->options->form == COMPARE_JSON)
        r = compare_write_json(self, stdout);
    else if (self->options->form == COMPARE_MARKDOWN)
        compare_write_markdown(self, stdout);
    else
        r = compare_write_table(self, stdout);
    if (fflush(stdout) != 0 || ferror(stdout) || r < 0)
        return problem_say(problem, -EIO, "the comparison cannot be printed: %s",
                           strerror(r < 0 ? -r : errno));
    return 0;
}

/* Whether a verdict is one that the comparison is to fail on. */
static bool is_failed(const struct run_comparison *self)
{
    bool failed = false;
    for (int word = 0; word < COMPARE_WORDS; word++)
        failed |= self->options->fail_on[word] && self->counts[word] > 0;
    return failed;
}

static int run_comparison(const struct compare_options *options, char *problem)
{
    struct run_comparison self;
    char print_problem[PROBLEM_BYTES];
    int status = EXIT_FAILED, r = comparison_open(&self, options, problem);
    if (r == 0 && comparison_select(&self, problem) < 0) {
        status = EXIT_USAGE;
    } else if (r == 0) {
        r = compare(&self, problem);
        if (r != -ENOMEM && print(&self, print_problem) < 0)
            r = problem_say(problem, -EIO, "%s", print_problem);
        if (r == 0)
            status = is_failed(&self) ? EXIT_FAILED_CHECK : EXIT_DONE;
    }
    comparison_close(&self);
    return status;
}

int command_compare(int argc, char **argv)
{
    char problem[PROBLEM_BYTES] = "";
    struct compare_options options;
    int status = EXIT_USAGE, r = compare_options_parse(&options, argc, argv, problem);
    if (r == OPTIONS_HELP) {
        compare_options_print_help(stdout);
        status = EXIT_DONE;
    } else if (r == OPTIONS_DONE) {
        status = run_comparison(&options, problem);
    }
    if (problem[0] != '\0')
        fprintf(stderr, "pollbench: %s\n", problem);
    compare_options_free(&options);
    return status;
}
