/* Trials that are JSON in memory: those of a run that is being measured. */
#include "harness/record/trials_builder.h"

#include <errno.h>

static int pack_list(const json_t *run, json_t *cell, size_t index, bool counting, char *problem)
{
    const char *name = counting ? "counting_trials" : "trials";
    const json_t *list = json_object_get(cell, name), *trial;
    char where[80];
    uint64_t room = UINT64_MAX; /* it is in memory already */
    if (!json_is_array(list))
        return 0;
    snprintf(where, sizeof where, "cells[%zu].%s", index, name);
    struct trials_builder *builder = trials_builder_open(where, &room);
    int r = builder != NULL ? 0 : -ENOMEM;
    size_t i;
    json_array_foreach(list, i, trial)
    {
        if (r == 0)
            r = trials_builder_add(builder, trial, problem);
    }
    if (r == 0)
        r = trials_builder_finish(builder, json_object_get(run, "subjects"), cell, counting,
                                  problem);
    trials_builder_close(builder);
    return r;
}

int trials_pack(json_t *run, char *problem)
{
    size_t i;
    json_t *cell;
    int r = 0;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        if (r == 0)
            r = pack_list(run, cell, i, false, problem);
        if (r == 0)
            r = pack_list(run, cell, i, true, problem);
    }
    return r;
}
