#include "harness/analysis/reasons.h"

#include "harness/analysis/format.h"
#include "harness/contract/parameters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DISTURBED_EVERY_NS 10e6
/* A cell is disturbed when more than one in so many of its valid trials are. */
#define DISTURBED_SHARE 5

enum { WHO_BYTES = 640, WHY_BYTES = 640 };

/* ---- the list ---- */

static struct reason *find(const struct reason_list *list, enum reason_kind kind, const char *who,
                           const char *why)
{
    for (size_t i = 0; i < list->count; i++) {
        struct reason *reason = &list->list[i];
        if (reason->kind == kind && strcmp(reason->why, why) == 0 && strcmp(reason->who, who) == 0)
            return reason;
    }
    return NULL;
}

static int make_room(struct reason_list *list)
{
    if (list->count < list->room)
        return 0;
    size_t room = list->room > 0 ? 2 * list->room : 16;
    struct reason *larger = realloc(list->list, room * sizeof *larger);
    if (larger == NULL)
        return -ENOMEM;
    list->list = larger;
    list->room = room;
    return 0;
}

/* Counts it, when it is there already. */
static int add(struct reason_list *list, enum reason_kind kind, const char *who, const char *why)
{
    struct reason *reason = find(list, kind, who, why);
    if (reason != NULL) {
        reason->times++;
        return 0;
    }
    int r = make_room(list);
    if (r < 0)
        return r;
    struct reason added = {.kind = kind, .who = strdup(who), .why = strdup(why), .times = 1};
    if (added.who == NULL || added.why == NULL) {
        free(added.who);
        free(added.why);
        return -ENOMEM;
    }
    list->list[list->count++] = added;
    return 0;
}

void reasons_free(struct reason_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->list[i].who);
        free(list->list[i].why);
    }
    free(list->list);
    *list = (struct reason_list){.count = 0};
}

/* ---- what is in it ---- */

int reasons_add_run(struct reason_list *list, const struct run *run)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < run->subject_count; i++) {
        const struct run_subject *subject = &run->subjects[i];
        if (!subject->available)
            r = add(list, REASON_SKIPPED, subject->name,
                    subject->reason != NULL ? subject->reason : "");
        else if (subject->shown != NULL)
            r = add(list, REASON_ROUNDED, subject->shown, SUBJECT_WHY_ROUNDED);
    }
    if (r == 0 && run->why_not_counted != NULL)
        r = add(list, REASON_SKIPPED, "counting system calls", run->why_not_counted);
    return r;
}

/* The figures that say nothing of the server, because the generator was the bound. */
static int add_bound(struct reason_list *list, const struct analysis *analysis, size_t cell,
                     const char *who)
{
    const struct cell *where = &analysis->run->cells[cell].cell;
    char names[WHY_BYTES / 2] = "", why[WHY_BYTES];
    unsigned trials = 0, bound = 0;
    for (const struct metric *metric = workload_next_metric(where->workload, where->mode, NULL);
         metric != NULL; metric = workload_next_metric(where->workload, where->mode, metric)) {
        unsigned all, some = analysis_bound_trials(analysis, cell, metric, &all);
        size_t length = strlen(names);
        if (!metric->generator_dependent || some == 0)
            continue;
        bound = some;
        trials = all;
        snprintf(names + length, sizeof names - length, "%s%s", length > 0 ? ", " : "",
                 metric->name);
    }
    if (bound == 0)
        return 0;
    snprintf(why, sizeof why, "the generator set the pace in %u of %u trials, not the server: %s",
             bound, trials, names);
    return add(list, REASON_BOUND, who, why);
}

static int add_headroom(struct reason_list *list, const struct headroom *headroom, const char *who)
{
    char why[WHY_BYTES];
    if (!headroom->known || headroom->proved)
        return 0;
    return add(list, REASON_HEADROOM, who, headroom_sentence(headroom, why, sizeof why));
}

static int add_one_core(struct reason_list *list, const struct run *run,
                        const struct run_cell *cell, const char *who)
{
    char why[WHY_BYTES];
    if (cell->skipped != NULL || *format_one_core(run, cell, why, sizeof why) == '\0')
        return 0;
    return add(list, REASON_ONE_CORE, who, why);
}

static int add_skipped(struct reason_list *list, const struct run *run, size_t cell,
                       const char *who)
{
    const struct run_cell *skipped = &run->cells[cell];
    int r = 0;
    if (skipped->skipped != NULL) {
        r = add(list, REASON_SKIPPED, who, skipped->skipped);
        if (r == 0)
            find(list, REASON_SKIPPED, who, skipped->skipped)->is_cell = true;
    }
    for (size_t i = 0; r == 0 && i < skipped->skipped_count; i++) {
        const struct skipped_subject *one = &skipped->skipped_subjects[i];
        r = add(list, REASON_SKIPPED, run_subject_shown(run, one->subject), one->reason);
    }
    return r;
}

static int add_verdicts(struct reason_list *list, const struct analysis *analysis, size_t cell)
{
    const struct run *run = analysis->run;
    const struct cell_summary *summary = &analysis->cells[cell];
    int r = 0;
    for (size_t i = 0; r == 0 && i < summary->verdict_count; i++) {
        const struct verdict_pair *pair = &summary->verdicts[i];
        const char *why = pair->why != NULL ? pair->why : "";
        char who[WHO_BYTES];
        snprintf(who, sizeof who, "%s against %s", run_subject_shown(run, pair->subject),
                 run_subject_shown(run, pair->baseline));
        if (pair->word == VERDICT_INVALID)
            r = add(list, REASON_INVALID, who, why);
        else if (pair->word == VERDICT_INCONCLUSIVE)
            r = add(list, REASON_INCONCLUSIVE, "", why);
    }
    return r;
}

static int add_trials(struct reason_list *list, const struct trial_table *trials)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < trials->count; i++) {
        if (!trials->rows[i].valid)
            r = add(list, REASON_TRIALS, "", trials->rows[i].why_invalid);
    }
    list->trials += trials->count;
    return r;
}

int reasons_add_cells(struct reason_list *list, const struct analysis *analysis,
                      const size_t *cells, size_t count)
{
    const struct run *run = analysis->run;
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        const struct run_cell *cell = &run->cells[cells[i]];
        char who[WHO_BYTES];
        cell_describe(&cell->cell, who, sizeof who);
        r = add_one_core(list, run, cell, who);
        if (r == 0)
            r = add_bound(list, analysis, cells[i], who);
        if (r == 0)
            r = add_headroom(list, &cell->headroom, who);
        if (r == 0)
            r = add_skipped(list, run, cells[i], who);
        if (r == 0)
            r = add_verdicts(list, analysis, cells[i]);
        if (r == 0)
            r = add_trials(list, &cell->trials);
        list->cells++;
    }
    return r;
}

/* ---- cells that something else disturbed ---- */

static bool is_cell_disturbed(const struct trial_table *trials, size_t *disturbed, size_t *valid)
{
    *disturbed = *valid = 0;
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial_row *row = &trials->rows[i];
        *valid += row->valid;
        *disturbed += row->valid && row->involuntary_switches * DISTURBED_EVERY_NS > row->wall_ns;
    }
    return *disturbed * DISTURBED_SHARE > *valid;
}

struct disturbance disturbance_find(const struct run *run, const size_t *cells, size_t count)
{
    struct disturbance found = {.cells = 0};
    for (size_t i = 0; i < count; i++) {
        const struct run_cell *cell = &run->cells[cells[i]];
        size_t disturbed, valid;
        if (cell->cell.workload->all_cpus || !is_cell_disturbed(&cell->trials, &disturbed, &valid))
            continue;
        found.cells++;
        found.trials += disturbed;
        found.of_trials += valid;
    }
    return found;
}
