#include "backends/source_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_SLOT UINT32_MAX

void source_table_init(struct source_table *table)
{
    *table = (struct source_table){.first_free = NO_SLOT};
}

void source_table_close(struct source_table *table)
{
    free(table->slots);
    source_table_init(table);
}

static int grow(struct source_table *table)
{
    uint32_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
    struct source_slot *slots = realloc(table->slots, capacity * sizeof *slots);
    if (slots == NULL)
        return -ENOMEM;
    for (uint32_t slot = table->capacity; slot < capacity; slot++)
        slots[slot] = (struct source_slot){.next_free = slot + 1 < capacity ? slot + 1 : NO_SLOT};
    table->first_free = table->capacity;
    table->slots = slots;
    table->capacity = capacity;
    return 0;
}

int source_table_add(struct source_table *table, struct io_source *source)
{
    if (table->first_free == NO_SLOT && grow(table) < 0)
        return -ENOMEM;
    uint32_t slot = table->first_free;
    table->first_free = table->slots[slot].next_free;
    table->slots[slot].source = source;
    source->slot = slot;
    source->generation = table->slots[slot].generation;
    return 0;
}

void source_table_remove(struct source_table *table, struct io_source *source)
{
    struct source_slot *slot = &table->slots[source->slot];
    assert(slot->source == source);
    slot->source = NULL;
    slot->generation++;
    slot->next_free = table->first_free;
    table->first_free = source->slot;
}
