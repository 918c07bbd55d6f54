/* pollbench compare: two runs, from their result files alone. */
#include "harness/base/exit_status.h"
#include "harness/base/options.h"
#include "harness/compare/compare.h"
#include "harness/compare/comparison.h"
#include "harness/compare/writers.h"

#include <errno.h>
#include <string.h>

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
        r = comparison_make(&self, problem);
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
