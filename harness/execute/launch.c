#include "harness/execute/launch.h"

#include "backends/clock.h"
#include "harness/base/exit_status.h"
#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/execute/trial_request.h"
#include "harness/record/trial_text.h"
#include "harness/system/cgroup.h"
#include "harness/system/interrupt.h"
#include "harness/system/process.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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
    /* Our end of its turns; -1: it has none. */
    int turns;
    /* cgroup_throttled() at the start; not known where there is no quota. */
    uint64_t throttled;
    bool throttled_known;
    uint64_t deadline_ns;
    double limit_s;
};

/* Asked once: without a quota there is nothing to count. */
static bool has_quota(void)
{
    static enum { UNKNOWN, NO, YES } known;
    struct cgroup_limits limits;
    if (known == UNKNOWN)
        known = cgroup_limits("", &limits) == 0 && limits.cpus > 0 ? YES : NO;
    return known == YES;
}

static uint64_t after_s(double seconds)
{
    return clock_now_ns() + (uint64_t)(seconds * 1e9);
}

/* ---- starting ---- */

static int start_generator(struct pair *pair, const struct launch *launch, int control)
{
    char cpu[16], helper_cpu[16];
    snprintf(cpu, sizeof cpu, "%d", launch->generator_cpu);
    snprintf(helper_cpu, sizeof helper_cpu, "%d", launch->subject_cpu);
    char *arguments[7] = {(char *)process_self(), "generate"};
    if (launch->generator_cpu >= 0) {
        arguments[2] = "--cpu";
        arguments[3] = cpu;
    }
    /* The subject's CPU does nothing while the subject waits for connections. */
    if (launch->subject_cpu >= 0 && launch->subject_cpu != launch->generator_cpu) {
        arguments[4] = "--helper-cpu";
        arguments[5] = helper_cpu;
    }
    int errors[2];
    int r = process_pipe(errors);
    if (r < 0)
        return r;
    const int files[PROCESS_FILES] = {-1, -1, errors[1], control, -1};
    r = process_start(&pair->generator, arguments, files);
    process_close(&errors[1]);
    pair->generator_errors = (struct process_text){.fd = errors[0], .limit = ERROR_LIMIT_BYTES};
    return r;
}

static int write_request(const struct launch *launch, int fd)
{
    char *text = trial_request_to_text(launch);
    if (text == NULL)
        return -ENOMEM;
    /* Far shorter than any pipe holds, so this cannot block on a child that does not read. */
    ssize_t n = write(fd, text, strlen(text));
    int r = n < 0 ? -errno : 0;
    free(text);
    return r;
}

static int start_subject(struct pair *pair, const struct launch *launch, int control, int turns)
{
    char *arguments[] = {(char *)process_self(), "trial", NULL};
    int input[2] = {-1, -1}, output[2] = {-1, -1}, errors[2] = {-1, -1};
    int r = process_pipe(input);
    if (r == 0)
        r = process_pipe(output);
    if (r == 0)
        r = process_pipe(errors);
    if (r == 0) {
        const int files[PROCESS_FILES] = {input[0], output[1], errors[1], control, turns};
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
    int control[2], turns[2] = {-1, -1};
    *pair = (struct pair){.turns = -1};
    pair->outcome.fd = pair->subject_errors.fd = pair->generator_errors.fd = -1;
    pair->throttled_known = has_quota() && cgroup_throttled("", &pair->throttled) == 0;
    int r = process_socket_pair(control);
    if (r == 0 && launch->turns)
        r = process_socket_pair(turns);
    if (r == 0)
        r = start_generator(pair, launch, control[1]);
    if (r == 0)
        r = start_subject(pair, launch, control[0], turns[1]);
    process_close(&control[0]);
    process_close(&control[1]);
    process_close(&turns[1]);
    pair->turns = turns[0];
    pair->limit_s = PATIENCE_S + PATIENCE_FACTOR * launch->cell->workload->estimate_s(
                                                       launch->cell->mode, &launch->cell->params);
    pair->deadline_ns = after_s(pair->limit_s);
    if (r < 0)
        problem_say(why, r, "the processes of the trial could not be started: %s", strerror(-r));
    return r;
}

/* ---- judging ---- */

static bool figures_are_bad(const struct cell *cell, const struct figures *metrics, char *why)
{
    const struct metric *main_metric = workload_main_metric(cell->workload, cell->mode);
    double value;
    for (size_t i = 0; i < metrics->count; i++) {
        const struct figure *figure = &metrics->list[i];
        if (workload_metric(cell->workload, cell->mode, figure->name) == NULL) {
            problem_say(why, -EPROTO, "the outcome's %s is no metric of %s in mode %s",
                        figure->name, cell->workload->name, cell->mode);
            return true;
        }
        if (!(figure->value >= 0 && isfinite(figure->value))) {
            problem_say(why, -EPROTO, "the outcome's metric %s is not a number from 0 up",
                        figure->name);
            return true;
        }
    }
    if (main_metric != NULL && !(figures_get(metrics, main_metric->name, &value) && value > 0)) {
        problem_say(why, -EPROTO, "the outcome has no %s, which is what it is for",
                    main_metric->name);
        return true;
    }
    return false;
}

static bool histograms_are_bad(const struct cell *cell, const struct outcome *outcome, char *why)
{
    for (size_t i = 0; i < outcome->histogram_count; i++) {
        const char *name = outcome->histograms[i].name;
        if (workload_metric(cell->workload, cell->mode, name) == NULL) {
            problem_say(why, -EPROTO, "the outcome's histogram %s is no metric of %s in mode %s",
                        name, cell->workload->name, cell->mode);
            return true;
        }
    }
    return false;
}

static bool steal_is_too_much(const struct figures *usage, char *why)
{
    double wall_ns, steal_us;
    if (!figures_get(usage, "wall_ns", &wall_ns) || !figures_get(usage, "steal_us", &steal_us) ||
        !(steal_us - STEAL_TICK_US > STEAL_LIMIT * wall_ns / 1e3))
        return false;
    problem_say(why, -EAGAIN,
                "the hypervisor took %.0f ms of CPU time away during %.0f ms of measuring, more "
                "than %.0f %%",
                steal_us / 1e3, wall_ns / 1e6, STEAL_LIMIT * 100);
    return true;
}

/* A quota makes all threads of the group wait for the rest of a period, wherever they are. */
static bool was_throttled(const struct pair *pair, char *why)
{
    uint64_t periods;
    if (!pair->throttled_known || cgroup_throttled("", &periods) < 0 || periods <= pair->throttled)
        return false;
    problem_say(why, -EAGAIN,
                "the quota of CPU time of the control group was used up %" PRIu64
                " times while it ran; raise cpu.max, or measure outside of the group",
                periods - pair->throttled);
    return true;
}

/* A trial that ends with this status has said why in its last line. Otherwise: how it ended, and
 * the last words of either process. */
static void explain_failure(const struct pair *pair, char *why)
{
    char words[PROBLEM_BYTES / 2], end[64];
    process_last_line(&pair->subject_errors, words, sizeof words);
    if (words[0] != '\0' && process_exit_status(&pair->subject) == EXIT_FAILED) {
        problem_say(why, -EIO, "%s", words);
        return;
    }
    if (words[0] == '\0')
        process_last_line(&pair->generator_errors, words, sizeof words);
    process_describe(&pair->subject, end, sizeof end);
    problem_say(why, -EIO, "the subject's process ended with %s%s%s", end,
                words[0] != '\0' ? ": " : "", words);
}

/* Waits for the end of both. 0: the outcome's text is there; -EIO and the like with `why`; -EINTR.
 */
static int collect_outcome(struct pair *pair, char *why)
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
    return 0;
}

/* What cannot be read is not kept: the file has to stay one that can be reported on. */
static int take_outcome(const struct process_text *text, const struct cell *cell,
                        struct outcome *outcome, char *why)
{
    char rest[PROBLEM_BYTES], nothing[] = "";
    int r =
        outcome_from_text(outcome, text->text != NULL ? text->text : nothing, text->length, rest);
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        problem_say(why, r, "the outcome is not understood: %s", rest);
    else if (figures_are_bad(cell, &outcome->metrics, why) ||
             histograms_are_bad(cell, outcome, why))
        r = -EPROTO;
    if (r < 0)
        outcome_reset(outcome);
    return r;
}

static void begin_trial(struct trial *trial, const struct launch *launch)
{
    trial_reset(trial);
    trial->start_ns = clock_now_ns();
    trial->cpu = launch->subject_cpu;
}

/* Ends what still runs, and frees. */
static void end_pair(struct pair *pair)
{
    process_close(&pair->turns);
    process_end(&pair->subject);
    process_end(&pair->generator);
    process_text_free(&pair->outcome);
    process_text_free(&pair->subject_errors);
    process_text_free(&pair->generator_errors);
}

/* Waits for the end of both, and judges. As launch_trial(). */
static int finish_pair(struct pair *pair, const struct launch *launch, struct trial *trial)
{
    int r = collect_outcome(pair, trial->why_invalid);
    if (r == 0) {
        r = take_outcome(&pair->outcome, launch->cell, &trial->outcome, trial->why_invalid);
        trial->has_outcome = r == 0;
    }
    end_pair(pair);
    trial->valid = trial->has_outcome && !was_throttled(pair, trial->why_invalid) &&
                   !steal_is_too_much(&trial->outcome.usage, trial->why_invalid);
    return r == -EINTR || r == -ENOMEM ? r : 0;
}

int launch_trial(const struct launch *launch, struct trial *trial)
{
    struct pair pair;
    begin_trial(trial, launch);
    int r = start_pair(&pair, launch, trial->why_invalid);
    if (r == 0)
        r = finish_pair(&pair, launch, trial);
    else {
        end_pair(&pair);
        r = 0;
    }
    trial->elapsed_ns = clock_now_ns() - trial->start_ns;
    return r;
}

/* ---- in turns ---- */

/* Waits until it says that it has done its part. 1: it has; 0: it has ended, or its time has;
 * -EINTR. */
static int await_turn(struct pair *pair)
{
    char byte;
    for (;;) {
        struct pollfd set[] = {{.fd = pair->turns, .events = POLLIN},
                               {.fd = interrupt_fd(), .events = POLLIN}};
        int ready = poll(set, 2, clock_until_ms(pair->deadline_ns));
        if (ready < 0 && errno != EINTR)
            return 0;
        if (ready > 0 && set[0].revents != 0)
            return recv(pair->turns, &byte, 1, 0) == 1;
        if (ready > 0 && set[1].revents != 0)
            interrupt_clear();
        if (interrupt_signal() != 0)
            return -EINTR;
        if (clock_now_ns() >= pair->deadline_ns)
            return 0;
    }
}

static int give_turn(struct pair *pair)
{
    const char byte = 0;
    pair->deadline_ns = after_s(pair->limit_s);
    bool ended = send(pair->turns, &byte, 1, MSG_NOSIGNAL) < 0;
    return ended ? 0 : await_turn(pair);
}

/* One turn each, in random order; who ends is finished, and leaves the list. */
static int run_turns(struct pair *pairs, const struct launch *launches, struct trial *trials,
                     size_t *living, size_t *count, struct random *random)
{
    size_t left = 0;
    random_shuffle(random, living, *count);
    for (size_t i = 0; i < *count; i++) {
        size_t place = living[i];
        uint64_t begin_ns = clock_now_ns();
        int r = give_turn(&pairs[place]);
        bool goes_on = r == 1;
        if (r == 0)
            r = finish_pair(&pairs[place], &launches[place], &trials[place]);
        if (r < 0)
            return r;
        trials[place].elapsed_ns += clock_now_ns() - begin_ns;
        if (goes_on)
            living[left++] = place;
    }
    *count = left;
    return 0;
}

int launch_in_turns(const struct launch *launches, struct trial *trials, size_t count,
                    struct random *random)
{
    struct pair *pairs = calloc(count, sizeof *pairs);
    size_t *living = calloc(count, sizeof *living), left = 0, started = 0;
    int r = pairs != NULL && living != NULL ? 0 : -ENOMEM;
    for (; started < count && r == 0; started++) {
        struct launch launch = launches[started];
        struct trial *trial = &trials[started];
        launch.turns = true;
        begin_trial(trial, &launch);
        if (start_pair(&pairs[started], &launch, trial->why_invalid) == 0)
            living[left++] = started;
        trial->elapsed_ns = clock_now_ns() - trial->start_ns;
    }
    while (left > 0 && r == 0)
        r = run_turns(pairs, launches, trials, living, &left, random);
    for (size_t i = 0; i < started; i++)
        end_pair(&pairs[i]);
    free(pairs);
    free(living);
    return r;
}
