#include "tests/harness/analysis/measured_rounds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_line(struct measured_rounds *self, char *line)
{
    char *rest = line;
    unsigned long cell = strtoul(rest, &rest, 10), round = strtoul(rest, &rest, 10);
    size_t count = 0;
    if (cell >= MEASURED_CELLS || round >= MEASURED_ROUNDS)
        return false;
    for (char *word = strtok(rest, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        char *end = word;
        double value = strcmp(word, "-") == 0 ? NAN : strtod(word, &end);
        if (count == PLAYED_SUBJECTS || (!isnan(value) && (*end != '\0' || end == word)))
            return false;
        self->values[cell][round][count++] = value;
    }
    self->cells = cell + 1 > self->cells ? cell + 1 : self->cells;
    self->rounds = round + 1 > self->rounds ? round + 1 : self->rounds;
    self->subjects[cell] = count;
    return count > 0;
}

bool measured_rounds_read(struct measured_rounds **out, const char *name)
{
    char line[1024];
    FILE *file = fopen(name, "r");
    struct measured_rounds *self = calloc(1, sizeof *self);
    bool good = file != NULL && self != NULL;
    while (good && fgets(line, sizeof line, file) != NULL)
        good = take_line(self, line);
    good = good && self->rounds > 0;
    if (file != NULL)
        fclose(file);
    if (!good)
        free(self);
    else
        *out = self;
    return good;
}

void measured_rounds_free(struct measured_rounds *self)
{
    free(self);
}

static void values_of(void *source, size_t cell, size_t round, double *values)
{
    struct measured_rounds *self = source;
    size_t order[PLAYED_SUBJECTS], there[PLAYED_SUBJECTS] = {0}, count = 0;
    const double *from = self->values[cell][round];
    for (size_t s = 0; s < self->subjects[cell]; s++) {
        values[s] = from[s];
        if (!isnan(from[s]))
            there[count++] = s;
    }
    memcpy(order, there, sizeof order);
    if (self->exchange)
        random_shuffle(&self->random, order, count);
    for (size_t i = 0; i < count; i++)
        values[there[i]] = from[order[i]];
}

struct played_plan measured_rounds_plan(struct measured_rounds *self)
{
    return (struct played_plan){
        .cells = self->cells,
        .rounds = self->rounds,
        .subjects = self->subjects,
        .values = values_of,
        .source = self,
        .minimum_effect = 0.03,
        .stops = true,
    };
}
