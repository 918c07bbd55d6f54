#include "harness/record/run_outline.h"

#include "harness/base/problem.h"
#include "harness/contract/parameters.h"
#include "harness/plan/cells.h"
#include "harness/record/json_scan.h"

#include <errno.h>
#include <string.h>

enum { NAME_BYTES = 64 };

struct outline {
    struct json_scan scan;
    const char *path;
    char *problem;
};

/* Counted only once something is wrong: lines from 1, characters from 1. */
static int fail_at(struct outline *outline, const char *at, const char *what)
{
    int line = 1, column = 1;
    for (const char *c = outline->scan.text; c < at; c++) {
        line += *c == '\n';
        column = *c == '\n' ? 1 : column + (((unsigned char)*c & 0xc0) != 0x80);
    }
    return problem_say(outline->problem, -EINVAL, "%s, line %d, column %d: %s%s", outline->path,
                       line, column, what, at == outline->scan.end ? "; the file ends here" : "");
}

static int fail(struct outline *outline)
{
    return fail_at(outline, outline->scan.at, outline->scan.wrong);
}

/* The value that comes next becomes a member. */
static int keep_value(struct outline *outline, json_t *object, const char *name)
{
    json_error_t error;
    json_scan_kind(&outline->scan); /* over white space */
    const char *begin = outline->scan.at;
    if (json_scan_skip(&outline->scan) < 0)
        return fail(outline);
    json_t *value = json_loadb(begin, (size_t)(outline->scan.at - begin),
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value == NULL)
        return fail_at(outline, begin, error.text);
    return json_object_set_new(object, name, value) < 0 ? -ENOMEM : 0;
}

typedef int read_member(struct outline *, json_t *object, const char *name);

static int read_object(struct outline *outline, json_t *object, read_member *member)
{
    char name[NAME_BYTES];
    bool is_first = true;
    int r = json_scan_enter(&outline->scan, '{');
    while (r == 0) {
        r = json_scan_member(&outline->scan, &is_first, name, sizeof name);
        if (r <= 0)
            break;
        if (json_object_get(object, name) != NULL)
            return fail_at(outline, outline->scan.at, "a second field of this name");
        r = member(outline, object, name);
    }
    return r < 0 && outline->scan.wrong != NULL && outline->problem[0] == '\0' ? fail(outline) : r;
}

static int read_cell_member(struct outline *outline, json_t *cell, const char *name)
{
    static const char computed[] =
        "baseline,summary,ratios,percentiles,pooled,excess,verdicts,twin";
    if (!name_in_list(computed, name))
        return keep_value(outline, cell, name);
    return json_scan_skip(&outline->scan) < 0 ? fail(outline) : 0;
}

static int read_cells(struct outline *outline, json_t *cells)
{
    bool is_first = true;
    int r = json_scan_enter(&outline->scan, '[');
    while (r == 0 && (r = json_scan_element(&outline->scan, &is_first)) == 1) {
        json_t *cell = json_object();
        if (json_array_append_new(cells, cell) < 0)
            return -ENOMEM;
        if (json_array_size(cells) > CELLS_MAX)
            return fail_at(outline, outline->scan.at, "more cells than a run can have");
        if (strcmp(json_scan_kind(&outline->scan), "an object") != 0)
            return fail_at(outline, outline->scan.at, "a cell expected, which is an object");
        r = read_object(outline, cell, read_cell_member);
    }
    return r < 0 && outline->problem[0] == '\0' ? fail(outline) : r;
}

static int read_run_member(struct outline *outline, json_t *run, const char *name)
{
    bool is_list = strcmp(json_scan_kind(&outline->scan), "an array") == 0;
    if (strcmp(name, "cells") != 0 || !is_list)
        return keep_value(outline, run, name);
    json_t *cells = json_array();
    return json_object_set_new(run, name, cells) < 0 ? -ENOMEM : read_cells(outline, cells);
}

static int read_outline(struct outline *outline, json_t *run)
{
    if (strcmp(json_scan_kind(&outline->scan), "an object") != 0)
        return fail_at(outline, outline->scan.at, "'{' expected");
    int r = read_object(outline, run, read_run_member);
    if (r == 0 && json_scan_finish(&outline->scan) < 0)
        r = fail_at(outline, outline->scan.at, "the end of the file expected");
    return r;
}

int run_outline_read(json_t *run, char *text, size_t length, const char *path, char *problem)
{
    struct outline outline = {.path = path, .problem = problem};
    problem[0] = '\0';
    json_scan_open(&outline.scan, text, length);
    return read_outline(&outline, run);
}
