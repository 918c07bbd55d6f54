#include "harness/contract/cell.h"

#include "harness/base/printable.h"
#include "harness/contract/workload.h"

#include <stdio.h>
#include <string.h>

int cell_copy(struct cell *to, const struct cell *from)
{
    *to = (struct cell){.workload = from->workload, .mode = from->mode};
    return named_values_copy(&to->params, &from->params);
}

void cell_free(struct cell *cell)
{
    named_values_free(&cell->params);
}

bool cell_same_mode(const struct cell *one, const struct cell *other)
{
    return one->workload == other->workload && strcmp(one->mode, other->mode) == 0;
}

bool cell_equal(const struct cell *one, const struct cell *other)
{
    return cell_same_mode(one, other) && named_values_equal(&one->params, &other->params);
}

char *cell_describe(const struct cell *cell, char *text, size_t size)
{
    char clean[64], value[64];
    size_t used = (size_t)snprintf(text, size, "%s %s", cell->workload->name, cell->mode);
    for (size_t i = 0; i < cell->params.count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, " %s=%s",
                                 printable(clean, sizeof clean, cell->params.list[i].name),
                                 value_print(&cell->params.list[i].value, value, sizeof value));
    return text;
}
