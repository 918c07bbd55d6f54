/* Puts timers that fell due together in order. */
#ifndef LOOP_DUE_SORT_H
#define LOOP_DUE_SORT_H

#include "loop/heap.h"

/* By due time, then by start; in place, without memory of its own beyond the stack. */
void due_sort(struct heap_entry *, uint32_t count);

#endif
