#include "harness/execute/settle.h"

#include "harness/analysis/analysis.h"
#include "harness/analysis/baseline.h"
#include "harness/analysis/looks.h"

#include <errno.h>

/* Subjects of the cell that are compared. */
static size_t find_compared(const struct rounds *rounds, const struct planned_cell *planned,
                            size_t *compared)
{
    size_t count = 0;
    for (size_t i = 0; i < planned->subject_count; i++) {
        if (rounds->run->subjects[planned->subjects[i]].tier != TIER_NONE)
            compared[count++] = planned->subjects[i];
    }
    return count;
}

static int settle_cell(struct rounds *rounds, size_t cell)
{
    struct planned_cell *planned = &rounds->cells->list[cell];
    size_t compared[RUN_SUBJECTS_MAX], open = 0;
    size_t count = find_compared(rounds, planned, compared);
    if (count < 2) {
        planned->decided = analysis_medians_are_tight(rounds->run, cell);
        return 0;
    }
    size_t baseline = baseline_choose(rounds->run, rounds->run->baseline, compared, count);
    for (size_t i = 0; i < count; i++) {
        if (compared[i] == baseline)
            continue;
        int decided = looks_is_decided(rounds->looks, cell, compared[i], baseline,
                                       rounds->run->minimum_effect);
        if (decided < 0)
            return decided;
        if (decided) {
            planned_cell_forget(planned, compared[i]);
            rounds->decided++;
        }
        open += !decided;
    }
    planned->decided = open == 0;
    return 0;
}

int settle(struct rounds *rounds)
{
    bool looked;
    int r = looks_advance(rounds->looks, LOOKS_DUE, &looked);
    for (size_t i = 0; i < rounds->cells->count && looked && r == 0; i++) {
        const struct planned_cell *planned = &rounds->cells->list[i];
        if (planned->subject_count > 0 && !planned->decided)
            r = settle_cell(rounds, i);
    }
    return r;
}

bool settled(const struct rounds *rounds)
{
    for (size_t i = 0; i < rounds->cells->count; i++) {
        const struct planned_cell *planned = &rounds->cells->list[i];
        if (planned->subject_count > 0 && !planned->decided)
            return false;
    }
    return true;
}
