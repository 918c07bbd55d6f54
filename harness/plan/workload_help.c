#include "harness/plan/workload_help.h"

#include "harness/workloads/workloads.h"

static void print_parameter(FILE *out, const struct parameter *parameter)
{
    char range[96];
    if (parameter->kind == PARAMETER_CHOICE)
        snprintf(range, sizeof range, "one of %s", parameter->choices);
    else if (parameter->kind == PARAMETER_FILE)
        snprintf(range, sizeof range, "a file that can be read");
    else
        snprintf(range, sizeof range, "%.15g to %.15g%s%s", parameter->minimum, parameter->maximum,
                 *parameter->unit != '\0' ? " " : "", parameter->unit);
    fprintf(out, "    %-24s %s\n", parameter->name, parameter->help);
    fprintf(out, "    %-24s %s; default %s%s%s; mode %s\n", "", range,
            parameter->environment != NULL ? parameter->environment : "",
            parameter->environment != NULL ? " or " : "",
            parameter->fallback != NULL ? parameter->fallback : "none", parameter->modes);
}

static void print_metric(FILE *out, const struct metric *metric)
{
    fprintf(out, "    %-24s %s\n", metric->name, metric->help);
    fprintf(out, "    %-24s %s, %s is better; mode %s%s\n", "", metric->unit,
            metric->lower_is_better ? "lower" : "higher", metric->modes,
            metric->main ? "; its intervals decide when a run may stop" : "");
}

static void print_workload(FILE *out, const struct workload *workload)
{
    fprintf(out, "\nworkload %s: %s\n  modes (--set mode=...; default: all):", workload->name,
            workload->summary);
    for (const char *const *mode = workload->modes; *mode != NULL; mode++)
        fprintf(out, " %s", *mode);
    fprintf(out, "\n  parameters (--set NAME=VALUE,...):\n");
    for (const struct parameter *p = workload->parameters; p->name != NULL; p++)
        print_parameter(out, p);
    fprintf(out, "  metrics:\n");
    for (const struct metric *m = workload->metrics; m->name != NULL; m++)
        print_metric(out, m);
}

void workload_help_print(FILE *out)
{
    size_t count;
    const struct workload *const *all = workloads(&count);
    for (size_t i = 0; i < count; i++)
        print_workload(out, all[i]);
}
