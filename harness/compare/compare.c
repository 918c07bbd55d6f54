/* pollbench compare: two runs, from their result files alone. */
#include "harness/command.h"
#include "harness/compare/differences.h"
#include "harness/compare/judge.h"
#include "harness/compare/options.h"
#include "harness/compare/text.h"
#include "harness/base/nearest.h"
#include "harness/base/options.h"
#include "harness/base/problem.h"
#include "harness/analysis/parts.h"
#include "harness/record/run_file.h"

#include <errno.h>
#include <string.h>

#define COMPARE_SCHEMA 1

static const char *const side_names[SIDES] = {"BASE", "NEW"};

struct comparison {
    const struct compare_options *options;
    json_t *runs[SIDES]; /* arrays */
    json_t *differences; /* of the first runs */
    json_t *document;    /* what is printed */
    size_t judged;       /* pairs that are not INVALID */
};

/* ---- loading ---- */

static int load_side(struct comparison *self, int side, char *problem)
{
    size_t i, k;
    const json_t *folder, *other;
    json_array_foreach(self->options->folders[side], i, folder)
    {
        json_t *run = run_file_load(json_string_value(folder), problem);
        if (run == NULL)
            return -EINVAL;
        json_array_foreach(self->runs[side], k, other)
        {
            if (strcmp(report_text(run, "id"), report_text(other, "id")) != 0)
                continue;
            json_decref(run);
            return problem_say(problem, -EINVAL, "%s has the run in %s twice; it counts once",
                               side_names[side], json_string_value(folder));
        }
        if (json_array_append_new(self->runs[side], run) < 0)
            return problem_say(problem, -ENOMEM, "no memory for the run in %s",
                               json_string_value(folder));
    }
    return 0;
}

/* A name that neither side lists is a mistake, and nothing would be compared for it. */
static int check_subject(const struct comparison *self, const char *option, const char *name,
                         char *problem)
{
    struct nearest nearest;
    nearest_begin(&nearest, name);
    for (int side = 0; side < SIDES; side++) {
        size_t run, i;
        const json_t *each, *subject;
        json_array_foreach(self->runs[side], run, each)
        {
            json_array_foreach(json_object_get(each, "subjects"), i, subject)
            {
                if (strcmp(report_text(subject, "name"), name) == 0)
                    return 0;
                nearest_consider(&nearest, report_text(subject, "name"));
            }
        }
    }
    return problem_say(problem, -EINVAL, "%s: no run has a subject \"%s\"; the nearest is \"%s\"",
                       option, name, nearest.best != NULL ? nearest.best : "");
}

static int check_names(const struct comparison *self, char *problem)
{
    const char *control = self->options->control;
    size_t i;
    const json_t *name;
    if (control != NULL && strcmp(control, "none") != 0 &&
        check_subject(self, "--control", control, problem) < 0)
        return -EINVAL;
    json_array_foreach(self->options->subjects, i, name)
    {
        if (check_subject(self, "--backends", json_string_value(name), problem) < 0)
            return -EINVAL;
    }
    return 0;
}

/* ---- what may be compared ---- */

/* Several runs of a side are one thing measured several times, or nothing can be said of it. */
static int check_side(const struct comparison *self, int side, char *problem)
{
    const json_t *first = json_array_get(self->runs[side], 0), *run;
    size_t i;
    json_array_foreach(self->runs[side], i, run)
    {
        char text[400];
        json_t *differences = i > 0 ? differences_of(first, run) : json_array();
        differences_text(differences, NULL, text, sizeof text);
        json_decref(differences);
        if (text[0] != '\0')
            return problem_say(problem, -EINVAL,
                               "the runs of %s are not of one kind: %s; --force takes them as if",
                               side_names[side], text);
    }
    return 0;
}

static bool is_other_machine(const struct comparison *self)
{
    return differences_count(self->differences, DIFFERENCE_MACHINE) > 0;
}

static int check_machine(const struct comparison *self, char *problem)
{
    char text[360];
    if (!is_other_machine(self))
        return 0;
    return problem_say(problem, -EINVAL,
                       "the runs are of different machines, so that no verdict tells the programs "
                       "apart: %s; --force compares them all the same",
                       differences_text(self->differences, DIFFERENCE_MACHINE, text, sizeof text));
}

static bool is_same_run(const struct comparison *self)
{
    return strcmp(report_text(json_array_get(self->runs[BASE], 0), "id"),
                  report_text(json_array_get(self->runs[NEW], 0), "id")) == 0;
}

/* Why no control is taken unless one is named; NULL: one may be. */
static const char *why_no_control(const struct comparison *self)
{
    if (self->options->control != NULL)
        return strcmp(self->options->control, "none") == 0 ? "of --control none" : NULL;
    if (is_other_machine(self))
        return "the machine differs, and the control with it";
    if (differences_count(self->differences, DIFFERENCE_SYSTEM) > 0)
        return "the system differs, and the control with it";
    if (differences_count(self->differences, DIFFERENCE_BUILD) > 0)
        return "the build differs, and the control with it";
    return NULL;
}

/* ---- the document ---- */

static void copy_field(json_t *to, const char *name, const json_t *from)
{
    json_t *value = json_object_get(from, name);
    json_object_set(to, name, value != NULL ? value : json_null());
}

static json_t *run_entries(const struct comparison *self, int side)
{
    static const char *const fields[] = {"kernel", "commit", "date"};
    json_t *list = json_array();
    size_t i;
    const json_t *run;
    json_array_foreach(self->runs[side], i, run)
    {
        json_t *entry =
            json_pack("{s:O, s:s, s:s}", "folder", json_array_get(self->options->folders[side], i),
                      "id", report_text(run, "id"), "profile", report_text(run, "profile"));
        copy_field(entry, "rounds", run);
        for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++)
            copy_field(entry, fields[k], json_object_get(run, "manifest"));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *count_words(const json_t *verdicts)
{
    static const enum verdict_word words[] = {VERDICT_SLOWER, VERDICT_FASTER, VERDICT_INCONCLUSIVE,
                                              VERDICT_EQUIVALENT, VERDICT_INVALID};
    json_t *counts = json_object();
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        json_object_set_new(counts, verdict_name(words[k]), json_integer(0));
    size_t i;
    const json_t *verdict;
    json_array_foreach(verdicts, i, verdict)
    {
        const char *word = report_text(verdict, "verdict");
        json_object_set_new(counts, word,
                            json_integer(json_integer_value(json_object_get(counts, word)) + 1));
    }
    return counts;
}

/* Takes the lists. */
static json_t *document_of(const struct comparison *self, const char *refused, json_t *verdicts,
                           const struct compare_pairs *pairs)
{
    const struct compare_options *options = self->options;
    json_t *method = json_pack(
        "{s:f, s:f, s:f, s:I, s:I, s:s?, s:s?, s:o}", "minimum_effect", options->minimum_effect,
        "confidence", VERDICT_CONFIDENCE, "level", VERDICT_LEVEL, "pairs", (json_int_t)self->judged,
        "runs_needed", (json_int_t)compare_runs_needed(self->judged), "control", options->control,
        "why_no_control", why_no_control(self), "run_offset",
        options->run_offset >= 0 ? json_real(options->run_offset) : json_null());
    return json_pack("{s:i, s:o, s:o, s:b, s:O, s:b, s:b, s:s?, s:o, s:o, s:o, s:O, s:O, s:O}",
                     "compare_schema", COMPARE_SCHEMA, "base", run_entries(self, BASE), "new",
                     run_entries(self, NEW), "same_run", is_same_run(self), "differences",
                     self->differences, "other_machine", is_other_machine(self), "forced",
                     options->force, "refused", refused, "method", method, "counts",
                     count_words(verdicts), "verdicts", verdicts, "only_base", pairs->only[BASE],
                     "only_new", pairs->only[NEW], "left_out", pairs->left_out);
}

/* 0; -EINVAL: there is a document, but no verdict in it, and `problem` says why. */
static int compare(struct comparison *self, char *problem)
{
    struct compare_pairs pairs;
    self->differences =
        differences_of(json_array_get(self->runs[BASE], 0), json_array_get(self->runs[NEW], 0));
    int refused = 0;
    if (!self->options->force)
        refused = check_machine(self, problem);
    for (int side = 0; side < SIDES && refused == 0 && !self->options->force; side++)
        refused = check_side(self, side, problem);
    int result =
        compare_pairs_open(&pairs, self->options, why_no_control(self) == NULL, self->runs);
    json_t *verdicts = NULL;
    if (result == 0)
        verdicts = refused == 0 ? compare_judge(&pairs, &self->judged) : json_array();
    if (verdicts != NULL)
        self->document = document_of(self, refused < 0 ? problem : NULL, verdicts, &pairs);
    compare_pairs_close(&pairs);
    if (self->document == NULL)
        return problem_say(problem, -ENOMEM, "no memory to compare the runs");
    if (refused == 0 && json_array_size(verdicts) == 0)
        return problem_say(problem, -EINVAL,
                           "the runs have no subject of any cell in common: there is nothing to "
                           "compare");
    if (refused == 0 && self->judged == 0)
        return problem_say(problem, -EINVAL,
                           "nothing could be judged: every pair is INVALID, for the reasons given");
    return refused;
}

/* ---- the command ---- */

static int print(const struct comparison *self, char *problem)
{
    int result = 0;
    if (self->options->form == COMPARE_JSON) {
        result = json_dumpf(self->document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
        putchar('\n');
    } else if (self->options->form == COMPARE_MARKDOWN) {
        compare_print_markdown(self->document, stdout);
    } else {
        compare_print_table(self->document, stdout);
    }
    if (fflush(stdout) != 0 || ferror(stdout) || result < 0)
        return problem_say(problem, -EIO, "the comparison could not be printed: %s",
                           strerror(errno));
    return 0;
}

/* Whether a verdict is one that the comparison is to fail on. */
static bool is_failed(const struct comparison *self)
{
    bool failed = false;
    for (int word = 0; word < COMPARE_WORDS; word++) {
        const json_t *count = json_object_get(json_object_get(self->document, "counts"),
                                              verdict_name((enum verdict_word)word));
        failed |= self->options->fail_on[word] && json_integer_value(count) > 0;
    }
    return failed;
}

static int run_comparison(const struct compare_options *options, char *problem)
{
    struct comparison self = {.options = options, .runs = {json_array(), json_array()}};
    char print_problem[PROBLEM_BYTES];
    int status = EXIT_NOT_CARRIED_OUT, result = load_side(&self, BASE, problem);
    if (result == 0)
        result = load_side(&self, NEW, problem);
    if (result == 0 && check_names(&self, problem) < 0) {
        status = EXIT_USAGE;
    } else if (result == 0) {
        result = compare(&self, problem);
        if (self.document != NULL && print(&self, print_problem) < 0)
            result = problem_say(problem, -EIO, "%s", print_problem);
        if (result == 0)
            status = is_failed(&self) ? EXIT_FAILED_CHECK : EXIT_DONE;
    }
    json_decref(self.document);
    json_decref(self.differences);
    json_decref(self.runs[BASE]);
    json_decref(self.runs[NEW]);
    return status;
}

int command_compare(int argc, char **argv)
{
    char problem[PROBLEM_BYTES] = "";
    struct compare_options options;
    int status = EXIT_USAGE, result = compare_options_parse(&options, argc, argv, problem);
    if (result == OPTIONS_HELP) {
        compare_options_print_help(stdout);
        status = EXIT_DONE;
    } else if (result == OPTIONS_DONE) {
        status = run_comparison(&options, problem);
    }
    if (problem[0] != '\0')
        fprintf(stderr, "pollbench: %s\n", problem);
    compare_options_free(&options);
    return status;
}
