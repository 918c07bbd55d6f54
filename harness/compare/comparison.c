#include "harness/compare/comparison.h"

#include "harness/base/nearest.h"
#include "harness/compare/judge.h"
#include "harness/compare/pairs.h"
#include "harness/record/run_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const side_names[SIDES] = {"BASE", "NEW"};
const enum verdict_word compare_words[COMPARE_WORDS] = {
    VERDICT_SLOWER, VERDICT_FASTER, VERDICT_INCONCLUSIVE, VERDICT_EQUIVALENT, VERDICT_INVALID};

static int no_memory(char *problem)
{
    return problem_say(problem, -ENOMEM, "no memory to compare the runs");
}

/* ---- loading ---- */

static int load_run(struct side *side, const char *name, const char *folder, char *problem)
{
    struct compared_run *loaded = &side->runs[side->count++];
    loaded->folder = folder;
    int r = run_folder_load(&loaded->run, folder, problem);
    for (size_t i = 0; i + 1 < side->count && r == 0; i++) {
        if (strcmp(side->runs[i].run.id, loaded->run.id) == 0)
            r = problem_say(problem, -EINVAL, "%s has the run in %s twice; it counts once", name,
                            folder);
    }
    return r;
}

static int load_side(struct run_comparison *self, int side, char *problem)
{
    const struct name_list *folders = &self->options->folders[side];
    self->sides[side].runs = calloc(folders->count, sizeof *self->sides[side].runs);
    if (self->sides[side].runs == NULL)
        return no_memory(problem);
    int r = 0;
    for (size_t i = 0; i < folders->count && r == 0; i++)
        r = load_run(&self->sides[side], side_names[side], folders->list[i], problem);
    return r;
}

/* ---- matching ---- */

static size_t find_subject(const struct run_comparison *self, const char *name)
{
    for (size_t i = 0; i < self->subject_count; i++) {
        if (strcmp(self->subjects[i], name) == 0)
            return i;
    }
    return NOT_IN_RUN;
}

/* From `hint` on: runs of one program have their cells at the same places. */
static size_t find_cell(const struct run_comparison *self, const struct cell *cell, size_t hint)
{
    for (size_t i = 0; i < self->cell_count; i++) {
        size_t at = (hint + i) % self->cell_count;
        if (cell_equal(self->cells[at], cell))
            return at;
    }
    return NOT_IN_RUN;
}

static void match_run(struct run_comparison *self, struct compared_run *compared)
{
    const struct run *run = &compared->run;
    for (size_t i = 0; i < run->subject_count; i++) {
        size_t at = find_subject(self, run_subject_shown(run, i));
        if (at == NOT_IN_RUN) {
            at = self->subject_count++;
            self->subjects[at] = run_subject_shown(run, i);
        }
        compared->subjects[at] = i;
    }
    for (size_t i = 0; i < run->cell_count; i++) {
        size_t at = find_cell(self, &run->cells[i].cell, i);
        if (at == NOT_IN_RUN) {
            at = self->cell_count++;
            self->cells[at] = &run->cells[i].cell;
        }
        compared->cells[at] = i;
    }
}

static size_t *new_places(size_t count)
{
    size_t *places = malloc((count + 1) * sizeof *places);
    for (size_t i = 0; i < count && places != NULL; i++)
        places[i] = NOT_IN_RUN;
    return places;
}

int comparison_match(struct run_comparison *self, char *problem)
{
    size_t subjects = 0, cells = 0;
    for (int side = 0; side < SIDES; side++) {
        for (size_t i = 0; i < self->sides[side].count; i++) {
            subjects += self->sides[side].runs[i].run.subject_count;
            cells += self->sides[side].runs[i].run.cell_count;
        }
    }
    self->subjects = calloc(subjects + 1, sizeof *self->subjects);
    self->wanted = calloc(subjects + 1, sizeof *self->wanted);
    self->cells = calloc(cells + 1, sizeof *self->cells);
    bool failed = self->subjects == NULL || self->wanted == NULL || self->cells == NULL;
    for (int side = 0; side < SIDES; side++) {
        for (size_t i = 0; i < self->sides[side].count && !failed; i++) {
            struct compared_run *run = &self->sides[side].runs[i];
            run->subjects = new_places(subjects);
            run->cells = new_places(cells);
            failed = run->subjects == NULL || run->cells == NULL;
            if (!failed)
                match_run(self, run);
        }
    }
    return failed ? no_memory(problem) : 0;
}

int comparison_open(struct run_comparison *self, const struct compare_options *options,
                    char *problem)
{
    *self = (struct run_comparison){.options = options, .control = NOT_IN_RUN};
    int r = load_side(self, BASE, problem);
    if (r == 0)
        r = load_side(self, NEW, problem);
    return r == 0 ? comparison_match(self, problem) : r;
}

/* ---- selecting ---- */

/* A name that neither side has is a mistake, and nothing would be compared for it. */
static int find_named(const struct run_comparison *self, const char *option, const char *name,
                      size_t *subject, char *problem)
{
    struct nearest nearest;
    *subject = find_subject(self, name);
    if (*subject != NOT_IN_RUN)
        return 0;
    nearest_begin(&nearest, name);
    for (size_t i = 0; i < self->subject_count; i++)
        nearest_consider(&nearest, self->subjects[i]);
    return problem_say(problem, -EINVAL, "%s: no run has a subject \"%s\"; the nearest is \"%s\"",
                       option, name, nearest.best != NULL ? nearest.best : "");
}

int comparison_select(struct run_comparison *self, char *problem)
{
    const struct compare_options *options = self->options;
    int r = 0;
    if (options->control != NULL && strcmp(options->control, "none") != 0)
        r = find_named(self, "--control", options->control, &self->control, problem);
    for (size_t i = 0; i < self->subject_count; i++)
        self->wanted[i] = options->subjects.count == 0;
    for (size_t i = 0; i < options->subjects.count && r == 0; i++) {
        size_t subject;
        r = find_named(self, "--backends", options->subjects.list[i], &subject, problem);
        if (r == 0)
            self->wanted[subject] = true;
    }
    return r;
}

/* ---- what may be compared ---- */

/* Several runs of a side are one thing measured several times, or nothing can be said of it. */
static int check_side(const struct run_comparison *self, int side, char *problem)
{
    const struct side *runs = &self->sides[side];
    int r = 0;
    for (size_t i = 1; i < runs->count && r == 0; i++) {
        struct difference_list differences = {0};
        char text[360] = "";
        r = difference_list_fill(&differences, &runs->runs[0].run, &runs->runs[i].run);
        if (r == 0)
            difference_list_describe(&differences, DIFFERENCE_PARTS, text, sizeof text);
        difference_list_free(&differences);
        if (r < 0)
            return no_memory(problem);
        if (*text != '\0')
            r = problem_say(problem, -EINVAL,
                            "the runs of %s are not of one kind: %s; --force compares them all the "
                            "same",
                            side_names[side], text);
    }
    return r;
}

static int check_machine(const struct run_comparison *self, char *problem)
{
    char text[360];
    if (!self->other_machine)
        return 0;
    return problem_say(
        problem, -EINVAL,
        "the runs are of different machines, so no verdict can tell the programs apart: %s; "
        "--force compares them all the same",
        difference_list_describe(&self->differences, DIFFERENCE_MACHINE, text, sizeof text));
}

static const char *why_no_control(const struct run_comparison *self)
{
    const char *asked = self->options->control;
    if (asked != NULL)
        return strcmp(asked, "none") == 0 ? "of --control none" : NULL;
    if (self->other_machine)
        return "the machine differs, and the control with it";
    if (difference_list_count(&self->differences, DIFFERENCE_SYSTEM) > 0)
        return "the system differs, and the control with it";
    if (difference_list_count(&self->differences, DIFFERENCE_BUILD) > 0)
        return "the build differs, and the control with it";
    return NULL;
}

/* ---- comparing ---- */

int comparison_make(struct run_comparison *self, char *problem)
{
    const struct run *base = &self->sides[BASE].runs[0].run, *new = &self->sides[NEW].runs[0].run;
    if (difference_list_fill(&self->differences, base, new) < 0)
        return no_memory(problem);
    self->same_run = strcmp(base->id, new->id) == 0;
    self->other_machine = difference_list_count(&self->differences, DIFFERENCE_MACHINE) > 0;
    self->why_no_control = why_no_control(self);
    int refused = self->options->force ? 0 : check_machine(self, problem);
    for (int side = 0; side < SIDES && refused == 0 && !self->options->force; side++)
        refused = check_side(self, side, problem);
    if (refused < 0)
        memcpy(self->refused, problem, sizeof self->refused);
    if (refused == -ENOMEM || comparison_find_pairs(self) < 0 || comparison_judge(self) < 0)
        return no_memory(problem);
    if (refused < 0)
        return refused;
    if (self->pair_count == 0)
        return problem_say(problem, -EINVAL,
                           "the runs have no subject of any cell in common: there is nothing to "
                           "compare");
    if (self->tests == 0)
        return problem_say(problem, -EINVAL,
                           "nothing can be judged: every pair is INVALID, for the reasons given");
    return 0;
}

/* ---- closing ---- */

static void pair_close(struct compared_pair *pair)
{
    for (int side = 0; side < SIDES; side++) {
        free(pair->sides[side].raw);
        free(pair->sides[side].values);
        free(pair->sides[side].run_medians);
    }
    free(pair->why_invalid);
}

void comparison_close(struct run_comparison *self)
{
    for (size_t i = 0; i < self->pair_count; i++)
        pair_close(&self->pairs[i]);
    free(self->pairs);
    for (int side = 0; side < SIDES; side++) {
        for (size_t i = 0; i < self->sides[side].count; i++) {
            run_free(&self->sides[side].runs[i].run);
            free(self->sides[side].runs[i].subjects);
            free(self->sides[side].runs[i].cells);
        }
        free(self->sides[side].runs);
        free(self->only[side].list);
    }
    free(self->left_out.list);
    free(self->subjects);
    free(self->wanted);
    free(self->cells);
    difference_list_free(&self->differences);
}
