/* From the token that a kernel hands back to the source it was made for, or to nothing when that
 * source is gone: a slot is used again, but with another generation. */
#ifndef BACKENDS_SOURCE_TABLE_H
#define BACKENDS_SOURCE_TABLE_H

#include "backends/backend.h"

struct source_slot {
    /* NULL: free. */
    struct io_source *source;
    uint32_t generation;
    uint32_t next_free;
};

struct source_table {
    struct source_slot *slots;
    uint32_t capacity, first_free;
};

void source_table_init(struct source_table *);
void source_table_close(struct source_table *);

/* Gives the source a slot and a generation. -ENOMEM. */
int source_table_add(struct source_table *, struct io_source *);
void source_table_remove(struct source_table *, struct io_source *);

static inline uint64_t source_token(const struct io_source *source)
{
    return (uint64_t)source->generation << 32 | source->slot;
}

/* NULL: the token is stale. */
static inline struct io_source *source_table_find(const struct source_table *table, uint64_t token)
{
    uint32_t slot = (uint32_t)token;
    if (slot >= table->capacity || table->slots[slot].generation != (uint32_t)(token >> 32))
        return NULL;
    return table->slots[slot].source;
}

#endif
