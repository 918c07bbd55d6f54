/* `pollbench list`: what there is to measure with on this system. */
#include "harness/command.h"
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/plan/subject_list.h"

#include <stdio.h>
#include <string.h>

static int take_json(void *target, const char *value, char *problem)
{
    (void)value, (void)problem;
    *(bool *)target = true;
    return 0;
}

static const struct option_row rows[] = {
    {"--json", NULL, "as JSON", take_json, false},
    {NULL, NULL, NULL, NULL, false},
};

static void print_help(void)
{
    printf(
        "usage: pollbench list [options]\n\n"
        "Shows every subject: its tier, whether it is available here or why not, and the kernel "
        "features\nthat it asks for and is granted. Opt-in subjects run only when --backends names "
        "them.\n\noptions:\n");
    options_print(stdout, rows);
}

static const char *availability(const json_t *subject)
{
    if (!json_is_true(json_object_get(subject, "available")))
        return "no";
    return json_is_true(json_object_get(subject, "opt_in")) ? "opt-in" : "yes";
}

static const char *text_of(const json_t *subject, const char *key)
{
    return json_string_value(json_object_get(subject, key));
}

/* What a subject asks of the kernel, and what of it was granted, on a line of its own. */
static void print_features(const json_t *subject)
{
    char asked[160], granted[160];
    subject_join_names(json_object_get(subject, "asked"), asked, sizeof(asked));
    subject_join_names(json_object_get(subject, "granted"), granted, sizeof(granted));
    if (strcmp(asked, "-") == 0)
        return;
    bool all = strcmp(asked, granted) == 0;
    printf("    asked %s, granted %s\n", asked, all ? "all of it" : granted);
}

static void print_table(const json_t *list)
{
    static const char format[] = "%-23s %-10s %-9s %s\n";
    const json_t *subject;
    size_t i;
    printf(format, "subject", "tier", "available", "");
    json_array_foreach(list, i, subject)
    {
        bool available = json_is_true(json_object_get(subject, "available"));
        printf(format, text_of(subject, "name"), text_of(subject, "tier"), availability(subject),
               text_of(subject, available ? "summary" : "reason"));
        print_features(subject);
    }
}

int command_list(int argc, char **argv)
{
    char problem[PROBLEM_BYTES];
    bool as_json = false;
    int r = options_parse(rows, NULL, &as_json, argc, argv, problem);
    if (r == OPTIONS_HELP) {
        print_help();
        return EXIT_DONE;
    }
    if (r < 0) {
        fprintf(stderr, "pollbench list: %s\n", problem);
        return EXIT_USAGE;
    }
    size_t count;
    const struct subject *all = subjects(&count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, subject_describe(&all[i]));
    if (as_json) {
        json_t *whole = json_pack("{s:O}", "subjects", list);
        json_dumpf(whole, stdout, JSON_INDENT(2));
        printf("\n");
        json_decref(whole);
    } else {
        print_table(list);
    }
    json_decref(list);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    fprintf(stderr, "pollbench list: standard output cannot be written\n");
    return EXIT_NOT_CARRIED_OUT;
}
