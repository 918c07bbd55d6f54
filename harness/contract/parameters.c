#include "harness/contract/parameters.h"

#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool name_in_list(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; *at != '\0';) {
        size_t part = strcspn(at, ",");
        if (part == length && memcmp(at, name, length) == 0)
            return true;
        at += part + (at[part] == ',');
    }
    return false;
}

const struct parameter *parameter_find(const struct workload *workload, const char *name)
{
    for (const struct parameter *p = workload->parameters; p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

bool workload_has_mode(const struct workload *workload, const char *mode)
{
    for (const char *const *m = workload->modes; *m != NULL; m++) {
        if (strcmp(*m, mode) == 0)
            return true;
    }
    return false;
}

const struct metric *workload_main_metric(const struct workload *workload, const char *mode)
{
    for (const struct metric *m = workload->metrics; m->name != NULL; m++) {
        if (m->main && name_in_list(m->modes, mode))
            return m;
    }
    return NULL;
}

static json_t *read_choice(const struct parameter *parameter, const char *text, char *problem)
{
    if (name_in_list(parameter->choices, text))
        return json_string(text);
    struct nearest nearest;
    char names[16][64]; /* candidates have to outlive the loop */
    size_t used = 0;
    nearest_begin(&nearest, text);
    for (const char *at = parameter->choices; *at != '\0' && used < 16; used++) {
        size_t part = strcspn(at, ",");
        snprintf(names[used], sizeof(names[used]), "%.*s", (int)part, at);
        nearest_consider(&nearest, names[used]);
        at += part + (at[part] == ',');
    }
    if (nearest_is_near(&nearest))
        problem_say(problem, -EINVAL, "%s cannot be \"%s\"; the nearest is \"%s\" (choices: %s)",
                    parameter->name, text, nearest.best, parameter->choices);
    else
        problem_say(problem, -EINVAL, "%s cannot be \"%s\" (choices: %s)", parameter->name, text,
                    parameter->choices);
    return NULL;
}

static json_t *read_file_name(const struct parameter *parameter, const char *text, char *problem)
{
    struct stat file;
    int error = stat(text, &file) < 0 ? errno : 0;
    if (error == 0 && !S_ISREG(file.st_mode)) {
        problem_say(problem, -EINVAL, "%s cannot be \"%s\": it is not a regular file",
                    parameter->name, text);
        return NULL;
    }
    /* Opened, not asked with access(): that answers for the real user. */
    int fd = error == 0 ? open(text, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        close(fd);
        json_t *name = json_string(text);
        if (name == NULL)
            problem_say(problem, -EINVAL, "%s cannot be \"%s\": it is not UTF-8", parameter->name,
                        text);
        return name;
    }
    problem_say(problem, -EINVAL, "%s cannot be \"%s\": %s; name a file that can be read",
                parameter->name, text, strerror(error != 0 ? error : errno));
    return NULL;
}

json_t *parameter_read(const struct parameter *parameter, const char *text, char *problem)
{
    uint64_t integer;
    double decimal;
    const char *kind = "a whole number";
    switch (parameter->kind) {
    case PARAMETER_CHOICE:
        return read_choice(parameter, text, problem);
    case PARAMETER_FILE:
        return read_file_name(parameter, text, problem);
    case PARAMETER_INTEGER:
        if (number_integer(text, (uint64_t)parameter->minimum, (uint64_t)parameter->maximum,
                           &integer) == 0)
            return json_integer((json_int_t)integer);
        break;
    case PARAMETER_DECIMAL:
        kind = "a number";
        if (number_decimal(text, parameter->minimum, parameter->maximum, &decimal) == 0)
            return json_real(decimal);
        break;
    }
    problem_say(problem, -EINVAL, "%s cannot be \"%s\": it is %s from %.15g to %.15g%s%s",
                parameter->name, text, kind, parameter->minimum, parameter->maximum,
                *parameter->unit != '\0' ? ", in " : "", parameter->unit);
    return NULL;
}

static void print_parameter(FILE *out, const struct parameter *parameter)
{
    char range[96];
    if (parameter->kind == PARAMETER_CHOICE)
        snprintf(range, sizeof(range), "one of %s", parameter->choices);
    else if (parameter->kind == PARAMETER_FILE)
        snprintf(range, sizeof(range), "a file that can be read");
    else
        snprintf(range, sizeof(range), "%.15g to %.15g%s%s", parameter->minimum, parameter->maximum,
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

void parameters_print(FILE *out)
{
    size_t count;
    const struct workload *const *all = workloads(&count);
    for (size_t i = 0; i < count; i++)
        print_workload(out, all[i]);
}
