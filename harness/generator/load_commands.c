#include "harness/generator/load_commands.h"

#include "harness/base/problem.h"

#include <errno.h>
#include <string.h>

const char *const load_arrivals[LOAD_ARRIVALS] = {
    [ARRIVALS_CONSTANT] = "constant",
    [ARRIVALS_POISSON] = "poisson",
    [ARRIVALS_ENDLESS] = "endless",
};

static int refuse(struct control *control, const char *load)
{
    char problem[PROBLEM_BYTES];
    problem_say(problem, 0, "the %s load is running: only mark and stop are possible", load);
    return control_send(control, control_refusal(problem));
}

int load_command_next(struct control *control, uint64_t deadline_ns, const char *load)
{
    char problem[PROBLEM_BYTES];
    for (;;) {
        json_t *request = NULL;
        int r = control_receive(control, deadline_ns, &request, problem);
        if (r == -EAGAIN)
            return LOAD_NOTHING;
        if (r == 0)
            return -EPIPE;
        const char *what = json_string_value(json_object_get(request, "do"));
        int command = LOAD_NOTHING;
        if (what && strcmp(what, "mark") == 0)
            command = LOAD_MARK;
        if (what && strcmp(what, "stop") == 0)
            command = LOAD_STOP;
        json_decref(request);
        if (command != LOAD_NOTHING)
            return command;
        if (r == -EPROTO)
            r = control_send(control, control_refusal(problem));
        else if (r > 0)
            r = refuse(control, load);
        if (r < 0)
            return r;
    }
}
