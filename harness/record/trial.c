#include "harness/record/trial.h"

#include <string.h>

const char *const trial_kind_names[TRIAL_KINDS] = {
    [TRIAL_MEASURED] = "measured",
    [TRIAL_COUNTING] = "counting",
    [TRIAL_HEADROOM] = "headroom",
    [TRIAL_TWIN] = "twin",
};

void trial_reset(struct trial *trial)
{
    trial->kind = TRIAL_MEASURED;
    trial->cell = trial->subject = 0;
    trial->subject_name = NULL;
    trial->round = trial->order = trial->start_ns = trial->elapsed_ns = 0;
    trial->attempt = 0;
    trial->cpu = -1;
    trial->valid = trial->has_outcome = false;
    trial->why_invalid[0] = '\0';
    outcome_reset(&trial->outcome);
}

void trial_free(struct trial *trial)
{
    outcome_free(&trial->outcome);
}
