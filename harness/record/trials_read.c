#include "harness/record/trials_file.h"

#include "harness/base/problem.h"
#include "harness/record/trial_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What all tables of a run may take: a million trials. */
#define TABLES_BYTES_MAX (UINT64_C(256) << 20)

int trials_take_line(struct run *run, struct trial *trial, char *text, size_t length, uint32_t line,
                     char *problem)
{
    int r = trial_from_text(trial, run, text, length, problem);
    if (r < 0 || trial->kind == TRIAL_HEADROOM)
        return r;
    struct run_cell *cell = &run->cells[trial->cell];
    struct trial_table *table = trial->kind == TRIAL_COUNTING ? &cell->counting
                                : trial->kind == TRIAL_TWIN   ? &cell->twins
                                                              : &cell->trials;
    /* Twins of two subjects are two comparisons, and the cell has one. */
    if (table == &cell->twins && table->count > 0 && table->rows[0].subject != trial->subject)
        return problem_say(problem, -EINVAL, "subject: expected %.60s, whose twin this cell has",
                           run->subjects[table->rows[0].subject].name);
    return trial_table_add(table, trial, line, problem);
}

/* ---- lines ---- */

struct reader {
    struct run *run;
    const char *path;
    char *problem;
    struct trial trial;
    /* What was read and not yet taken, and a byte more. */
    char *window;
    size_t begin, end;
    uint32_t line;
};

static int say(struct reader *reader, int error, const char *rest)
{
    if (error == -ENOMEM)
        return problem_say(reader->problem, error, "%s: there is no memory to read it",
                           reader->path);
    return problem_say(reader->problem, error, "%s, line %u: %s", reader->path, reader->line, rest);
}

static uint64_t tables_bytes(const struct run *run)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < run->cell_count; i++)
        bytes +=
            run->cells[i].trials.bytes + run->cells[i].counting.bytes + run->cells[i].twins.bytes;
    return bytes;
}

static int take_line(struct reader *reader, char *text, size_t length)
{
    char rest[PROBLEM_BYTES];
    reader->line++;
    if (length > TRIALS_LINE_BYTES_MAX)
        return say(reader, -EINVAL, "more than 1 MiB: no trial is so long");
    text[length] = '\0';
    if (strlen(text) != length)
        return say(reader, -EINVAL, "there is a byte 0 in it: this is no text");
    int r = trials_take_line(reader->run, &reader->trial, text, length, reader->line, rest);
    if (r < 0)
        return say(reader, r, rest);
    /* Adding up the tables of many cells takes a while, so not at every line. */
    if (reader->line % 1024 == 0 && tables_bytes(reader->run) > TABLES_BYTES_MAX)
        return say(reader, -EFBIG, "more trials than a run can have: over 256 MiB of figures");
    return 0;
}

/* All whole lines of the window. */
static int take_lines(struct reader *reader)
{
    char *end;
    int r = 0;
    while (r == 0 && (end = memchr(reader->window + reader->begin, '\n',
                                   reader->end - reader->begin)) != NULL) {
        char *text = reader->window + reader->begin;
        r = take_line(reader, text, (size_t)(end - text));
        reader->begin = (size_t)(end - reader->window) + 1;
    }
    if (r == 0 && reader->end - reader->begin > TRIALS_LINE_BYTES_MAX) {
        reader->line++;
        r = say(reader, -EINVAL, "more than 1 MiB: no trial is so long");
    }
    memmove(reader->window, reader->window + reader->begin, reader->end - reader->begin);
    reader->end -= reader->begin;
    reader->begin = 0;
    return r;
}

static int read_all(struct reader *reader, int fd)
{
    for (;;) {
        ssize_t n = read(fd, reader->window + reader->end, TRIALS_LINE_BYTES_MAX);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return problem_say(reader->problem, -errno, "%s cannot be read: %s", reader->path,
                               strerror(errno));
        if (n == 0)
            return 0;
        reader->end += (size_t)n;
        int r = take_lines(reader);
        if (r < 0)
            return r;
    }
}

/* ---- trials that are there twice ---- */

static int check_table(struct reader *reader, const struct trial_table *table)
{
    size_t first, second;
    char rest[PROBLEM_BYTES];
    int r = trial_table_check(table, &first, &second);
    if (r != -EEXIST)
        return r < 0 ? say(reader, r, "") : 0;
    const struct trial_row *one = &table->rows[first], *two = &table->rows[second];
    const char *name = reader->run->subjects[two->subject].name;
    reader->line = two->line;
    if (one->attempt == two->attempt)
        problem_say(rest, 0, "the trial of line %u again: %.60s, round %u, attempt %u", one->line,
                    name, two->round, two->attempt);
    else
        problem_say(rest, 0, "%.60s has a valid trial in round %u already, in line %u", name,
                    two->round, one->line);
    return say(reader, -EINVAL, rest);
}

int trials_read(struct run *run, int fd, const char *path, char *problem)
{
    struct reader reader = {.run = run, .path = path, .problem = problem};
    reader.window = malloc(2 * TRIALS_LINE_BYTES_MAX + 2);
    int r = reader.window != NULL ? read_all(&reader, fd) : say(&reader, -ENOMEM, "");
    for (size_t i = 0; i < run->cell_count && r == 0; i++) {
        r = check_table(&reader, &run->cells[i].trials);
        if (r == 0)
            r = check_table(&reader, &run->cells[i].counting);
        if (r == 0)
            r = check_table(&reader, &run->cells[i].twins);
    }
    if (r == 0)
        run->cut_lines = reader.end > 0;
    if (r == 0 && reader.line < run->lines)
        run->lines_missing = run->lines - reader.line;
    free(reader.window);
    trial_free(&reader.trial);
    return r;
}
