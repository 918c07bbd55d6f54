#include "tests/harness/timer_trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct subject *subject;
json_t *outcome;
char problem[PROBLEM_BYTES];

static struct generator_process generator;

int timer_trial_start(void **state)
{
    (void)state;
    generator_start(&generator, CHANNEL_SOCKETPAIR, NULL);
    outcome = NULL;
    problem[0] = '\0';
    return 0;
}

int timer_trial_end(void **state)
{
    (void)state;
    json_decref(outcome);
    return generator_end(&generator);
}

int run_as(const struct subject *who, const char *mode, json_t *params, bool count)
{
    struct trial_request request = {
        .subject = who,
        .mode = mode,
        .params = params,
        .generator_fd = generator.control.fd,
        .count_system_calls = count,
    };
    int result = timer_workload.run(&request, &outcome, problem);
    if (result < 0)
        print_message("%s\n", problem);
    json_decref(params);
    return result;
}

double number(const char *part, const char *name)
{
    json_t *value = json_object_get(json_object_get(outcome, part), name);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static bool is_required(const char *name)
{
    const char *required = getenv("REQUIRE_BACKENDS");
    const char *found = required ? strstr(required, name) : NULL;
    size_t length = strlen(name);
    return found && (found == required || strchr(" \n,", found[-1])) &&
           (found[length] == '\0' || strchr(" \n,", found[length]));
}

int timer_trial_choose(const char *name)
{
    char reason[256] = "it has no timers";
    uint32_t granted;
    subject = subject_find(name);
    if (!subject) {
        fprintf(stderr, "there is no subject \"%s\"\n", name);
        return 1;
    }
    if (subject->timer && subject->available(subject, reason, &granted) == 0)
        return 0;
    bool must = is_required(name);
    fprintf(stderr, "%s: %s is not available: %s\n", must ? "failed" : "skipped", name, reason);
    return must ? 1 : 77;
}
