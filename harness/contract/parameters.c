#include "harness/contract/parameters.h"

#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/problem.h"
#include "harness/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

const char *workload_mode(const struct workload *workload, const char *mode)
{
    for (const char *const *m = workload->modes; *m != NULL; m++) {
        if (strcmp(*m, mode) == 0)
            return *m;
    }
    return NULL;
}

const struct metric *workload_next_metric(const struct workload *workload, const char *mode,
                                          const struct metric *previous)
{
    const struct metric *metric = previous != NULL ? previous + 1 : workload->metrics;
    while (metric->name != NULL && !name_in_list(metric->modes, mode))
        metric++;
    return metric->name != NULL ? metric : NULL;
}

const struct metric *workload_metric(const struct workload *workload, const char *mode,
                                     const char *name)
{
    const struct metric *metric = workload_next_metric(workload, mode, NULL);
    while (metric != NULL && strcmp(metric->name, name) != 0)
        metric = workload_next_metric(workload, mode, metric);
    return metric;
}

const struct metric *workload_main_metric(const struct workload *workload, const char *mode)
{
    const struct metric *metric = workload_next_metric(workload, mode, NULL);
    while (metric != NULL && !metric->main)
        metric = workload_next_metric(workload, mode, metric);
    return metric;
}

size_t workload_metric_index(const struct workload *workload, const struct metric *metric)
{
    return (size_t)(metric - workload->metrics);
}

uint64_t parameter_integer(const struct named_values *params, const char *name)
{
    return (uint64_t)value_number(named_values_find(params, "", name));
}

double parameter_number(const struct named_values *params, const char *name)
{
    return value_number(named_values_find(params, "", name));
}

const char *parameter_choice(const struct named_values *params, const char *name)
{
    return value_text_or(named_values_find(params, "", name), "");
}

unsigned parameter_or(const struct named_values *params, const char *name, unsigned fallback)
{
    const struct value *value = named_values_find(params, "", name);
    return value != NULL ? (unsigned)value_number(value) : fallback;
}

static int read_choice(const struct parameter *parameter, const char *text,
                       struct named_values *values, char *problem)
{
    if (name_in_list(parameter->choices, text))
        return named_values_add_text(values, "", parameter->name, text);
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
        return problem_say(problem, -EINVAL,
                           "%s cannot be \"%s\"; the nearest is \"%s\" (choices: %s)",
                           parameter->name, text, nearest.best, parameter->choices);
    return problem_say(problem, -EINVAL, "%s cannot be \"%s\" (choices: %s)", parameter->name, text,
                       parameter->choices);
}

static int read_file_name(const struct parameter *parameter, const char *text,
                          struct named_values *values, char *problem)
{
    struct stat file;
    int r = stat(text, &file) < 0 ? -errno : 0;
    if (r == 0 && !S_ISREG(file.st_mode))
        return problem_say(problem, -EINVAL, "%s cannot be \"%s\": it is not a regular file",
                           parameter->name, text);
    /* Opened, not asked with access(): that answers for the real user. */
    int fd = r == 0 ? open(text, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return problem_say(problem, -EINVAL,
                           "%s cannot be \"%s\": %s; name a file that can be read", parameter->name,
                           text, strerror(r < 0 ? -r : errno));
    close(fd);
    if (!utf8_is_valid(text))
        return problem_say(problem, -EINVAL, "%s cannot be \"%s\": it is not UTF-8",
                           parameter->name, text);
    return named_values_add_text(values, "", parameter->name, text);
}

int parameter_read(const struct parameter *parameter, const char *text, struct named_values *values,
                   char *problem)
{
    uint64_t integer;
    double decimal;
    const char *kind = "a whole number";
    switch (parameter->kind) {
    case PARAMETER_CHOICE:
        return read_choice(parameter, text, values, problem);
    case PARAMETER_FILE:
        return read_file_name(parameter, text, values, problem);
    case PARAMETER_INTEGER:
        if (number_count(text, (uint64_t)parameter->minimum, (uint64_t)parameter->maximum,
                         &integer) == 0)
            return named_values_add_integer(values, "", parameter->name, (int64_t)integer);
        break;
    case PARAMETER_DECIMAL:
        kind = "a number";
        if (number_scaled(text, parameter->minimum, parameter->maximum, &decimal) == 0)
            return named_values_add_real(values, "", parameter->name, decimal);
        break;
    }
    return problem_say(problem, -EINVAL, "%s cannot be \"%s\": it is %s from %.15g to %.15g%s%s",
                       parameter->name, text, kind, parameter->minimum, parameter->maximum,
                       *parameter->unit != '\0' ? ", in " : "", parameter->unit);
}
