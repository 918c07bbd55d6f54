#include "harness/execute/trial_batch.h"

#include <stdlib.h>

enum { FIRST_ROOM = 16 };

struct trial *trial_batch_add(struct trial_batch *batch)
{
    if (batch->count == batch->room) {
        size_t room = batch->room > 0 ? 2 * batch->room : FIRST_ROOM;
        struct trial *grown = realloc(batch->list, room * sizeof batch->list[0]);
        if (grown == NULL)
            return NULL;
        for (size_t i = batch->room; i < room; i++)
            grown[i] = (struct trial){0};
        batch->list = grown;
        batch->room = room;
    }
    return &batch->list[batch->count++];
}

void trial_batch_clear(struct trial_batch *batch)
{
    batch->count = 0;
}

void trial_batch_free(struct trial_batch *batch)
{
    for (size_t i = 0; i < batch->room; i++)
        trial_free(&batch->list[i]);
    free(batch->list);
    *batch = (struct trial_batch){0};
}
