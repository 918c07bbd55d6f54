#include "harness/report_parts.h"
#include "harness/parameters.h"

#include <math.h>
#include <string.h>

const char *report_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

double report_number(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

const char *report_tier(const json_t *run, const char *subject)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(run, "subjects"), i, entry)
    {
        if (strcmp(report_text(entry, "name"), subject) == 0)
            return report_text(entry, "tier");
    }
    return "";
}

const struct metric *report_metric(const json_t *cell, const char *name)
{
    const struct workload *workload = workload_find(report_text(cell, "workload"));
    for (const struct metric *metric = workload->metrics; metric->name != NULL; metric++) {
        if (strcmp(metric->name, name) == 0 &&
            name_in_list(metric->modes, report_text(cell, "mode")))
            return metric;
    }
    return NULL;
}

const struct metric *report_main_metric(const json_t *cell)
{
    return workload_main_metric(workload_find(report_text(cell, "workload")),
                                report_text(cell, "mode"));
}

const char *report_baseline(const json_t *cell)
{
    const char *best = NULL;
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "summary"), i, entry)
    {
        const char *name = report_text(entry, "subject");
        bool floor = strncmp(name, "floor:", 6) == 0;
        if (strcmp(name, "floor:epoll") == 0)
            return name;
        if (floor && (best == NULL || strcmp(best, "epoll") == 0))
            best = name;
        else if (best == NULL && strcmp(name, "epoll") == 0)
            best = name;
    }
    return best;
}

const json_t *report_ratio(const json_t *cell, const char *metric, const char *baseline,
                           const char *subject)
{
    size_t i;
    const json_t *entry;
    if (baseline == NULL)
        return NULL;
    json_array_foreach(json_object_get(cell, "ratios"), i, entry)
    {
        if (strcmp(report_text(entry, "metric"), metric) == 0 &&
            strcmp(report_text(entry, "baseline"), baseline) == 0 &&
            strcmp(report_text(entry, "subject"), subject) == 0)
            return entry;
    }
    return NULL;
}

unsigned report_bound_trials(const json_t *cell, const char *metric, unsigned *trials)
{
    static const char *const lists[] = {"summary", "percentiles"};
    unsigned bound = 0;
    *trials = 0;
    for (size_t list = 0; list < 2; list++) {
        size_t i;
        const json_t *entry;
        json_array_foreach(json_object_get(cell, lists[list]), i, entry)
        {
            bool median_row = list == 0 || report_number(entry, "percent") == 50;
            if (!median_row || strcmp(report_text(entry, "metric"), metric) != 0)
                continue;
            bound += (unsigned)report_number(entry, "bound_trials");
            *trials += (unsigned)report_number(entry, "n");
        }
    }
    return bound;
}

bool report_is_closed_loop(const json_t *cell)
{
    return strcmp(report_text(cell, "mode"), "steady") == 0;
}

char *report_clean(char *to, size_t size, const char *from)
{
    size_t length = 0;
    for (; *from != '\0' && length + 1 < size; from++) {
        unsigned char byte = (unsigned char)*from;
        /* 0xc2 before 0x80..0x9f is a control character too, in two bytes. */
        bool two_byte_control =
            byte == 0xc2 && (unsigned char)from[1] >= 0x80 && (unsigned char)from[1] < 0xa0;
        from += two_byte_control;
        to[length++] = byte < 0x20 || byte == 0x7f || two_byte_control ? '?' : (char)byte;
    }
    /* Not in the middle of a character. */
    if (*from != '\0') {
        while (length > 0 && ((unsigned char)to[length - 1] & 0xc0) == 0x80)
            length--;
        if (length > 0 && ((unsigned char)to[length - 1] & 0xc0) == 0xc0)
            length--;
    }
    to[length] = '\0';
    return to;
}

char *report_param(const json_t *value, char *text, size_t size)
{
    if (json_is_string(value))
        return report_clean(text, size, json_string_value(value));
    if (json_is_integer(value))
        snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        snprintf(text, size, "%g", json_number_value(value));
    return text;
}

char *report_params(const json_t *cell, const char *except, char *text, size_t size)
{
    size_t length = 0;
    const char *name;
    json_t *value;
    text[0] = '\0';
    json_object_foreach(json_object_get(cell, "params"), name, value)
    {
        char clean_name[40], clean_value[40];
        if (except != NULL && strcmp(name, except) == 0)
            continue;
        if (length + sizeof clean_name + sizeof clean_value >= size)
            break;
        length += (size_t)snprintf(text + length, size - length, "%s%s=%s", length > 0 ? " " : "",
                                   report_clean(clean_name, sizeof clean_name, name),
                                   report_param(value, clean_value, sizeof clean_value));
    }
    return text;
}

char *report_grouped(double value, int decimals, char *text, size_t size)
{
    char digits[64];
    if (!(fabs(value) < 1e15)) {
        snprintf(text, size, "%.3g", value);
        return text;
    }
    snprintf(digits, sizeof digits, "%.*f", decimals, value);
    size_t whole = strcspn(digits, ".");
    size_t at = 0;
    for (size_t i = 0; digits[i] != '\0' && at + 2 < size; i++) {
        bool after_digit = i > 0 && digits[i - 1] != '-';
        if (i < whole && after_digit && (whole - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

int report_decimals(double smallest)
{
    double size = fabs(smallest);
    if (size >= 100 || size == 0)
        return 0;
    return size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
}

char *report_machine(const json_t *run, const char *separator, char *text, size_t size)
{
    static const char *const names[] = {"kernel", "cpu", "cpus", "virtualization", "date"};
    const json_t *manifest = json_object_get(run, "manifest");
    size_t length = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_t *value = json_object_get(manifest, names[i]);
        char part[LABEL_BYTES] = "unknown";
        if (json_is_integer(value))
            snprintf(part, sizeof part, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        else if (json_is_string(value))
            report_clean(part, sizeof part, json_string_value(value));
        const char *after = strcmp(names[i], "cpus") == 0 ? " CPUs" : "";
        const char *before = strcmp(part, "unknown") == 0 ? names[i] : "";
        int added = snprintf(text + length, size - length, "%s%s%s%s%s", before,
                             before[0] != '\0' ? " " : "", part, after, separator);
        if (added < 0 || (size_t)added >= size - length)
            return text;
        length += (size_t)added;
    }
    snprintf(text + length, size - length, "loopback");
    return text;
}
