#include "harness/analysis/format.h"

#include "harness/base/numbers.h"
#include "harness/base/printable.h"
#include "harness/base/terminal.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

/* Of one parameter. */
enum { PARAMETER_BYTES = 40 };
/* Of one part of the line about the machine. */
enum { PART_BYTES = 128 };

bool format_add(char *text, size_t size, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    int added = vsnprintf(text + length, size - length, format, arguments);
    va_end(arguments);
    if (added >= 0 && (size_t)added < size - length)
        return true;
    text[length] = '\0';
    return false;
}

/* ---- numbers ---- */

char *format_grouped(double value, int decimals, char *text, size_t size)
{
    char digits[64];
    if (!(fabs(value) < 1e15)) {
        snprintf(text, size, "%.3g", value);
        return text;
    }
    snprintf(digits, sizeof digits, "%.*f", decimals, value);
    return number_group(digits, text, size);
}

int format_decimals(double smallest)
{
    double size = fabs(smallest);
    if (size >= 100 || size == 0)
        return 0;
    return size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
}

int format_ratio_decimals(double ratio)
{
    if (ratio >= 1000)
        return 0;
    return ratio >= 100 ? 1 : ratio >= 10 ? 2 : ratio >= 0.01 ? 3 : 5;
}

char *format_value(double value, char *text, size_t size)
{
    return format_grouped(value, format_decimals(value), text, size);
}

char *format_interval(double value, double low, double high, char *text, size_t size)
{
    char middle[32], from[32], to[32];
    int decimals = format_decimals(fmax(fabs(value), (high - low) / 2));
    snprintf(text, size, "%s [%s, %s]", format_grouped(value, decimals, middle, sizeof middle),
             format_grouped(low, decimals, from, sizeof from),
             format_grouped(high, decimals, to, sizeof to));
    return text;
}

char *format_ratio(double ratio, double low, double high, char *text, size_t size)
{
    int decimals = format_ratio_decimals(ratio);
    if (ratio >= 1e6 || ratio < 1e-4)
        snprintf(text, size, "%.3g [%.3g, %.3g]", ratio, low, high);
    else
        snprintf(text, size, "%.*f [%.*f, %.*f]", decimals, ratio, decimals, low, decimals, high);
    return text;
}

/* ---- parameters ---- */

static void add_parameter(const struct named_value *param, char *text, size_t size)
{
    char name[PARAMETER_BYTES], value[PARAMETER_BYTES];
    printable(name, sizeof name, param->name);
    value_print(&param->value, value, sizeof value);
    format_add(text, size, "%s%s=%s", text[0] != '\0' ? " " : "", name, value);
}

static bool is_named(const char *name, const char *other)
{
    return other != NULL && strcmp(name, other) == 0;
}

char *format_params(const struct cell *cell, const char *except, const char *also_except,
                    char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < cell->params.count; i++) {
        const struct named_value *param = &cell->params.list[i];
        if (!is_named(param->name, except) && !is_named(param->name, also_except))
            add_parameter(param, text, size);
    }
    return text;
}

static bool is_shared(const struct run *run, const size_t *cells, size_t count,
                      const struct named_value *param)
{
    for (size_t i = 0; i < count; i++) {
        const struct value *other =
            named_values_find(&run->cells[cells[i]].cell.params, param->group, param->name);
        if (other == NULL || !value_equal(&param->value, other))
            return false;
    }
    return true;
}

char *format_params_of(const struct run *run, const size_t *cells, size_t count, size_t cell,
                       bool shared, char *text, size_t size)
{
    const struct named_values *params = &run->cells[cell].cell.params;
    text[0] = '\0';
    for (size_t i = 0; i < params->count; i++) {
        if (is_shared(run, cells, count, &params->list[i]) == shared)
            add_parameter(&params->list[i], text, size);
    }
    return text;
}

/* ---- the run ---- */

/* What is not known is said to be so. */
static void machine_part(const struct named_values *manifest, const char *name, char *part,
                         size_t size)
{
    const struct value *value = named_values_find(manifest, "", name);
    char text[PART_BYTES];
    bool is_date = strcmp(name, "date") == 0;
    if (value != NULL && value->kind == VALUE_INTEGER) {
        const char *unit = strcmp(name, "cpus") == 0 ? "CPU" : "core";
        snprintf(part, size, "%" PRId64 " %s%s", value->integer, unit,
                 value->integer == 1 ? "" : "s");
    } else if (value != NULL && value->kind == VALUE_TEXT) {
        printable(text, is_date ? sizeof "2000-01-01" : sizeof text, value->text);
        bool bare = strcmp(name, "virtualization") == 0 && strcmp(text, "none") == 0;
        snprintf(part, size, "%s%s", bare ? "virtualization: " : "", text);
    } else {
        snprintf(part, size, "%s unknown", name);
    }
}

char *format_sharing(const struct run *run, char *text, size_t size)
{
    text[0] = '\0';
    if (run->one_core && run->subject_cpu == run->generator_cpu)
        snprintf(text, size, "server and generator share CPU %d", run->subject_cpu);
    else if (run->one_core)
        snprintf(text, size, "server and generator share a core (CPUs %d and %d)", run->subject_cpu,
                 run->generator_cpu);
    else if (run->subject_cpu < 0 || run->generator_cpu < 0)
        snprintf(text, size, "nothing keeps server and generator on two cores");
    return text;
}

char *format_one_core(const struct run *run, const struct run_cell *cell, char *text, size_t size)
{
    text[0] = '\0';
    if (!run_cell_shares_core(run, cell))
        return text;
    format_sharing(run, text, size);
    format_add(text, size, "%s",
               run_cell_is_unranked(run, cell)
                   ? ": in a closed loop each waits for the other, so these are figures of both, "
                     "and nobody is ranked"
                   : ": each takes time that the other waits for, and latencies hold it");
    return text;
}

char *format_machine(const struct run *run, const char *separator, char *text, size_t size)
{
    static const char *const names[] = {"kernel", "cpu", "cpus", "cores", "virtualization", "date"};
    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char part[PART_BYTES + 24];
        machine_part(&run->manifest, names[i], part, sizeof part);
        if (!format_add(text, size, "%s%s", part, separator))
            return text;
    }
    char sharing[PART_BYTES];
    if (*format_sharing(run, sharing, sizeof sharing) != '\0')
        format_add(text, size, "%s%s", sharing, separator);
    format_add(text, size, "loopback");
    return text;
}

char *format_end(const struct run *run, char *text, size_t size)
{
    char why[PART_BYTES];
    printable(why, sizeof why, run->ended != NULL ? run->ended : "it was killed");
    snprintf(text, size, "%" PRIu64 " round%s (%s", run->rounds, run->rounds == 1 ? "" : "s", why);
    if (run->rounds_missing == 0 && run->lines_missing == 1)
        format_add(text, size, "; the last line of trials.jsonl is missing");
    if (run->rounds_missing == 0 && run->lines_missing > 1)
        format_add(text, size, "; the last %" PRIu64 " lines of trials.jsonl are missing",
                   run->lines_missing);
    if (run->rounds_missing > 0)
        format_add(text, size, "; the last %" PRIu64 " of %" PRIu64 " are missing in trials.jsonl",
                   run->rounds_missing, run->rounds + run->rounds_missing);
    format_add(text, size, ")");
    return text;
}

/* ---- verdicts ---- */

static char *write_word(const struct comparison *comparison, const char *word, char *text,
                        size_t size)
{
    const char *more = comparison->rounds >= VERDICT_ROUNDS_MAXIMUM ? "+" : "";
    if (comparison->rounds > 0)
        snprintf(text, size, "%s (%" PRIu64 "%s)", word, comparison->rounds, more);
    else
        snprintf(text, size, "%s", word);
    return text;
}

char *format_word(const struct comparison *comparison, char *text, size_t size)
{
    return write_word(comparison, verdict_name(comparison->word), text, size);
}

char *format_short_word(const struct comparison *comparison, char *text, size_t size)
{
    bool is_open = comparison->word == VERDICT_INCONCLUSIVE;
    return write_word(comparison, is_open ? "?" : verdict_name(comparison->word), text, size);
}

/* ---- lines ---- */

void format_wrapped(FILE *out, int indent, const char *text)
{
    fprintf(out, "%*s", indent, "");
    terminal_wrap(out, indent, indent, text);
}
