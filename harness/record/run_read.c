#include "harness/record/run_read.h"

#include "harness/plan/cells.h"
#include "harness/record/json_stream.h"
#include "harness/contract/parameters.h"
#include "harness/base/problem.h"
#include "harness/record/run_shape.h"
#include "harness/record/trials_builder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a run holds beside its trials is small. More is no run, and may not take all memory. */
#define OUTLINE_BYTES_MAX (16u << 20)

struct reader {
    struct json_stream stream;
    json_t *run;
    json_t *subjects; /* borrowed of `run`, or read ahead */
    size_t outline_bytes;
    size_t cells;
    uint64_t trials_room;                     /* bytes */
    struct trials_builder *trials, *counting; /* of the cell that is being read */
};

/* A shape that is wrong, as opposed to JSON that is: `field` says which and how. */
static int not_a_run(struct reader *reader, const char *field)
{
    return problem_say(reader->stream.problem, -EINVAL, "%s is not a run of pollbench: %s",
                       reader->stream.path, field);
}

static int no_memory(struct reader *reader)
{
    return problem_say(reader->stream.problem, -ENOMEM, "%s: there is no memory to read it",
                       reader->stream.path);
}

/* What is said of a piece becomes what is said of the file. */
static int judge(struct reader *reader, int result, const char *field)
{
    return result == -EINVAL ? not_a_run(reader, field) : result < 0 ? no_memory(reader) : 0;
}

/* ---- members that are kept as they are ---- */

static int keep_member(struct reader *reader, json_t *object, const char *name)
{
    json_t *value;
    uint64_t begin = reader->stream.offset;
    int r = json_stream_value(&reader->stream, &value);
    if (r < 0)
        return r;
    reader->outline_bytes += reader->stream.offset - begin;
    if (json_object_set_new(object, name, value) < 0)
        return no_memory(reader);
    if (reader->outline_bytes > OUTLINE_BYTES_MAX)
        return json_stream_fail(&reader->stream, "more than 16 MiB beside the trials: this is no "
                                                 "run");
    return 0;
}

/* Looks whether it is JSON, and lets go of it. */
static int drop_value(struct reader *reader)
{
    json_t *value;
    bool is_first = true;
    int r = json_stream_peek(&reader->stream);
    if (r != '[') {
        r = r < 0 ? r : json_stream_value(&reader->stream, &value);
        if (r == 0)
            json_decref(value);
        return r;
    }
    r = json_stream_enter(&reader->stream, '[');
    while (r >= 0 && (r = json_stream_next(&reader->stream, ']', &is_first)) == 1) {
        r = json_stream_value(&reader->stream, &value);
        if (r == 0)
            json_decref(value);
    }
    return r;
}

/* ---- objects ---- */

/* What is done with one member; the value comes next in the stream. */
typedef int read_member(struct reader *, json_t *object, const char *name);

static int read_object(struct reader *reader, json_t *object, read_member *member)
{
    bool is_first = true;
    int r = json_stream_enter(&reader->stream, '{');
    while (r >= 0 && (r = json_stream_next(&reader->stream, '}', &is_first)) == 1) {
        char *name;
        r = json_stream_name(&reader->stream, &name);
        if (r < 0)
            return r;
        if (json_object_get(object, name) != NULL)
            r = json_stream_fail(&reader->stream, "a second field of this name");
        else
            r = member(reader, object, name);
        free(name);
    }
    return r;
}

/* ---- trials ---- */

static int read_trial(struct reader *reader, struct trials_builder *builder)
{
    char field[PROBLEM_BYTES];
    json_t *trial;
    int r = json_stream_value(&reader->stream, &trial);
    if (r < 0)
        return r;
    r = judge(reader, trials_builder_add(builder, trial, field), field);
    json_decref(trial);
    return r;
}

/* The empty list that stands in the cell until it is over tells run_shape_check_cell() that there
 * was one. */
static int read_trials(struct reader *reader, json_t *cell, const char *name,
                       struct trials_builder **builder)
{
    char where[80];
    bool is_first = true;
    snprintf(where, sizeof where, "cells[%zu].%s", reader->cells, name);
    *builder = trials_builder_open(where, &reader->trials_room);
    if (*builder == NULL || json_object_set_new(cell, name, json_array()) < 0)
        return no_memory(reader);
    int r = json_stream_enter(&reader->stream, '[');
    while (r >= 0 && (r = json_stream_next(&reader->stream, ']', &is_first)) == 1)
        r = read_trial(reader, *builder);
    return r;
}

/* ---- cells ---- */

static int read_cell_member(struct reader *reader, json_t *cell, const char *name)
{
    static const char computed[] = "summary,ratios,percentiles,pooled,excess,verdicts";
    int next = json_stream_peek(&reader->stream);
    if (next < 0)
        return next;
    if (next == '[' && strcmp(name, "trials") == 0)
        return read_trials(reader, cell, name, &reader->trials);
    if (next == '[' && strcmp(name, "counting_trials") == 0)
        return read_trials(reader, cell, name, &reader->counting);
    return name_in_list(computed, name) ? drop_value(reader) : keep_member(reader, cell, name);
}

/* Without subjects the run will be refused, once all of the file has been seen. */
static int finish_trials(struct reader *reader, struct trials_builder *builder, json_t *cell,
                         bool counting)
{
    char field[PROBLEM_BYTES];
    if (builder == NULL || reader->subjects == NULL)
        return 0;
    int r = trials_builder_finish(builder, reader->subjects, cell, counting, field);
    return judge(reader, r, field);
}

static void close_trials(struct reader *reader)
{
    trials_builder_close(reader->trials);
    trials_builder_close(reader->counting);
    reader->trials = reader->counting = NULL;
}

static int read_cell(struct reader *reader, json_t *cell)
{
    char field[PROBLEM_BYTES];
    int r = read_object(reader, cell, read_cell_member);
    if (r == 0)
        r = judge(reader, run_shape_check_cell(cell, reader->cells, field), field);
    if (r == 0)
        r = finish_trials(reader, reader->trials, cell, false);
    if (r == 0)
        r = finish_trials(reader, reader->counting, cell, true);
    close_trials(reader);
    json_object_del(cell, "trials");
    json_object_del(cell, "counting_trials");
    return r;
}

static int read_cells(struct reader *reader, json_t *cells)
{
    bool is_first = true;
    int r = json_stream_enter(&reader->stream, '[');
    while (r >= 0 && (r = json_stream_next(&reader->stream, ']', &is_first)) == 1) {
        json_t *cell = json_object();
        if (json_array_append_new(cells, cell) < 0)
            return no_memory(reader);
        if (reader->cells == CELLS_MAX)
            return json_stream_fail(&reader->stream, "more cells than a run can have");
        r = json_stream_peek(&reader->stream);
        if (r == '{')
            r = read_cell(reader, cell);
        else if (r >= 0)
            r = json_stream_fail(&reader->stream, "a cell expected, which is an object");
        reader->cells++;
    }
    return r;
}

/* ---- the run ---- */

static int read_run_member(struct reader *reader, json_t *run, const char *name)
{
    int next = json_stream_peek(&reader->stream);
    if (next < 0)
        return next;
    if (next != '[' || strcmp(name, "cells") != 0)
        return keep_member(reader, run, name);
    json_t *cells = json_array();
    if (json_object_set_new(run, name, cells) < 0)
        return no_memory(reader);
    return read_cells(reader, cells);
}

/* Trials cannot be judged without these; a file that pollbench wrote has them in front. Of a file
 * that is not JSON no more than its beginning is taken; reading it in order will tell where it goes
 * wrong. */
static void read_ahead(struct reader *reader, json_t *ahead)
{
    struct json_stream *stream = &reader->stream;
    char problem[PROBLEM_BYTES], *said = stream->problem;
    bool is_first = true;
    stream->problem = problem;
    int r = json_stream_enter(stream, '{');
    while (r >= 0 && json_object_size(ahead) < 2 &&
           (r = json_stream_next(stream, '}', &is_first)) == 1) {
        char *name;
        json_t *value;
        r = json_stream_name(stream, &name);
        if (r < 0)
            break;
        if (strcmp(name, "schema") != 0 && strcmp(name, "subjects") != 0)
            r = json_stream_skip(stream);
        else if ((r = json_stream_value(stream, &value)) == 0)
            json_object_set_new(ahead, name, value);
        free(name);
    }
    stream->problem = said;
    json_stream_rewind(stream);
}

static int read_run(struct reader *reader, json_t *ahead)
{
    char field[PROBLEM_BYTES];
    read_ahead(reader, ahead);
    int r = run_shape_check_schema(json_object_get(ahead, "schema"), field);
    reader->subjects = json_object_get(ahead, "subjects");
    if (r == 0 && reader->subjects != NULL)
        r = run_shape_check_subjects(reader->subjects, field);
    r = judge(reader, r, field);
    if (r < 0)
        return r;
    r = read_object(reader, reader->run, read_run_member);
    if (r == 0)
        r = json_stream_finish(&reader->stream);
    if (r == 0)
        r = judge(reader, run_shape_check_outline(reader->run, field), field);
    return r;
}

json_t *run_read(int fd, const char *path, char *problem)
{
    struct reader reader = {.run = json_object(), .trials_room = TRIALS_BYTES_MAX};
    json_t *ahead = json_object();
    int r = json_stream_open(&reader.stream, fd, path, problem);
    if (r < 0 || reader.run == NULL || ahead == NULL)
        r = problem_say(problem, -ENOMEM, "%s: there is no memory to read it", path);
    else
        r = read_run(&reader, ahead);
    close_trials(&reader);
    json_stream_close(&reader.stream);
    json_decref(ahead);
    if (r == 0)
        return reader.run;
    json_decref(reader.run);
    return NULL;
}
