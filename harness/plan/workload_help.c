#include "harness/plan/workload_help.h"

#include "harness/base/terminal.h"
#include "harness/contract/parameters.h"
#include "harness/plan/profiles.h"
#include "harness/workloads/workloads.h"

#include <string.h>

/* Of what stands left of a help text. */
enum { NAME_COLUMNS = 20, FULL_COLUMNS = 29 };

/* ---- all of it ---- */

/* What it is, and below that its properties. */
static void print_two(FILE *out, const char *name, const char *help, const char *properties)
{
    int column = fprintf(out, "    %-24s ", name);
    terminal_wrap(out, column, FULL_COLUMNS, help);
    fprintf(out, "%*s", FULL_COLUMNS, "");
    terminal_wrap(out, FULL_COLUMNS, FULL_COLUMNS, properties);
}

static void print_parameter(FILE *out, const struct parameter *parameter)
{
    char range[96], text[512];
    if (parameter->kind == PARAMETER_CHOICE)
        snprintf(range, sizeof range, "one of %s", parameter->choices);
    else if (parameter->kind == PARAMETER_FILE)
        snprintf(range, sizeof range, "a file that can be read");
    else
        snprintf(range, sizeof range, "%.15g to %.15g%s%s", parameter->minimum, parameter->maximum,
                 *parameter->unit != '\0' ? " " : "", parameter->unit);
    snprintf(text, sizeof text, "%s; default %s%s%s; mode %s", range,
             parameter->environment != NULL ? parameter->environment : "",
             parameter->environment != NULL ? " or " : "",
             parameter->fallback != NULL ? parameter->fallback : "none", parameter->modes);
    print_two(out, parameter->name, parameter->help, text);
}

static void print_metric(FILE *out, const struct metric *metric)
{
    char text[512];
    snprintf(text, sizeof text, "%s, %s is better; mode %s%s", metric->unit,
             metric->lower_is_better ? "lower" : "higher", metric->modes,
             metric->main ? "; verdicts are about it" : "");
    print_two(out, metric->name, metric->help, text);
}

static void print_in_full(FILE *out, const struct workload *workload)
{
    fputc('\n', out);
    terminal_wrap(out, fprintf(out, "workload %s: ", workload->name), 2, workload->summary);
    fprintf(out, "  modes (--set mode=...; default: all):");
    for (const char *const *mode = workload->modes; *mode != NULL; mode++)
        fprintf(out, " %s", *mode);
    fprintf(out, "\n  parameters (--set NAME=VALUE,...):\n");
    for (const struct parameter *p = workload->parameters; p->name != NULL; p++)
        print_parameter(out, p);
    fprintf(out, "  metrics:\n");
    for (const struct metric *m = workload->metrics; m->name != NULL; m++)
        print_metric(out, m);
}

void workload_help_print_all(FILE *out)
{
    size_t count;
    const struct workload *const *all = workloads(&count);
    for (size_t i = 0; i < count; i++)
        print_in_full(out, all[i]);
}

/* ---- one screen ---- */

static void print_modes(FILE *out, const struct workload *workload)
{
    fprintf(out, "modes (--set mode=A,B; default: all), and what decides in them:\n");
    for (const char *const *mode = workload->modes; *mode != NULL; mode++) {
        char text[256];
        const struct metric *metric = workload_main_metric(workload, *mode);
        int column = fprintf(out, "  %-*s ", NAME_COLUMNS, *mode);
        if (metric != NULL)
            snprintf(text, sizeof text, "%s: %s", metric->name, metric->help);
        terminal_wrap(out, column, NAME_COLUMNS + 3, metric != NULL ? text : "nothing");
    }
}

/* Whether every mode has it. */
static bool is_everywhere(const struct workload *workload, const char *modes)
{
    for (const char *const *mode = workload->modes; *mode != NULL; mode++) {
        if (!name_in_list(modes, *mode))
            return false;
    }
    return true;
}

/* What the profile quick has instead of the default, in the first mode where it has anything. */
static const char *quick_values(const struct workload *workload, const struct parameter *p)
{
    const struct profile *quick = profile_find("quick");
    for (const char *const *mode = workload->modes; *mode != NULL && quick != NULL; mode++) {
        const char *values = name_in_list(p->modes, *mode)
                                 ? profile_values(quick, workload->name, *mode, p->name)
                                 : NULL;
        if (values != NULL && (p->fallback == NULL || strcmp(values, p->fallback) != 0))
            return values;
    }
    return NULL;
}

static void print_setting(FILE *out, const struct workload *workload, const struct parameter *p)
{
    char left[64], text[512], range[96];
    if (p->kind == PARAMETER_CHOICE)
        snprintf(range, sizeof range, "%s", p->choices);
    else if (p->kind == PARAMETER_FILE)
        snprintf(range, sizeof range, "a file");
    else
        snprintf(range, sizeof range, "%.15g to %.15g", p->minimum, p->maximum);
    snprintf(left, sizeof left, "%s=%s", p->name, p->fallback != NULL ? p->fallback : "");
    const char *quick = quick_values(workload, p);
    snprintf(text, sizeof text, "%s [%s]%s%s%s%s", p->help, range,
             is_everywhere(workload, p->modes) ? "" : " mode ",
             is_everywhere(workload, p->modes) ? "" : p->modes, quick != NULL ? "; quick: " : "",
             quick != NULL ? quick : "");
    int column = fprintf(out, "  %-*s ", NAME_COLUMNS, left);
    terminal_wrap(out, column, NAME_COLUMNS + 3, text);
}

/* Names in a line or two. */
static void print_names(FILE *out, const char *title, const char *names)
{
    int column = fprintf(out, "%s: ", title);
    if (*names != '\0')
        terminal_wrap(out, column, 2, names + 1);
    else
        fprintf(out, "none\n");
}

static void add_name(char *names, size_t size, const char *name)
{
    size_t used = strlen(names);
    char spaced[80];
    snprintf(spaced, sizeof spaced, " %s", name);
    if (strstr(names, spaced) == NULL)
        snprintf(names + used, size - used, "%s", spaced);
}

void workload_help_print(FILE *out, const struct workload *workload)
{
    char tuning[512] = "", metrics[1024] = "";
    fprintf(out, "usage: pollbench run %s [--set NAME=VALUE,...]... [OPTION...]\n\n",
            workload->name);
    terminal_wrap(out, fprintf(out, "%s: ", workload->name), 2, workload->summary);
    fputc('\n', out);
    print_modes(out, workload);
    fprintf(out, "parameters (--set NAME=VALUE; VALUE,VALUE is a sweep; 5k, 1.5M):\n");
    for (const struct parameter *p = workload->parameters; p->name != NULL; p++) {
        if (p->optional)
            add_name(tuning, sizeof tuning, p->name);
        else
            print_setting(out, workload, p);
    }
    print_names(out, "for tuning", tuning);
    for (const struct metric *m = workload->metrics; m->name != NULL; m++) {
        if (!m->main)
            add_name(metrics, sizeof metrics, m->name);
    }
    print_names(out, "also measured", metrics);
    fprintf(out, "\nOptions: pollbench run --help. Everything: pollbench run --help-all\n");
}
