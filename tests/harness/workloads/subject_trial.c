#include "tests/harness/workloads/subject_trial.h"

#include "tests/required_backends.h"

#include <stdio.h>

const struct subject *subject;
json_t *outcome;
char problem[PROBLEM_BYTES];

static const struct workload *workload;
static bool has_generator;

static bool has_part(const struct subject *who)
{
    if (workload == &accept_workload)
        return who->accept != NULL;
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
    json_decref(outcome);
    outcome = NULL;
    bool had_generator = has_generator;
    has_generator = false;
    return had_generator ? generator_end(&generator) : 0;
}

json_t *params_of(const char *text)
{
    json_t *params = json_loads(text, 0, NULL);
    assert_non_null(params);
    return params;
}

int run_trial(struct trial_request request, json_t *params)
{
    request.params = params;
    if (request.subject == NULL)
        request.subject = subject;
    if (request.generator_fd == 0) /* standard input is no channel */
        request.generator_fd = generator.control.fd;
    json_decref(outcome);
    outcome = NULL;
    problem[0] = '\0';
    int result = workload->run(&request, &outcome, problem);
    json_decref(params);
    if (result < 0)
        print_message("%s\n", problem);
    return result;
}

double number(const char *part, const char *name)
{
    json_t *value = json_object_get(json_object_get(outcome, part), name);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

struct histogram distribution(const char *name)
{
    struct histogram histogram;
    json_t *stored = json_object_get(json_object_get(outcome, "histograms"), name);
    assert_int_equal(histogram_from_json(&histogram, stored), 0);
    return histogram;
}

void no_connection_failed(void)
{
    json_t *errors = json_object_get(json_object_get(outcome, "generator"), "errors");
    assert_true(json_is_object(errors));
    assert_int_equal(json_object_size(errors), 0);
}

bool has_kernel(void)
{
    return subject->tier != TIER_NONE;
}
