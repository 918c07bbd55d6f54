#include "harness/check_cases.h"

#include "harness/command.h"
#include "harness/base/nearest.h"
#include "harness/base/problem.h"
#include "harness/system/interrupt.h"

#include "backends/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_LIMIT_S 60
#define GRACE_S 30
#define TEXT_LIMIT_BYTES (1u << 20)

enum { STATUS_SKIP = 77, LOOK_AGAIN_MS = 100 };

int check_add_name(struct check_names *names, const char *name)
{
    if (names->count == CHECK_NAMES_MAX)
        return -E2BIG;
    names->list[names->count] = strdup(name);
    return names->list[names->count] != NULL ? (int)names->count++ : -ENOMEM;
}

static bool has_name(const struct check_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->list[i], name) == 0)
            return true;
    return false;
}

/* ---- one process ---- */

/* Starts the conformance program. -errno: nothing is left behind. */
static int start(const struct check *check, const char *first, const char *second,
                 struct check_running *running)
{
    char *arguments[6] = {(char *)check->program, (char *)first, (char *)second};
    int count = second != NULL ? 3 : 2;
    if (check->time_limit_factor != NULL) {
        arguments[count++] = "--time-limit-factor";
        arguments[count] = (char *)check->time_limit_factor;
    }
    int output[2] = {-1, -1}, errors[2] = {-1, -1};
    int r = process_pipe(output);
    if (r == 0)
        r = process_pipe(errors);
    if (r == 0) {
        const int files[PROCESS_FILES] = {-1, output[1], errors[1], -1, -1};
        r = process_start(&running->process, arguments, files);
    }
    process_close(&output[1]);
    process_close(&errors[1]);
    running->texts[0] = (struct process_text){.fd = output[0], .limit = TEXT_LIMIT_BYTES};
    running->texts[1] = (struct process_text){.fd = errors[0], .limit = TEXT_LIMIT_BYTES};
    if (r < 0) {
        process_close(&running->texts[0].fd);
        process_close(&running->texts[1].fd);
    }
    return r;
}

static void end(struct check_running *running)
{
    process_end(&running->process);
    process_text_free(&running->texts[0]);
    process_text_free(&running->texts[1]);
    running->result = NULL;
}

/* What the program says of itself on standard output; the caller ends `running`. */
static int ask(const struct check *check, const char *option, struct check_running *running)
{
    int r = start(check, option, NULL, running);
    if (r < 0)
        return r;
    uint64_t deadline_ns = clock_now_ns() + LIST_LIMIT_S * NS_PER_S;
    r = process_collect(&running->process, 1, running->texts, 2, deadline_ns);
    return r == 0 && process_exit_status(&running->process) != 0 ? -EIO : r;
}

/* ---- what there is to run ---- */

static int ask_cases(const struct check *check, struct check_names *cases)
{
    struct check_running running = {.result = NULL};
    int r = ask(check, "--list", &running);
    char *rest = running.texts[0].text, *line;
    while (r >= 0 && rest != NULL && (line = strsep(&rest, "\n")) != NULL)
        if (*line != '\0')
            r = check_add_name(cases, line);
    end(&running);
    return r < 0 ? r : cases->count > 0 ? 0 : -EIO;
}

static int ask_limit(struct check *check)
{
    struct check_running running = {.result = NULL};
    int r = ask(check, "--limit", &running);
    char *text = running.texts[0].text;
    unsigned limit_s = r == 0 && text != NULL ? (unsigned)strtoul(text, NULL, 10) : 0;
    end(&running);
    check->limit_s = limit_s + GRACE_S;
    return r < 0 ? r : limit_s > 0 ? 0 : -EIO;
}

/* Every case that was asked for is one; without any, all of them are asked for. */
int check_choose_cases(struct check *check, char *problem)
{
    struct check_names all = {.count = 0};
    int r = ask_cases(check, &all);
    if (r == 0)
        r = ask_limit(check);
    if (r == -EINTR)
        problem_say(problem, r, "interrupted");
    else if (r < 0)
        problem_say(problem, r, "%s does not say which cases it has; build it again: %s",
                    check->program, strerror(-r));
    for (size_t i = 0; i < check->chosen.count && r >= 0; i++) {
        if (has_name(&all, check->chosen.list[i]))
            continue;
        struct nearest nearest;
        nearest_begin(&nearest, check->chosen.list[i]);
        for (size_t j = 0; j < all.count; j++)
            nearest_consider(&nearest, all.list[j]);
        r = nearest_unknown(&nearest, "case", "pollbench-conformance --list", problem);
    }
    for (size_t i = 0; i < all.count; i++) {
        if (check->chosen.count == 0 || has_name(&check->chosen, all.list[i]))
            check->cases.list[check->cases.count++] = all.list[i];
        else
            free(all.list[i]);
    }
    if (r < 0)
        return r;
    check->result_count = check->cases.count * check->backend_count;
    check->results = calloc(check->result_count, sizeof *check->results);
    return check->results != NULL ? 0 : problem_say(problem, -ENOMEM, "there is not enough memory");
}

/* ---- running ---- */

const char *check_case_of(const struct check *check, size_t result)
{
    return check->cases.list[result / check->backend_count];
}

const char *check_backend_of(const struct check *check, size_t result)
{
    return check->backends[result % check->backend_count]->name;
}

/* A case that failed by itself says all in its last line; how others ended is worth telling. */
static char *explain(const struct check *check, const struct check_running *running, int r)
{
    char reason[PROBLEM_BYTES], line[PROBLEM_BYTES / 2], end[64];
    const struct process_text *texts = running->texts;
    process_last_line(&texts[texts[1].length > 0 ? 1 : 0], line, sizeof line);
    process_describe(&running->process, end, sizeof end);
    if (r == -ETIMEDOUT)
        snprintf(reason, sizeof reason, "not over after %u s; %s", check->limit_s, line);
    else if (process_exit_status(&running->process) == EXIT_FAILURE && line[0] != '\0')
        snprintf(reason, sizeof reason, "%s", line);
    else
        snprintf(reason, sizeof reason, "%s; %s", end, line);
    return strdup(reason);
}

/* Its process has ended, or its time has (-ETIMEDOUT). */
static int judge(struct check *check, struct check_running *running, int r)
{
    struct check_result *result = running->result;
    char line[PROBLEM_BYTES];
    process_end(&running->process);
    int status = r == 0 ? process_exit_status(&running->process) : -1;
    if (status == 0) {
        result->outcome = CHECK_OK;
    } else if (status == STATUS_SKIP) {
        process_last_line(&running->texts[0], line, sizeof line);
        result->outcome = CHECK_SKIP;
        result->reason = strdup(line);
    } else {
        result->outcome = CHECK_FAIL;
        result->reason = explain(check, running, r);
    }
    check->ended++;
    end(running);
    return status == 0 || result->reason != NULL ? 0 : -ENOMEM;
}

/* Takes what is there of one process, without waiting. */
static int look_at(struct check *check, struct check_running *running, char *problem)
{
    int r = process_collect(&running->process, 1, running->texts, 2, 0);
    if (r == -ETIMEDOUT && clock_now_ns() < running->deadline_ns)
        return 0;
    if (r == 0 || r == -ETIMEDOUT)
        r = judge(check, running, r);
    if (r < 0)
        problem_say(problem, r, "%s", r == -EINTR ? "interrupted" : strerror(-r));
    return r;
}

/* Waits until there may be something to look at. The end of a child that was already quiet may be
 * missed, when it comes just before the wait: such a one is looked at again a little later. */
static void wait_for_any(const struct check *check)
{
    struct pollfd set[2 * CHECK_JOBS_MAX + 1] = {{.fd = interrupt_fd(), .events = POLLIN}};
    nfds_t count = 1;
    for (unsigned i = 0; i < check->jobs; i++)
        for (int text = 0; text < 2; text++)
            if (check->running[i].result != NULL && check->running[i].texts[text].fd >= 0)
                set[count++] =
                    (struct pollfd){.fd = check->running[i].texts[text].fd, .events = POLLIN};
    poll(set, count, LOOK_AGAIN_MS);
}

static int start_next(struct check *check, struct check_running *running, char *problem)
{
    size_t next = check->started++;
    running->deadline_ns = clock_now_ns() + check->limit_s * NS_PER_S;
    int r = start(check, check_case_of(check, next), check_backend_of(check, next), running);
    if (r < 0)
        return problem_say(problem, r, "%s cannot be started: %s", check->program, strerror(-r));
    running->result = &check->results[next];
    return 0;
}

int check_run_cases(struct check *check, void (*on_progress)(struct check *, void *context),
                    void *context, char *problem)
{
    while (check->ended < check->result_count) {
        for (unsigned i = 0; i < check->jobs; i++) {
            struct check_running *running = &check->running[i];
            int r = 0;
            if (running->result == NULL && check->started < check->result_count)
                r = start_next(check, running, problem);
            if (r == 0 && running->result != NULL)
                r = look_at(check, running, problem);
            if (r < 0)
                return r;
        }
        on_progress(check, context);
        size_t now = check->started - check->ended;
        if (now == check->jobs || (now > 0 && check->started == check->result_count))
            wait_for_any(check);
    }
    return 0;
}

void check_end(struct check *check)
{
    for (unsigned i = 0; i < check->jobs; i++)
        if (check->running[i].result != NULL)
            end(&check->running[i]);
    for (size_t i = 0; i < check->chosen.count; i++)
        free(check->chosen.list[i]);
    for (size_t i = 0; i < check->cases.count; i++)
        free(check->cases.list[i]);
    for (size_t i = 0; check->results != NULL && i < check->result_count; i++)
        free(check->results[i].reason);
    free(check->results);
}
