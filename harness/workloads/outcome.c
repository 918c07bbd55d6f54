#include "harness/workloads/outcome.h"

#include "backends/registry.h"
#include "harness/base/problem.h"

#include <errno.h>

json_t *outcome_granted(uint32_t granted)
{
    json_t *names = json_array();
    for (unsigned bit = 0; bit < 32; bit++) {
        const char *name = granted & (1u << bit) ? backend_feature_name(1u << bit) : NULL;
        if (name)
            json_array_append_new(names, json_string(name));
    }
    return names;
}

int outcome_keep_report(json_t *reply, json_t **report, char *problem)
{
    *report = json_incref(json_object_get(reply, "report"));
    json_decref(reply);
    if (!json_is_object(*report))
        return problem_say(problem, -EPROTO, "the generator's report is missing");
    return 0;
}

int outcome_take_report(struct control *control, uint64_t deadline_ns, json_t **report,
                        char *problem)
{
    json_t *reply;
    int r =
        control_ask(control, json_pack("{s:s}", "do", "stop"), deadline_ns, &reply, problem);
    return r < 0 ? r : outcome_keep_report(reply, report, problem);
}
