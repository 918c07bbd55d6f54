/* `pollbench list`: what there is to measure with on this system. */
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/base/terminal.h"
#include "harness/command.h"
#include "harness/plan/subject_list.h"
#include "harness/subjects/subjects.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { SPACED_BYTES = 2 * FEATURE_NAMES_BYTES };

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
    printf("usage: pollbench list [options]\n\n"
           "Shows every subject: its tier, whether this system has it or why not, and the kernel "
           "features\nthat it asks for and gets. An opt-in subject runs only when --backends names "
           "it.\n\noptions:\n");
    options_print(stdout, rows);
}

/* What to know of this system before anything else; NULL: the tests run on it. */
static const char *system_note(void)
{
    /* CMake's name of the system, "Linux", that this is compiled for. */
    if (strcmp(POLLBENCH_SYSTEM, "Linux") == 0)
        return NULL;
    return POLLBENCH_SYSTEM ": compiled, never run. `pollbench check` shows what works here.";
}

/* ---- as a table ---- */

static const char *availability(const struct subject_description *description)
{
    if (!description->available)
        return "no";
    return description->subject->opt_in ? "opt-in" : "yes";
}

/* "A, B" of "A,B": a line may be broken between them. Returns `spaced`. */
static char *space_out(const char *names, char *spaced)
{
    size_t length = 0;
    for (; *names != '\0' && length + 3 < SPACED_BYTES; names++) {
        spaced[length++] = *names;
        if (*names == ',')
            spaced[length++] = ' ';
    }
    spaced[length] = '\0';
    return spaced;
}

/* What a subject asks of the kernel, and what of it was granted, on a line of its own. */
static void print_features(const struct subject_description *description)
{
    char asked[FEATURE_NAMES_BYTES], granted[FEATURE_NAMES_BYTES];
    subject_feature_names(description->asked, asked, sizeof asked);
    subject_feature_names(description->granted, granted, sizeof granted);
    if (asked[0] == '\0')
        return;
    const char *got = strcmp(asked, granted) == 0 ? "all of it"
                      : granted[0] == '\0'        ? "nothing"
                                                  : granted;
    char text[2 * SPACED_BYTES + 32], left[SPACED_BYTES], right[SPACED_BYTES];
    snprintf(text, sizeof text, "asked %s; granted %s", space_out(asked, left),
             space_out(got, right));
    terminal_wrap(stdout, printf("    "), 8, text);
}

static void print_table(void)
{
    static const char format[] = "%-23s %-10s %-9s ";
    size_t count;
    const struct subject *all = subjects(&count);
    if (system_note() != NULL)
        terminal_wrap(stdout, 0, 0, system_note());
    printf(format, "subject", "tier", "available");
    putchar('\n');
    for (size_t i = 0; i < count; i++) {
        struct subject_description description;
        char name[SUBJECT_SHOWN_BYTES];
        subject_describe(&all[i], &description);
        int column = printf(format, subject_shown(&description, name),
                            backend_tier_name(all[i].tier), availability(&description));
        terminal_wrap(stdout, column, column,
                      description.available ? all[i].summary : description.reason);
        print_features(&description);
    }
}

/* ---- as JSON ---- */

static json_t *features_to_json(uint32_t features)
{
    json_t *names = json_array();
    int r = names != NULL ? 0 : -1;
    for (unsigned i = 0; i < 32 && r == 0; i++) {
        uint32_t bit = UINT32_C(1) << i;
        const char *name = features & bit ? backend_feature_name(bit) : NULL;
        if (name != NULL)
            r = json_array_append_new(names, json_string(name));
    }
    if (r == 0)
        return names;
    json_decref(names);
    return NULL;
}

static json_t *description_to_json(const struct subject_description *description)
{
    const struct subject *subject = description->subject;
    return json_pack("{s:s, s:s, s:b, s:s?, s:o, s:o, s:b, s:s}", "name", subject->name, "tier",
                     backend_tier_name(subject->tier), "available", description->available,
                     "reason", description->available ? NULL : description->reason, "asked",
                     features_to_json(description->asked), "granted",
                     features_to_json(description->granted), "opt_in", subject->opt_in, "summary",
                     subject->summary);
}

/* 0 or -1. */
static int print_json(void)
{
    size_t count;
    const struct subject *all = subjects(&count);
    json_t *list = json_array();
    int r = list != NULL ? 0 : -1;
    for (size_t i = 0; i < count && r == 0; i++) {
        struct subject_description description;
        subject_describe(&all[i], &description);
        r = json_array_append_new(list, description_to_json(&description));
    }
    json_t *whole =
        r == 0 ? json_pack("{s:s?, s:O}", "note", system_note(), "subjects", list) : NULL;
    r = whole != NULL ? json_dumpf(whole, stdout, JSON_INDENT(2)) : -1;
    printf("\n");
    json_decref(whole);
    json_decref(list);
    return r;
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
    if (as_json)
        r = print_json();
    else
        print_table();
    if (r >= 0 && fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    fprintf(stderr, "pollbench list: standard output cannot be written\n");
    return EXIT_FAILED;
}
