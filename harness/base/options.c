#include "harness/base/options.h"

#include "harness/base/nearest.h"
#include "harness/base/numbers.h"
#include "harness/base/problem.h"
#include "harness/base/terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Of an option and its argument, in a help text. */
enum { OPTION_COLUMNS = 24 };

static const struct option_row *find_row(const struct option_row *rows, const char *name,
                                         size_t length)
{
    for (const struct option_row *row = rows; row->name != NULL; row++) {
        if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
            return row;
    }
    return NULL;
}

static int unknown_option(const struct option_row *rows, const char *word, char *problem)
{
    struct nearest nearest;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    nearest_begin(&nearest, name);
    for (const struct option_row *row = rows; row->name != NULL; row++)
        nearest_consider(&nearest, row->name);
    nearest_consider(&nearest, "--help");
    return nearest_unknown(&nearest, "option", "--help", problem);
}

/* Whether an earlier word already gave this option: the tables are short, so looking back is
 * simplest. */
static bool given_before(const struct option_row *row, int position, char **argv)
{
    size_t length = strlen(row->name);
    for (int i = 1; i < position; i++) {
        if (strncmp(argv[i], row->name, length) == 0 &&
            (argv[i][length] == '\0' || argv[i][length] == '='))
            return true;
    }
    return false;
}

static int take_option(const struct option_row *rows, void *target, int *at, int argc, char **argv,
                       char *problem)
{
    const char *word = argv[*at];
    size_t length = strcspn(word, "=");
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    const struct option_row *row = find_row(rows, word, length);
    if (row == NULL)
        return unknown_option(rows, word, problem);
    if (!row->repeatable && given_before(row, *at, argv))
        return problem_say(problem, -EINVAL, "%s is given twice; give it once", row->name);
    if (row->argument == NULL && value != NULL)
        return problem_say(problem, -EINVAL, "%s takes no value, but \"%s\" was given", row->name,
                           value);
    if (row->argument != NULL && value == NULL) {
        if (*at + 1 < argc && strncmp(argv[*at + 1], "--", 2) != 0)
            value = argv[++*at];
        else
            return problem_say(problem, -EINVAL, "%s takes a value: %s %s", row->name, row->name,
                               row->argument);
    }
    return row->take(target, value, problem);
}

int options_parse(const struct option_row *rows, option_take *word, void *target, int argc,
                  char **argv, char *problem)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return OPTIONS_HELP;
    }
    for (int i = 1; i < argc; i++) {
        int r;
        if (argv[i][0] == '-')
            r = take_option(rows, target, &i, argc, argv, problem);
        else if (word != NULL)
            r = word(target, argv[i], problem);
        else
            r = problem_say(problem, -EINVAL, "\"%s\" is not understood: %s takes options only",
                            argv[i], argv[0]);
        if (r < 0)
            return r;
    }
    return OPTIONS_DONE;
}

static char *left_of(const struct option_row *row, char *text, size_t size)
{
    snprintf(text, size, "%s %s", row->name, row->argument);
    return text;
}

void options_print(FILE *out, const struct option_row *rows)
{
    static const struct option_row help = {"--help", NULL, "this text", NULL, false};
    for (const struct option_row *row = rows; row != NULL; row = row == &help          ? NULL
                                                                 : row[1].name != NULL ? row + 1
                                                                                       : &help) {
        char left[64];
        int column = fprintf(out, "  %-*s ", OPTION_COLUMNS,
                             row->argument == NULL ? row->name : left_of(row, left, sizeof left));
        terminal_wrap(out, column, OPTION_COLUMNS + 3, row->help);
    }
}

int options_split(const char *name, const char *list, option_take *take, void *target,
                  char *problem)
{
    char *copy = strdup(list), *rest = copy, *part;
    if (copy == NULL)
        return problem_say(problem, -ENOMEM, "no memory to read %s", name);
    int r = 0;
    while (r == 0 && (part = strsep(&rest, ",")) != NULL) {
        if (*part == '\0')
            r = problem_say(problem, -EINVAL, "%s has an empty value in \"%s\"", name, list);
        else
            r = take(target, part, problem);
    }
    free(copy);
    return r;
}

int options_integer(const char *name, const char *text, uint64_t minimum, uint64_t maximum,
                    uint64_t *value, char *problem)
{
    int r = number_count(text, minimum, maximum, value);
    if (r == 0)
        return 0;
    return problem_say(
        problem, -EINVAL,
        "%s cannot be \"%s\": it is a whole number from %" PRIu64 " to %" PRIu64 "%s", name, text,
        minimum, maximum, strchr(text, ',') != NULL ? ", without commas: 5000 or 5k" : "");
}

int options_percentage(const char *name, const char *text, double lowest_percent,
                       double highest_percent, double *share, char *problem)
{
    char number[16];
    double percent;
    size_t length = strlen(text);
    length -= length > 0 && text[length - 1] == '%';
    if (length < sizeof number) {
        memcpy(number, text, length);
        number[length] = '\0';
        if (number_decimal(number, lowest_percent, highest_percent, &percent) == 0) {
            *share = percent / 100;
            return 0;
        }
    }
    return problem_say(problem, -EINVAL,
                       "%s cannot be \"%s\": it is a number of percent from %g%% to %g%%, as 3%%",
                       name, text, lowest_percent, highest_percent);
}
