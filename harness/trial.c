/* `pollbench trial`: one trial in this process. Its request comes on standard input, its outcome
 * goes to standard output; a failure is a sentence on standard error and exit status 3. */
#include "harness/base/problem.h"
#include "harness/command.h"
#include "harness/execute/trial_request.h"
#include "harness/record/trial_text.h"
#include "harness/system/limits.h"
#include "harness/system/placement.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_BYTES = 16384 };

static int pin(int cpu, char *problem)
{
    int r = cpu >= 0 ? placement_pin(cpu) : 0;
    if (r < 0)
        problem_say(problem, r, "the subject could not be put on CPU %d: %s", cpu, strerror(-r));
    return r;
}

static int hand_over(const struct outcome *outcome, char *problem)
{
    char *text = outcome_to_text(outcome);
    int r = 0;
    if (text == NULL)
        r = problem_say(problem, -ENOMEM, "there is no memory to hand the outcome over");
    else if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
        r = problem_say(problem, -EIO, "the outcome could not be handed over: %s", strerror(errno));
    free(text);
    return r;
}

static int run_trial(const struct trial_order *order, char *problem)
{
    struct outcome outcome = {0};
    uint64_t files;
    int r = pin(order->cpu, problem);
    if (r < 0)
        return r;
    limits_raise_files(&files);
    r = order->workload->run(&order->request, &outcome, problem);
    if (r >= 0)
        r = hand_over(&outcome, problem);
    outcome_free(&outcome);
    return r;
}

int command_trial(int argc, char **argv)
{
    char problem[PROBLEM_BYTES] = "", text[REQUEST_BYTES];
    struct trial_order order = {0};
    (void)argv;
    if (argc > 1) {
        fprintf(stderr, "pollbench trial is started by pollbench run; it takes no options\n");
        return EXIT_USAGE;
    }
    size_t length = fread(text, 1, sizeof text, stdin);
    int r = trial_request_from_text(&order, text, length, problem);
    if (r >= 0)
        r = run_trial(&order, problem);
    trial_order_free(&order);
    if (r < 0)
        fprintf(stderr, "%s\n", problem);
    return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
