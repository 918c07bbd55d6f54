#include "harness/execute/launch.h"

#include "backends/clock.h"
#include "harness/command.h"
#include "harness/contract/parameters.h"
#include "harness/base/problem.h"
#include "harness/system/process.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A trial is given up when it takes this much longer than it says of itself. */
#define PATIENCE_FACTOR 10
#define PATIENCE_S 10.0
#define GENERATOR_PATIENCE_S 2.0

#define OUTCOME_LIMIT_BYTES (16u << 20)
#define ERROR_LIMIT_BYTES 4096u

/* Stolen time is counted in ticks of 10 ms: a reading of one tick proves only that it is not zero.
 */
#define STEAL_TICK_US 10000.0
#define STEAL_LIMIT 0.05

struct pair {
    struct process subject, generator;
    struct process_text outcome, subject_errors, generator_errors;
    uint64_t deadline_ns;
    double limit_s;
};

static uint64_t after_s(double seconds)
{
    return clock_now_ns() + (uint64_t)(seconds * 1e9);
}

/* ---- starting ---- */

static int start_generator(struct pair *pair, const struct launch *launch, int control)
{
    char cpu[16];
    snprintf(cpu, sizeof(cpu), "%d", launch->generator_cpu);
    char *pinned[] = {(char *)process_self(), "generate", "--cpu", cpu, NULL};
    char *anywhere[] = {(char *)process_self(), "generate", NULL};
    int errors[2];
    int r = process_pipe(errors);
    if (r < 0)
        return r;
    const int files[PROCESS_FILES] = {-1, -1, errors[1], control};
    r = process_start(&pair->generator, launch->generator_cpu >= 0 ? pinned : anywhere, files);
    process_close(&errors[1]);
    pair->generator_errors = (struct process_text){.fd = errors[0], .limit = ERROR_LIMIT_BYTES};
    return r;
}

static int write_request(const struct launch *launch, int fd)
{
    json_t *request = json_pack(
        "{s:s, s:s, s:s, s:O, s:b, s:I, s:f, s:o}", "workload", launch->cell->workload->name,
        "subject", launch->subject->name, "mode", launch->cell->mode, "params",
        launch->cell->params, "count_system_calls", launch->count_system_calls, "seed",
        (json_int_t)(launch->seed & INT64_MAX), "planted_share", launch->planted_share, "cpu",
        launch->subject_cpu >= 0 ? json_integer(launch->subject_cpu) : json_null());
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    if (text == NULL)
        return -ENOMEM;
    /* Far shorter than any pipe holds, so this cannot block on a child that does not read. */
    ssize_t n = write(fd, text, strlen(text));
    free(text);
    return n < 0 ? -errno : 0;
}

static int start_subject(struct pair *pair, const struct launch *launch, int control)
{
    char *arguments[] = {(char *)process_self(), "trial", NULL};
    int input[2] = {-1, -1}, output[2] = {-1, -1}, errors[2] = {-1, -1};
    int r = process_pipe(input);
    if (r == 0)
        r = process_pipe(output);
    if (r == 0)
        r = process_pipe(errors);
    if (r == 0) {
        const int files[PROCESS_FILES] = {input[0], output[1], errors[1], control};
        r = process_start(&pair->subject, arguments, files);
    }
    if (r == 0)
        r = write_request(launch, input[1]);
    process_close(&input[0]);
    process_close(&input[1]);
    process_close(&output[1]);
    process_close(&errors[1]);
    pair->outcome = (struct process_text){.fd = output[0], .limit = OUTCOME_LIMIT_BYTES};
    pair->subject_errors = (struct process_text){.fd = errors[0], .limit = ERROR_LIMIT_BYTES};
    return r;
}

static int start_pair(struct pair *pair, const struct launch *launch, char *why)
{
    int control[2];
    pair->outcome.fd = pair->subject_errors.fd = pair->generator_errors.fd = -1;
    int r = process_socket_pair(control);
    if (r == 0)
        r = start_generator(pair, launch, control[1]);
    if (r == 0)
        r = start_subject(pair, launch, control[0]);
    process_close(&control[0]);
    process_close(&control[1]);
    pair->limit_s = PATIENCE_S + PATIENCE_FACTOR * launch->cell->workload->estimate_s(
                                                       launch->cell->mode, launch->cell->params);
    pair->deadline_ns = after_s(pair->limit_s);
    if (r < 0)
        problem_say(why, r, "the processes of the trial could not be started: %s", strerror(-r));
    return r;
}

/* ---- judging ---- */

static bool text_is_bad(const struct process_text *outcome, json_t **json, char *why)
{
    json_error_t error;
    *json = json_loadb(outcome->text != NULL ? outcome->text : "", outcome->length,
                       JSON_REJECT_DUPLICATES, &error);
    if (*json != NULL)
        return false;
    problem_say(why, -EPROTO, "the outcome is not JSON: column %d, %s", error.column, error.text);
    return true;
}

static bool metrics_are_bad(const struct cell *cell, const json_t *metrics, char *why)
{
    const struct metric *main_metric = workload_main_metric(cell->workload, cell->mode);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)metrics, name, value)
    {
        if (!json_is_number(value) || !(json_number_value(value) >= 0)) {
            problem_say(why, -EPROTO, "the outcome's metric %s is not a number from 0 up", name);
            return true;
        }
    }
    if (main_metric != NULL &&
        !(json_number_value(json_object_get(metrics, main_metric->name)) > 0)) {
        problem_say(why, -EPROTO, "the outcome has no %s, which is what it is for",
                    main_metric->name);
        return true;
    }
    return false;
}

static bool steal_is_too_much(const json_t *usage, char *why)
{
    double wall_us = json_number_value(json_object_get(usage, "wall_ns")) / 1e3;
    double steal_us = json_number_value(json_object_get(usage, "steal_us"));
    if (!(steal_us - STEAL_TICK_US > STEAL_LIMIT * wall_us))
        return false;
    problem_say(
        why, -EAGAIN,
        "the hypervisor took %.0f ms of CPU time away during %.0f ms of measuring, more than "
        "%.0f %%",
        steal_us / 1e3, wall_us / 1e3, STEAL_LIMIT * 100);
    return true;
}

static bool outcome_is_bad(const struct cell *cell, const json_t *outcome, char *why)
{
    static const char *const objects[] = {"metrics", "histograms", "counters", "usage"};
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        if (!json_is_object(json_object_get(outcome, objects[i]))) {
            problem_say(why, -EPROTO, "the outcome has no object \"%s\"", objects[i]);
            return true;
        }
    }
    return metrics_are_bad(cell, json_object_get(outcome, "metrics"), why);
}

/* A trial that ends with this status has said why in its last line. Otherwise: how it ended, and
 * the last words of either process. */
static void explain_failure(const struct pair *pair, char *why)
{
    char words[PROBLEM_BYTES / 2], end[64];
    process_last_line(&pair->subject_errors, words, sizeof(words));
    if (words[0] != '\0' && process_exit_status(&pair->subject) == EXIT_NOT_CARRIED_OUT) {
        problem_say(why, -EIO, "%s", words);
        return;
    }
    if (words[0] == '\0')
        process_last_line(&pair->generator_errors, words, sizeof(words));
    process_describe(&pair->subject, end, sizeof(end));
    problem_say(why, -EIO, "the subject's process ended with %s%s%s", end,
                words[0] != '\0' ? ": " : "", words);
}

/* 0 with *outcome; -EPROTO and the like with `why`; -EINTR. */
static int collect_outcome(struct pair *pair, json_t **outcome, char *why)
{
    struct process_text both[] = {pair->outcome, pair->subject_errors};
    int r = process_collect(&pair->subject, 1, both, 2, pair->deadline_ns);
    pair->outcome = both[0];
    pair->subject_errors = both[1];
    if (r == -ETIMEDOUT)
        problem_say(why, r, "it had not ended after %.0f s and was killed", pair->limit_s);
    else if (r < 0)
        problem_say(why, r, "waiting for it failed: %s", strerror(-r));
    process_end(&pair->subject);

    /* Once its channel is closed the generator ends by itself. */
    uint64_t deadline_ns = after_s(r == 0 ? GENERATOR_PATIENCE_S : 0);
    if (process_collect(&pair->generator, 1, &pair->generator_errors, 1, deadline_ns) < 0)
        process_end(&pair->generator);
    if (r < 0)
        return r;
    if (pair->subject.status != 0) {
        explain_failure(pair, why);
        return -EIO;
    }
    return text_is_bad(&pair->outcome, outcome, why) ? -EPROTO : 0;
}

static json_t *describe_trial(const struct launch *launch, json_t *outcome, uint64_t start_ns,
                              const char *why)
{
    json_t *trial = json_pack("{s:s, s:I, s:{}, s:{}, s:{}, s:{}, s:n}", "subject",
                              launch->subject->name, "start_ns", (json_int_t)start_ns, "metrics",
                              "histograms", "counters", "usage", "generator");
    if (outcome != NULL)
        json_object_update(trial, outcome);
    if (launch->subject_cpu >= 0)
        json_object_set_new(trial, "cpu", json_integer(launch->subject_cpu));
    json_object_set_new(trial, "valid", json_boolean(why == NULL));
    json_object_set_new(trial, "why_invalid", why != NULL ? json_string(why) : json_null());
    return trial;
}

int launch_trial(const struct launch *launch, json_t **trial)
{
    struct pair pair = {0};
    json_t *outcome = NULL;
    char why[PROBLEM_BYTES] = "";
    uint64_t start_ns = clock_now_ns();
    int r = start_pair(&pair, launch, why);
    if (r == 0)
        r = collect_outcome(&pair, &outcome, why);
    process_end(&pair.subject);
    process_end(&pair.generator);
    process_text_free(&pair.outcome);
    process_text_free(&pair.subject_errors);
    process_text_free(&pair.generator_errors);
    if (r == -EINTR) {
        json_decref(outcome);
        return r;
    }
    if (r < 0 || outcome_is_bad(launch->cell, outcome, why)) {
        /* What cannot be read is not kept: the file has to stay one that can be reported on. */
        *trial = describe_trial(launch, NULL, start_ns, why);
    } else {
        bool disturbed = steal_is_too_much(json_object_get(outcome, "usage"), why);
        *trial = describe_trial(launch, outcome, start_ns, disturbed ? why : NULL);
    }
    json_decref(outcome);
    return *trial != NULL ? 0 : -ENOMEM;
}

bool launch_has_outcome(const json_t *trial)
{
    return json_object_size(json_object_get(trial, "metrics")) > 0;
}
