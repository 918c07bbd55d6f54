/* `pollbench check`: the conformance cases on this kernel. Each case on each backend is a process
 * of its own: `pollbench-conformance CASE BACKEND`, which exits with 0, with 77 and a reason when
 * the case cannot be had here, or else has failed and says what it expected in its last line. */
#include "harness/check_cases.h"
#include "harness/command.h"
#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/execute/progress.h"
#include "harness/system/interrupt.h"

#include "backends/clock.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONFORMANCE "pollbench-conformance"

static const char *const outcome_words[] = {
    [CHECK_OK] = "ok", [CHECK_SKIP] = "skip", [CHECK_FAIL] = "FAIL"};

/* ---- options ---- */

static int take_backend(void *target, const char *name, char *problem)
{
    struct check *check = target;
    const struct backend_variant *variant = backend_find(name);
    if (variant == NULL) {
        struct nearest nearest;
        size_t count;
        const struct backend_variant *all = backend_variants(&count);
        nearest_begin(&nearest, name);
        for (size_t i = 0; i < count; i++)
            nearest_consider(&nearest, all[i].name);
        return nearest_unknown(&nearest, "backend", "pollbench list", problem);
    }
    for (size_t i = 0; i < check->backend_count; i++)
        if (check->backends[i] == variant)
            return problem_say(problem, -EINVAL, "--backends names \"%s\" twice", name);
    check->backends[check->backend_count++] = variant;
    return 0;
}

static int take_backends(void *target, const char *value, char *problem)
{
    return options_split("--backends", value, take_backend, target, problem);
}

static int take_case(void *target, const char *name, char *problem)
{
    if (check_add_name(&((struct check *)target)->chosen, name) < 0)
        return problem_say(problem, -EINVAL, "--case names more cases than there are");
    return 0;
}

static int take_cases(void *target, const char *value, char *problem)
{
    return options_split("--case", value, take_case, target, problem);
}

static int take_jobs(void *target, const char *value, char *problem)
{
    uint64_t jobs;
    int r = options_integer("--jobs", value, 1, CHECK_JOBS_MAX, &jobs, problem);
    if (r == 0)
        ((struct check *)target)->jobs = (unsigned)jobs;
    return r;
}

static int take_factor(void *target, const char *value, char *problem)
{
    double factor;
    if (number_decimal(value, 0.1, 1000, &factor) < 0)
        return problem_say(problem, -EINVAL,
                           "--time-limit-factor takes a number from 0.1 to 1000, not \"%s\"",
                           value);
    ((struct check *)target)->time_limit_factor = value;
    return 0;
}

static int take_json(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    ((struct check *)target)->json = true;
    return 0;
}

static const struct option_row rows[] = {
    {"--backends", "A,B", "backends to check; default: all", take_backends, false},
    {"--case", "NAME,NAME", "cases to run; default: all", take_cases, false},
    {"--jobs", "N", "cases that run side by side; default: 1", take_jobs, false},
    {"--time-limit-factor", "F", "multiplies the time limit of each case, for a slow machine",
     take_factor, false},
    {"--json", NULL, "the results as JSON", take_json, false},
    {NULL, NULL, NULL, NULL, false},
};

static void print_help(void)
{
    printf(
        "usage: pollbench check [options]\n\n"
        "Runs the conformance cases on this kernel, each on each backend in a process of its own.\n"
        "Exit status 1 when one fails, with what it expected; a skip names its reason.\n\n"
        "options:\n");
    options_print(stdout, rows);
}

/* Without --backends: all that do not have to be named. */
static void choose_backends(struct check *check)
{
    size_t count;
    const struct backend_variant *all = backend_variants(&count);
    for (size_t i = 0; i < count; i++)
        if (!all[i].opt_in)
            check->backends[check->backend_count++] = &all[i];
}

/* ---- what is shown ---- */

struct view {
    struct progress progress;
    uint64_t begin_ns;
};

static int case_width(const struct check *check)
{
    size_t width = strlen("case");
    for (size_t i = 0; i < check->cases.count; i++)
        if (strlen(check->cases.list[i]) > width)
            width = strlen(check->cases.list[i]);
    return (int)width;
}

static int column_width(const struct check *check, size_t backend)
{
    size_t width = strlen(check->backends[backend]->name);
    return width > strlen("skip") ? (int)width : (int)strlen("skip");
}

/* The table goes on by whole lines, in order. */
static void show_rows(struct check *check)
{
    size_t columns = check->backend_count;
    for (size_t row = check->shown; row < check->cases.count; row++, check->shown++) {
        for (size_t b = 0; b < columns; b++)
            if (check->results[row * columns + b].outcome == CHECK_PENDING)
                return;
        printf("%-*s", case_width(check), check->cases.list[row]);
        for (size_t b = 0; b < columns; b++)
            printf(" %-*s", column_width(check, b),
                   outcome_words[check->results[row * columns + b].outcome]);
        printf("\n");
        fflush(stdout);
    }
}

static void show(struct check *check, void *context)
{
    struct view *view = context;
    struct progress *progress = &view->progress;
    double passed_s = (double)(clock_now_ns() - view->begin_ns) / NS_PER_S;
    double left = (double)(check->result_count - check->ended);
    double each_s = check->ended > 0 ? passed_s / (double)check->ended : 0;
    progress_clear(progress);
    if (!check->json)
        show_rows(check);
    if (check->ended < check->result_count)
        progress_show(progress, (double)check->ended / (double)check->result_count, left * each_s,
                      check_case_of(check, check->ended));
}

/* Reasons, and for each the cases: a backend that is not here skips all of them for the same one.
 */
static void print_reasons(const struct check *check)
{
    for (size_t b = 0; b < check->backend_count; b++) {
        const char *said = "";
        for (size_t i = b; i < check->result_count; i += check->backend_count) {
            const struct check_result *result = &check->results[i];
            if (result->outcome == CHECK_FAIL)
                printf("FAIL %s %s: %s\n", check_case_of(check, i), check_backend_of(check, i),
                       result->reason);
            else if (result->outcome == CHECK_SKIP && strcmp(said, result->reason) != 0)
                printf("skip %s: %s\n", check_backend_of(check, i), said = result->reason);
        }
    }
}

static json_t *results_json(const struct check *check)
{
    json_t *list = json_array();
    int r = list != NULL ? 0 : -ENOMEM;
    for (size_t i = 0; i < check->result_count && r == 0; i++) {
        const struct check_result *result = &check->results[i];
        const char *reason = result->reason != NULL ? result->reason : "";
        r = json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:s}", "case", check_case_of(check, i),
                                            "backend", check_backend_of(check, i), "status",
                                            outcome_words[result->outcome], "reason", reason));
    }
    json_t *whole = r == 0 ? json_pack("{s:O}", "cases", list) : NULL;
    json_decref(list);
    return whole;
}

static int print_json(const struct check *check, char *problem)
{
    json_t *whole = results_json(check);
    if (whole == NULL)
        return problem_say(problem, -ENOMEM, "there is not enough memory");
    int r = json_dumpf(whole, stdout, JSON_INDENT(2));
    json_decref(whole);
    printf("\n");
    return r == 0 ? 0 : problem_say(problem, -EIO, "standard output cannot be written");
}

static void print_head(const struct check *check)
{
    printf("%-*s", case_width(check), "case");
    for (size_t b = 0; b < check->backend_count; b++)
        printf(" %-*s", column_width(check, b), check->backends[b]->name);
    printf("\n");
}

/* ---- the whole ---- */

static int prepare(struct check *check, char *problem)
{
    int r = process_beside(CONFORMANCE, check->program, sizeof check->program);
    if (r < 0 || access(check->program, X_OK) < 0)
        return problem_say(problem, -ENOENT,
                           "%s is missing; build it with -DPOLLBENCH_TESTS=ON (it needs cmocka)",
                           check->program);
    r = interrupt_install();
    if (r < 0)
        return problem_say(problem, r, "signals cannot be handled: %s", strerror(-r));
    if (check->backend_count == 0)
        choose_backends(check);
    return check_choose_cases(check, problem);
}

static int run_check(struct check *check, char *problem)
{
    struct view view;
    int r = prepare(check, problem);
    if (r < 0)
        return r;
    view.begin_ns = clock_now_ns();
    progress_begin(&view.progress, false);
    if (!check->json)
        print_head(check);
    r = check_run_cases(check, show, &view, problem);
    if (r < 0) {
        progress_clear(&view.progress);
        return r;
    }
    if (check->json)
        r = print_json(check, problem);
    else
        print_reasons(check);
    if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        r = problem_say(problem, -EIO, "standard output cannot be written");
    return r;
}

static bool has_failed(const struct check *check)
{
    for (size_t i = 0; i < check->result_count; i++)
        if (check->results[i].outcome == CHECK_FAIL)
            return true;
    return false;
}

int command_check(int argc, char **argv)
{
    static struct check check;
    char problem[PROBLEM_BYTES];
    check.jobs = 1;
    int r = options_parse(rows, NULL, &check, argc, argv, problem);
    if (r == OPTIONS_HELP) {
        print_help();
        return EXIT_DONE;
    }
    if (r == 0)
        r = run_check(&check, problem);
    int status = r == 0 && has_failed(&check) ? EXIT_FAILED_CHECK : EXIT_DONE;
    if (r < 0) {
        fprintf(stderr, "pollbench check: %s\n", problem);
        status = r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
    }
    check_end(&check);
    return status;
}
