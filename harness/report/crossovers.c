/* Along a parameter: who is the better one from which value on. A subject that is better everywhere
 * is said to be so, and no more is concluded from it than the cells of the run show. */
#include "harness/report/parts.h"

#include "harness/analysis/sweeps.h"
#include "harness/base/printable.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_SHOWN = 12 };

/* A sweep, and the subjects that are compared in it. */
struct view {
    const struct analysis *analysis;
    const struct sweep *sweep;
    size_t baseline;
    size_t subjects[TABLE_SUBJECTS_MAX], count;
};

static void print_line(const struct view *view, const char *names, const struct course *course,
                       FILE *out)
{
    char line[LINE_BYTES];
    snprintf(line, sizeof line, "%s: ", names);
    course_print(view->analysis->run, view->sweep, course, line, sizeof line);
    if (course->crosses)
        format_add(line, sizeof line, " (a crossover)");
    format_wrapped(out, 4, line);
}

static bool is_same_course(const struct course *a, const struct course *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = a->stretches[i].word == b->stretches[i].word &&
               a->stretches[i].last == b->stretches[i].last;
    return same;
}

/* Subjects of which the same can be said share a line. */
static void print_against(const struct view *view, FILE *out)
{
    const struct run *run = view->analysis->run;
    struct course *courses = calloc(view->count, sizeof *courses);
    if (courses == NULL)
        report_no_memory(out);
    for (size_t i = 0; courses != NULL && i < view->count; i++) {
        if (!sweep_follow(view->analysis, view->sweep, view->subjects[i], view->baseline,
                          &courses[i]))
            courses[i].named = false;
    }
    for (size_t i = 0; courses != NULL && i < view->count; i++) {
        char names[LINE_BYTES / 2] = "", name[FORMAT_NAME_BYTES];
        if (!courses[i].named)
            continue;
        for (size_t k = i; k < view->count; k++) {
            if (!courses[k].named || !is_same_course(&courses[k], &courses[i]))
                continue;
            format_add(names, sizeof names, "%s%s", k > i ? ", " : "",
                       report_name(run, view->subjects[k], name));
            courses[k].named = k == i;
        }
        print_line(view, names, &courses[i], out);
    }
    free(courses);
}

/* Of pairs without the baseline, only those that change places. */
static void print_reversals(const struct view *view, FILE *out)
{
    const struct run *run = view->analysis->run;
    size_t found = 0;
    for (size_t i = 0; i < view->count; i++) {
        for (size_t k = i + 1; k < view->count; k++) {
            size_t one = view->subjects[i], other = view->subjects[k];
            struct course course;
            char first[FORMAT_NAME_BYTES], second[FORMAT_NAME_BYTES], pair[80];
            if (one == view->baseline || other == view->baseline ||
                !sweep_follow(view->analysis, view->sweep, other, one, &course) || !course.crosses)
                continue;
            snprintf(pair, sizeof pair, "%s against %s", report_name(run, other, first),
                     report_name(run, one, second));
            if (found++ < LINES_SHOWN)
                print_line(view, pair, &course, out);
        }
    }
    if (found > LINES_SHOWN)
        fprintf(out, "    %zu more crossovers: verdicts.csv\n", found - LINES_SHOWN);
}

static bool any_named(const struct view *view)
{
    struct course course;
    for (size_t i = 0; i < view->count; i++) {
        for (size_t k = i + 1; k < view->count; k++) {
            if (sweep_follow(view->analysis, view->sweep, view->subjects[i], view->subjects[k],
                             &course) &&
                course.named)
                return true;
        }
    }
    return false;
}

static void print_sweep(const struct analysis *analysis, const struct sweep *sweep, FILE *out)
{
    const struct run *run = analysis->run;
    size_t first = sweep->cells[0];
    struct view view = {.analysis = analysis, .sweep = sweep};
    char name[FORMAT_NAME_BYTES], parameter[40], params[FORMAT_BYTES], line[LINE_BYTES];
    view.baseline = analysis->cells[first].baseline;
    for (size_t i = 0; i < run->subject_count && view.count < TABLE_SUBJECTS_MAX; i++) {
        if (analysis_takes_part(analysis, first, i))
            view.subjects[view.count++] = i;
    }
    if (sweep->count < 2 || view.baseline == SUBJECT_NONE || !any_named(&view))
        return;
    snprintf(line, sizeof line, "by %s, against %s (%s)",
             printable(parameter, sizeof parameter, sweep->parameter),
             report_name(run, view.baseline, name),
             format_params(&run->cells[first].cell, sweep->parameter, NULL, params, sizeof params));
    format_wrapped(out, 2, line);
    print_against(&view, out);
    print_reversals(&view, out);
}

void report_print_crossovers(const struct analysis *analysis, const size_t *cells, size_t count,
                             FILE *out)
{
    const char *parameter = sweep_parameter(analysis->run, cells, count);
    for (size_t i = 0; i < count && parameter != NULL; i++) {
        struct sweep sweep;
        sweep_find(analysis->run, cells[i], parameter, &sweep);
        if (sweep.cells[0] == cells[i])
            print_sweep(analysis, &sweep, out);
    }
}
