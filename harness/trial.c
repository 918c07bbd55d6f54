/* `pollbench trial`: one trial in this process. Request on standard input, outcome on standard
 * output, both JSON; a failure is a sentence on standard error and exit status 3. */
#include "harness/command.h"
#include "harness/system/limits.h"
#include "harness/system/placement.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int read_request(const json_t *json, struct trial_request *request,
                        const struct workload **workload, char *problem)
{
    const char *workload_name, *subject_name;
    json_t *params;
    int count_system_calls;
    json_int_t seed = 0;
    double planted_share = 0;
    json_error_t error;
    if (json_unpack_ex((json_t *)json, &error, 0, "{s:s, s:s, s:s, s:o, s:b, s?I, s?F}", "workload",
                       &workload_name, "subject", &subject_name, "mode", &request->mode, "params",
                       &params, "count_system_calls", &count_system_calls, "seed", &seed,
                       "planted_share", &planted_share) < 0)
        return problem_say(problem, -EINVAL, "the request of a trial is not understood: %s",
                           error.text);
    *workload = workload_find(workload_name);
    request->subject = subject_find(subject_name);
    request->params = params;
    request->seed = (uint64_t)seed;
    request->planted_share = planted_share;
    request->count_system_calls = count_system_calls;
    request->generator_fd = CONTROL_FD;
    if (*workload == NULL || request->subject == NULL)
        return problem_say(problem, -EINVAL, "a trial of %s on %s is not known", workload_name,
                           subject_name);
    return 0;
}

static int pin(const json_t *cpu, char *problem)
{
    if (!json_is_integer(cpu))
        return 0;
    int r = placement_pin((int)json_integer_value(cpu));
    if (r < 0)
        problem_say(problem, r, "the subject could not be put on CPU %d: %s",
                    (int)json_integer_value(cpu), strerror(-r));
    return r;
}

static int run_trial(const json_t *json, char *problem)
{
    const struct workload *workload = NULL;
    struct trial_request request = {0};
    json_t *outcome = NULL;
    uint64_t files;
    int r = read_request(json, &request, &workload, problem);
    if (r == 0)
        r = pin(json_object_get(json, "cpu"), problem);
    if (r < 0)
        return r;
    limits_raise_files(&files);
    r = workload->run(&request, &outcome, problem);
    if (r < 0)
        return r;
    if (json_dumpf(outcome, stdout, JSON_COMPACT) < 0 || fflush(stdout) != 0)
        r = problem_say(problem, -EIO, "the outcome could not be handed over: %s", strerror(errno));
    json_decref(outcome);
    return r;
}

int command_trial(int argc, char **argv)
{
    char problem[PROBLEM_BYTES] = "";
    json_error_t error;
    (void)argv;
    if (argc > 1) {
        fprintf(stderr, "pollbench trial is started by pollbench run; it takes no options\n");
        return EXIT_USAGE;
    }
    json_t *request = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error);
    int r = request != NULL ? run_trial(request, problem)
                            : problem_say(problem, -EINVAL,
                                          "the request of a trial is not JSON (%s); trials are "
                                          "started by pollbench run",
                                          error.text);
    json_decref(request);
    if (r < 0)
        fprintf(stderr, "%s\n", problem);
    return r < 0 ? EXIT_NOT_CARRIED_OUT : EXIT_DONE;
}
