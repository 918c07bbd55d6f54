#include "tests/harness/workloads/subject_trial.h"

#include "tests/required_backends.h"

#include <stdio.h>

const struct subject *subject;
struct outcome outcome;
char problem[PROBLEM_BYTES];

static const struct workload *workload;
static bool has_generator;

static bool has_part(const struct subject *who)
{
    if (workload == &accept_workload)
        return who->accept != NULL;
    if (workload == &echo_workload)
        return who->echo != NULL;
    return workload == &timer_workload ? who->timer != NULL : who->pool != NULL;
}

void subject_trial_use(const struct workload *which, const struct subject *who)
{
    workload = which;
    subject = who;
}

int subject_trial_choose(const struct workload *which, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "poll";
    char reason[REASON_BYTES] = "it has no part in the workload";
    uint32_t granted;
    subject_trial_use(which, subject_find(name));
    if (subject == NULL) {
        fprintf(stderr, "there is no subject \"%s\"\n", name);
        return 1;
    }
    if (has_part(subject) && subject->available(subject, reason, &granted) == 0)
        return 0;
    bool must = backend_is_required(name);
    fprintf(stderr, "%s: %s is not available: %s\n", must ? "failed" : "skipped", name, reason);
    return must ? 1 : 77;
}

int subject_trial_start(void **state)
{
    (void)state;
    generator_start(&generator, CHANNEL_SOCKETPAIR, NULL);
    has_generator = true;
    return 0;
}

int subject_trial_end(void **state)
{
    (void)state;
    outcome_free(&outcome);
    bool had_generator = has_generator;
    has_generator = false;
    return had_generator ? generator_end(&generator) : 0;
}

int run_trial(struct trial_request request, const char *text)
{
    struct named_values params = params_of(text);
    request.params = &params;
    if (request.subject == NULL)
        request.subject = subject;
    if (request.generator_fd == 0) /* standard input is no channel */
        request.generator_fd = generator.control.fd;
    outcome_reset(&outcome);
    problem[0] = '\0';
    int r = workload->run(&request, &outcome, problem);
    named_values_free(&params);
    if (r < 0) {
        print_message("%s\n", problem);
        outcome_reset(&outcome);
    }
    return r;
}

static double figure(const struct figures *figures, const char *name)
{
    double value = 0;
    if (!figures_get(figures, name, &value))
        fail_msg("there is no figure %s", name);
    return value;
}

double metric(const char *name)
{
    return figure(&outcome.metrics, name);
}

double counter(const char *name)
{
    return figure(&outcome.counters, name);
}

double usage(const char *name)
{
    return figure(&outcome.usage, name);
}

bool has_metric(const char *name)
{
    double value;
    return figures_get(&outcome.metrics, name, &value);
}

bool has_counter(const char *name)
{
    double value;
    return figures_get(&outcome.counters, name, &value);
}

struct histogram distribution(const char *name)
{
    const struct histogram *histogram = outcome_histogram(&outcome, name);
    assert_non_null(histogram);
    return *histogram;
}

void no_connection_failed(void)
{
    assert_true(outcome.has_generator);
    assert_int_equal(outcome.generator.error_count, 0);
}

void granted_as_announced(void)
{
    char reason[REASON_BYTES];
    uint32_t granted;
    assert_int_equal(subject->available(subject, reason, &granted), 0);
    assert_int_equal(outcome.granted, granted);
}

bool has_kernel(void)
{
    return subject->tier != TIER_NONE;
}
