/* `pollbench check`: the conformance cases on this kernel. Each case on each backend is a process
 * of its own: `pollbench-conformance CASE BACKEND`, which exits with 0, with 77 and a reason when
 * the case cannot be had here, or else has failed. */
#include "harness/command.h"
#include "harness/system/interrupt.h"
#include "harness/base/nearest.h"
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/system/process.h"

#include "backends/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONFORMANCE "pollbench-conformance"
#define CASE_LIMIT_S 60
#define TEXT_LIMIT_BYTES (1u << 20)

enum { STATUS_SKIP = 77, BACKENDS_MAX = 64 };

struct check {
    const struct backend_variant *backends[BACKENDS_MAX];
    size_t backend_count;
    json_t *chosen; /* names of cases that were asked for; empty: all */
    bool json;
    char program[PATH_MAX];
    json_t *results; /* [{"case", "backend", "status", "reason"}] */
    bool failed;
};

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
    for (size_t i = 0; i < check->backend_count; i++) {
        if (check->backends[i] == variant)
            return problem_say(problem, -EINVAL, "--backends names \"%s\" twice", name);
    }
    if (check->backend_count < BACKENDS_MAX)
        check->backends[check->backend_count++] = variant;
    return 0;
}

static int take_backends(void *target, const char *value, char *problem)
{
    return options_split("--backends", value, take_backend, target, problem);
}

static int take_case(void *target, const char *name, char *problem)
{
    json_t *text = json_string(name);
    if (text == NULL)
        return problem_say(problem, -EINVAL, "--case was given a name that is not UTF-8 text");
    return json_array_append_new(((struct check *)target)->chosen, text);
}

static int take_cases(void *target, const char *value, char *problem)
{
    return options_split("--case", value, take_case, target, problem);
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
    {"--json", NULL, "the results as JSON", take_json, false},
    {NULL, NULL, NULL, NULL, false},
};

static void print_help(void)
{
    printf(
        "usage: pollbench check [options]\n\n"
        "Runs the conformance cases on this kernel, each on each backend in a process of its own.\n"
        "Exit status 1 when one fails; a skip names its reason.\n\noptions:\n");
    options_print(stdout, rows);
}

/* ---- one process ---- */

/* Runs the conformance program. 0: ended, its texts are the caller's to free; -ETIMEDOUT, -EINTR,
 * ... */
static int start_and_collect(const struct check *check, const char *first, const char *second,
                             struct process *process, struct process_text texts[2])
{
    char *arguments[] = {(char *)check->program, (char *)first, (char *)second, NULL};
    int output[2] = {-1, -1}, errors[2] = {-1, -1};
    int r = process_pipe(output);
    if (r == 0)
        r = process_pipe(errors);
    if (r == 0) {
        const int files[PROCESS_FILES] = {-1, output[1], errors[1], -1};
        r = process_start(process, arguments, files);
    }
    process_close(&output[1]);
    process_close(&errors[1]);
    texts[0] = (struct process_text){.fd = output[0], .limit = TEXT_LIMIT_BYTES};
    texts[1] = (struct process_text){.fd = errors[0], .limit = TEXT_LIMIT_BYTES};
    if (r == 0)
        r = process_collect(process, 1, texts, 2, clock_now_ns() + CASE_LIMIT_S * NS_PER_S);
    process_end(process);
    return r;
}

static void free_texts(struct process_text texts[2])
{
    process_text_free(&texts[0]);
    process_text_free(&texts[1]);
}

/* ---- cases ---- */

static json_t *list_cases(const struct check *check, char *problem)
{
    struct process process = {0};
    struct process_text texts[2];
    json_t *cases = json_array();
    int r = start_and_collect(check, "--list", NULL, &process, texts);
    for (char *rest = texts[0].text, *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
        if (*line != '\0')
            json_array_append_new(cases, json_string(line));
    }
    free_texts(texts);
    if (r == 0 && process.status == 0 && json_array_size(cases) > 0)
        return cases;
    problem_say(problem, -EIO, "%s does not list its cases; build it again", check->program);
    json_decref(cases);
    return NULL;
}

static bool has_name(const json_t *names, const char *name)
{
    const json_t *each;
    size_t i;
    json_array_foreach(names, i, each)
    {
        if (strcmp(json_string_value(each), name) == 0)
            return true;
    }
    return false;
}

/* Every case that was asked for is one. */
static int check_names(const struct check *check, const json_t *cases, char *problem)
{
    const json_t *chosen, *each;
    size_t i, j;
    json_array_foreach(check->chosen, i, chosen)
    {
        const char *name = json_string_value(chosen);
        if (has_name(cases, name))
            continue;
        struct nearest nearest;
        nearest_begin(&nearest, name);
        json_array_foreach(cases, j, each) nearest_consider(&nearest, json_string_value(each));
        return nearest_unknown(&nearest, "case", "pollbench-conformance --list", problem);
    }
    return 0;
}

/* The last line of what it said, and how it ended. */
static void explain(const struct process *process, const struct process_text texts[2], int r,
                    char *reason, size_t bytes)
{
    char line[PROBLEM_BYTES / 2], end[64];
    process_last_line(&texts[texts[1].length > 0 ? 1 : 0], line, sizeof(line));
    process_describe(process, end, sizeof(end));
    if (r == -ETIMEDOUT)
        snprintf(reason, bytes, "not over after %d s; %s", CASE_LIMIT_S, line);
    else
        snprintf(reason, bytes, "%s; %s", end, line);
}

/* "ok", "skip" or "FAIL" goes into the results; -EINTR ends all. */
static int run_case(struct check *check, const char *name, const char *backend)
{
    struct process process = {0};
    struct process_text texts[2];
    char reason[PROBLEM_BYTES] = "";
    const char *status = "FAIL";
    int r = start_and_collect(check, name, backend, &process, texts);
    if (r == 0 && process.status == 0) {
        status = "ok";
    } else if (r == 0 && process_exit_status(&process) == STATUS_SKIP) {
        status = "skip";
        process_last_line(&texts[0], reason, sizeof(reason));
    } else {
        check->failed = true;
        explain(&process, texts, r, reason, sizeof(reason));
    }
    free_texts(texts);
    if (r == -EINTR)
        return r;
    return json_array_append_new(check->results,
                                 json_pack("{s:s, s:s, s:s, s:s}", "case", name, "backend", backend,
                                           "status", status, "reason", reason));
}

static bool is_chosen(const struct check *check, const json_t *name)
{
    return json_array_size(check->chosen) == 0 || has_name(check->chosen, json_string_value(name));
}

static int run_cases(struct check *check, const json_t *cases)
{
    const json_t *each;
    size_t i;
    int width = 0;
    json_array_foreach(cases, i, each)
    {
        int length = (int)json_string_length(each);
        if (is_chosen(check, each) && length > width)
            width = length;
    }
    if (!check->json) {
        printf("%-*s", width, "case");
        for (size_t b = 0; b < check->backend_count; b++)
            printf(" %-14s", check->backends[b]->name);
        printf("\n");
    }
    json_array_foreach(cases, i, each)
    {
        const char *name = json_string_value(each);
        if (!is_chosen(check, each))
            continue;
        if (!check->json)
            printf("%-*s", width, name);
        for (size_t b = 0; b < check->backend_count; b++) {
            int r = run_case(check, name, check->backends[b]->name);
            if (r < 0)
                return r;
            const json_t *last =
                json_array_get(check->results, json_array_size(check->results) - 1);
            if (!check->json)
                printf(" %-14s", json_string_value(json_object_get(last, "status")));
            fflush(stdout);
        }
        if (!check->json)
            printf("\n");
    }
    return 0;
}

/* ---- results ---- */

/* Reasons, and for each the cases: a backend that is not here skips all of them for the same one.
 */
static void print_reasons(const struct check *check)
{
    const char *said = "";
    const json_t *result;
    size_t i;
    for (size_t b = 0; b < check->backend_count; b++) {
        json_array_foreach(check->results, i, result)
        {
            const char *case_name, *backend, *status, *reason;
            json_unpack((json_t *)result, "{s:s, s:s, s:s, s:s}", "case", &case_name, "backend",
                        &backend, "status", &status, "reason", &reason);
            if (*reason == '\0' || strcmp(backend, check->backends[b]->name) != 0)
                continue;
            if (strcmp(status, "FAIL") == 0)
                printf("FAIL %s %s: %s\n", case_name, backend, reason);
            else if (strcmp(said, reason) != 0)
                printf("skip %s: %s\n", backend, reason);
            said = reason;
        }
    }
}

static int run_check(struct check *check, char *problem)
{
    int r = process_beside(CONFORMANCE, check->program, sizeof(check->program));
    if (r < 0 || access(check->program, X_OK) < 0)
        return problem_say(problem, -ENOENT,
                           "%s is missing; build it with -DPOLLBENCH_TESTS=ON (it needs cmocka)",
                           check->program);
    r = interrupt_install();
    if (r < 0)
        return problem_say(problem, r, "signals cannot be handled: %s", strerror(-r));
    json_t *cases = list_cases(check, problem);
    if (cases == NULL)
        return -EIO;
    r = check_names(check, cases, problem);
    if (r == 0) {
        r = run_cases(check, cases);
        if (r < 0)
            problem_say(problem, -EINTR, "interrupted");
    }
    json_decref(cases);
    if (r < 0)
        return r;
    if (check->json) {
        json_t *whole = json_pack("{s:O}", "cases", check->results);
        json_dumpf(whole, stdout, JSON_INDENT(2));
        printf("\n");
        json_decref(whole);
    } else {
        print_reasons(check);
    }
    return 0;
}

/* Without --backends: all that do not have to be named. */
static void choose_all(struct check *check)
{
    size_t count;
    const struct backend_variant *all = backend_variants(&count);
    for (size_t i = 0; i < count && check->backend_count < BACKENDS_MAX; i++) {
        if (!all[i].opt_in)
            check->backends[check->backend_count++] = &all[i];
    }
}

int command_check(int argc, char **argv)
{
    char problem[PROBLEM_BYTES];
    struct check check = {.chosen = json_array(), .results = json_array()};
    int status = EXIT_DONE;
    int r = options_parse(rows, NULL, &check, argc, argv, problem);
    if (r == OPTIONS_HELP) {
        print_help();
    } else {
        if (check.backend_count == 0)
            choose_all(&check);
        if (r == 0)
            r = run_check(&check, problem);
        if (r < 0) {
            fprintf(stderr, "pollbench check: %s\n", problem);
            status = r == -EINVAL ? EXIT_USAGE : EXIT_NOT_CARRIED_OUT;
        } else if (check.failed) {
            status = EXIT_FAILED_CHECK;
        }
    }
    json_decref(check.chosen);
    json_decref(check.results);
    return status;
}
