#include "harness/record/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int text_set(char **text, const char *from)
{
    char *copy = from != NULL ? strdup(from) : NULL;
    if (from != NULL && copy == NULL)
        return -ENOMEM;
    free(*text);
    *text = copy;
    return 0;
}

void cell_summary_free(struct cell_summary *summary)
{
    for (size_t i = 0; i < METRICS_MAX; i++) {
        free(summary->percentiles[i]);
        free(summary->pooled[i]);
    }
    for (size_t i = 0; i < summary->verdict_count; i++)
        free(summary->verdicts[i].why);
    free(summary->twin.why);
    free(summary->medians);
    free(summary->ratios.list);
    free(summary->excess.list);
    free(summary->verdicts);
    free(summary->pair_at);
    *summary = (struct cell_summary){0};
}

static void subject_free(struct run_subject *subject)
{
    free(subject->name);
    free(subject->shown);
    free(subject->reason);
    free(subject->asked);
    free(subject->granted);
    free(subject->summary);
}

static void run_cell_free(struct run_cell *cell)
{
    cell_free(&cell->cell);
    free(cell->skipped);
    for (size_t i = 0; i < cell->skipped_count; i++)
        free(cell->skipped_subjects[i].reason);
    free(cell->skipped_subjects);
    free(cell->headroom.against);
    free(cell->headroom.why_not);
    trial_table_free(&cell->trials);
    trial_table_free(&cell->counting);
    trial_table_free(&cell->twins);
}

void run_free(struct run *run)
{
    for (size_t i = 0; i < run->command_count; i++)
        free(run->command[i]);
    for (size_t i = 0; i < run->subject_count; i++)
        subject_free(&run->subjects[i]);
    for (size_t i = 0; i < run->cell_count; i++)
        run_cell_free(&run->cells[i]);
    free(run->command);
    free(run->subjects);
    free(run->cells);
    free(run->id);
    free(run->profile);
    free(run->baseline);
    named_values_free(&run->manifest);
    named_values_free(&run->probe);
    calibration_record_free(&run->calibration);
    free(run->why_not_counted);
    free(run->ended);
    *run = (struct run){0};
}

struct run_subject *run_add_subject(struct run *run)
{
    struct run_subject *list = realloc(run->subjects, (run->subject_count + 1) * sizeof *list);
    if (list == NULL)
        return NULL;
    run->subjects = list;
    list[run->subject_count] = (struct run_subject){0};
    return &list[run->subject_count++];
}

struct run_cell *run_add_cell(struct run *run)
{
    struct run_cell *list = realloc(run->cells, (run->cell_count + 1) * sizeof *list);
    if (list == NULL)
        return NULL;
    run->cells = list;
    list[run->cell_count] = (struct run_cell){0};
    return &list[run->cell_count++];
}

void run_cell_open_tables(struct run_cell *cell)
{
    trial_table_open(&cell->trials, cell->cell.workload, cell->cell.mode);
    trial_table_open(&cell->counting, cell->cell.workload, cell->cell.mode);
    trial_table_open(&cell->twins, cell->cell.workload, cell->cell.mode);
}

int run_cell_skip_subject(struct run_cell *cell, size_t subject, const char *reason)
{
    char *copy = strdup(reason);
    struct skipped_subject *list =
        realloc(cell->skipped_subjects, (cell->skipped_count + 1) * sizeof *list);
    if (list != NULL)
        cell->skipped_subjects = list;
    if (copy == NULL || list == NULL) {
        free(copy);
        return -ENOMEM;
    }
    list[cell->skipped_count++] = (struct skipped_subject){.subject = subject, .reason = copy};
    return 0;
}

bool run_is_whole(const struct run *run)
{
    return run->ended != NULL && run->rounds_missing == 0 && run->lines_missing == 0;
}

bool run_ended_as_asked(const struct run *run)
{
    return run_is_whole(run) && (strcmp(run->ended, RUN_ENDED_WITH_ROUNDS) == 0 ||
                                 strcmp(run->ended, RUN_ENDED_WITH_TIME) == 0);
}

/* Among names that are joined by commas. */
static bool has_feature(const char *features, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = features; at != NULL && *at != '\0';) {
        size_t part = strcspn(at, ",");
        if (part == length && strncmp(at, name, length) == 0)
            return true;
        at += part + (at[part] == ',');
    }
    return false;
}

int run_subject_show(struct run_subject *subject)
{
    const char *feature = backend_feature_name(BACKEND_EPOLL_PWAIT2);
    if (!subject->available || !has_feature(subject->asked, feature) ||
        has_feature(subject->granted, feature))
        return text_set(&subject->shown, NULL);
    char name[SUBJECT_SHOWN_BYTES];
    return text_set(&subject->shown, subject_rounded_name(subject->name, name));
}

const char *run_subject_shown(const struct run *run, size_t subject)
{
    const struct run_subject *one = &run->subjects[subject];
    return one->shown != NULL ? one->shown : one->name;
}

static enum cell_load load_of(const struct cell *cell)
{
    return cell->workload->load != NULL ? cell->workload->load(cell->mode, &cell->params)
                                        : LOAD_NONE;
}

bool run_cell_shares_core(const struct run *run, const struct run_cell *cell)
{
    bool kept_apart = !run->one_core && run->subject_cpu >= 0 && run->generator_cpu >= 0;
    return !kept_apart && load_of(&cell->cell) != LOAD_NONE;
}

bool run_cell_is_unranked(const struct run *run, const struct run_cell *cell)
{
    return run_cell_shares_core(run, cell) && load_of(&cell->cell) == LOAD_CLOSED;
}

size_t run_find_subject(const struct run *run, const char *name)
{
    for (size_t i = 0; i < run->subject_count; i++) {
        if (strcmp(run->subjects[i].name, name) == 0)
            return i;
    }
    return SUBJECT_NONE;
}

char *headroom_sentence(const struct headroom *headroom, char *text, size_t size)
{
    snprintf(text, size, "the generator did not make %g times the load against %s: %s",
             headroom->factor, headroom->against,
             headroom->why_not != NULL ? headroom->why_not : "it does not say why");
    return text;
}
