/* A run.json of which a field is wrong: a sentence that names it, never a crash, and never a run
 * that cannot be analysed. */
#include "harness/analysis/analysis.h"
#include "harness/record/run_json.h"
#include "tests/harness/record/made_folder.h"
#include "tests/harness/record/made_run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* With everything that run.json may have. */
static json_t *new_json(void)
{
    struct run run;
    made_run_open(&run, 2);
    run.cells[1].headroom =
        (struct headroom){.known = true, .factor = 1.5, .offered_per_s = 9, .proved = false};
    int r = text_set(&run.cells[1].headroom.against, "floor:epoll");
    r |= text_set(&run.cells[1].headroom.why_not, "it was late");
    r |= run_cell_skip_subject(&run.cells[0], MADE_SELECT, "too many connections");
    r |= text_set(&run.ended, "all rounds are done") | text_set(&run.baseline, "epoll");
    struct calibration_result *result = calloc(1, sizeof *result);
    assert_non_null(result);
    *result = (struct calibration_result){.minimum_effect = 0.03,
                                          .seconds_per_comparison = 2,
                                          .rounds_per_comparison = 30,
                                          .comparisons = 20,
                                          .share = 0.5,
                                          .high = 1};
    r |= text_set(&result->workload, "accept") | text_set(&result->mode, "drain");
    r |= text_set(&result->subject, "epoll") | text_set(&result->metric, "ns_per_accept");
    run.calibration.results = result;
    run.calibration.count = 1;
    assert_int_equal(r, 0);
    json_t *json = run_to_json(&run, NULL);
    assert_non_null(json);
    run_free(&run);
    return json;
}

/* 0 or -errno, and what was loaded. */
static int load_text(struct run *run, const char *written, size_t length, char *problem)
{
    char *text = malloc(length + 1);
    assert_non_null(text);
    memcpy(text, written, length);
    text[length] = '\0';
    *run = (struct run){0};
    int r = run_from_text(run, text, strlen(text), "r/run.json", problem);
    free(text);
    return r;
}

static int load(struct run *run, const json_t *json, char *problem)
{
    char *text = json_dumps(json, JSON_COMPACT);
    assert_non_null(text);
    int r = load_text(run, text, strlen(text), problem);
    free(text);
    return r;
}

/* ---- one field ---- */

/* The owner of what stands at "a.0.b", and its last part: a name, or a place in an array. */
static json_t *find(json_t *json, const char *path, char *last, size_t size)
{
    char parts[128], *next = parts, *name;
    snprintf(parts, sizeof parts, "%s", path);
    for (name = strsep(&next, "."); next != NULL; name = strsep(&next, "."))
        json = json_is_array(json) ? json_array_get(json, strtoul(name, NULL, 10))
                                   : json_object_get(json, name);
    assert_non_null(json);
    snprintf(last, size, "%s", name);
    return json;
}

/* `value` NULL: it is deleted. */
static void change(json_t *json, const char *path, const char *value)
{
    char last[64];
    json_t *owner = find(json, path, last, sizeof last);
    json_t *new = value != NULL ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    size_t place = strtoul(last, NULL, 10);
    int r;
    if (json_is_array(owner))
        r = new != NULL ? json_array_set_new(owner, place, new) : json_array_remove(owner, place);
    else
        r = new != NULL ? json_object_set_new(owner, last, new) : json_object_del(owner, last);
    assert_int_equal(r, 0);
}

static void a_field_that_is_wrong_is_named(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"schema", "1", "schema: this file is of version 1"},
        {"schema", "3", "schema: this file is of version 3"},
        {"id", NULL, "id: expected a string, not nothing at all"},
        {"id", "null", "id: expected a string, not null"},
        {"command", NULL, "command: expected an array, not nothing at all"},
        {"command.0", "5", "command: expected strings"},
        {"seed", "-1", "seed: expected a whole number, not a negative number"},
        {"seed", "1.5", "seed: expected a whole number, not a number"},
        {"profile", "5", "profile: expected a string, not a whole number"},
        {"baseline", "[]", "baseline: expected a string, not an array"},
        {"baseline", "\"nobody\"", "baseline: \"nobody\" is not among the run's subjects"},
        {"manifest", NULL, "manifest: expected an object, not nothing at all"},
        {"manifest.cpus", "[]", "manifest.cpus: expected a string, a number or null"},
        {"manifest.sysctl.net.core", "{}", "manifest.sysctl.net: expected a string, a number"},
        {"calibration", "{}", "calibration.date: expected a string, not nothing at all"},
        {"calibration.cells.0.share", "2", "calibration.cells[0].share: expected at most 1"},
        {"subjects", "{}", "subjects: expected an array, not an object"},
        {"subjects.1", "7", "subjects[1]: expected an object"},
        {"subjects.1.name", NULL, "subjects[1].name: expected a string"},
        {"subjects.1.name", "\"select\"", "subjects: \"select\" is there twice"},
        {"subjects.1.tier", "\"other\"", "subjects[1].tier: expected readiness, completion or no"},
        {"subjects.1.available", "1", "subjects[1].available: expected true or false"},
        {"subjects.1.reason", NULL, "subjects[1].reason: expected a string"},
        {"subjects.1.asked", "[1]", "subjects[1].asked: expected a few strings"},
        {"cells", NULL, "cells: expected an array, not nothing at all"},
        {"cells", "{}", "cells: expected an array, not an object"},
        {"cells.0.workload", "\"sleep\"", "cells[0].workload: \"sleep\" is not a workload"},
        {"cells.0.mode", "\"sideways\"", "cells[0].mode: \"sideways\" is not a mode of accept"},
        {"cells.0.mode", "5", "cells[0].mode: expected a string, not a whole number"},
        {"cells.1.params", "null", "cells[1].params: expected an object, not null"},
        {"cells.1.params.conns", "{}", "cells[1].params.conns: expected a string, a number or"},
        {"cells.0.skipped", "true", "cells[0].skipped: expected a string"},
        {"cells.0.skipped_subjects.0.subject", "\"kqueue\"",
         "cells[0].skipped_subjects[0].subject: \"kqueue\" is not among the run's subjects"},
        {"cells.0.skipped_subjects.0.reason", NULL,
         "cells[0].skipped_subjects[0].reason: expected a string"},
        {"cells.1.headroom.proved", "\"no\"", "cells[1].headroom.proved: expected true or false"},
        {"cells.1.headroom.factor", "-1", "cells[1].headroom.factor: expected a number from 0"},
        {"cells.1.headroom.against", NULL, "cells[1].headroom.against: expected a string"},
        {"cells.1.headroom.why_not", NULL, "cells[1].headroom.why_not: expected a string"},
        {"placement", "5", "placement: expected an object, not a whole number"},
        {"placement.subject_cpu", "-2", "placement.subject_cpu: expected the number of a CPU"},
        {"placement.generator_cpu", "4294967296", "placement.generator_cpu: expected the number"},
        {"rounds", "-1", "rounds: expected a whole number, not a negative number"},
        {"ended", "5", "ended: expected a string, not a whole number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char problem[PROBLEM_BYTES], sentence[PROBLEM_BYTES];
        struct run run;
        json_t *json = new_json();
        if (strcmp(cases[i][0], "manifest.sysctl.net.core") == 0)
            json_object_set_new(json_object_get(json_object_get(json, "manifest"), "sysctl"), "net",
                                json_object());
        else
            change(json, cases[i][0], cases[i][1]);
        int r = load(&run, json, problem);
        snprintf(sentence, sizeof sentence, "r/run.json is not a run of pollbench: %s",
                 cases[i][2]);
        if (r != -EINVAL || strncmp(problem, sentence, strlen(sentence)) != 0)
            fail_msg("%d: \"%s\" instead of \"%s\"", r, problem, sentence);
        run_free(&run);
        json_decref(json);
    }
}

static void a_minimum_effect_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"-0.03", "0", "0.0009", "0.51", "1e300", "\"3%\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char problem[PROBLEM_BYTES];
        struct run run;
        json_t *json = new_json();
        change(json, "minimum_effect", bad[i]);
        assert_int_equal(load(&run, json, problem), -EINVAL);
        assert_says(problem, "minimum_effect: expected a");
        run_free(&run);
        json_decref(json);
    }
}

static void a_run_has_no_more_subjects_than_tables_take(void **state)
{
    (void)state;
    char problem[PROBLEM_BYTES], name[16];
    struct run run;
    json_t *json = new_json(), *list = json_object_get(json, "subjects");
    while (json_array_size(list) < TABLE_SUBJECTS_MAX) {
        json_t *copy = json_deep_copy(json_array_get(list, 0));
        snprintf(name, sizeof name, "s%zu", json_array_size(list));
        json_object_set_new(copy, "name", json_string(name));
        json_array_append_new(list, copy);
    }
    assert_int_equal(load(&run, json, problem), 0);
    run_free(&run);
    json_array_append(list, json_array_get(list, 0));
    assert_int_equal(load(&run, json, problem), -EINVAL);
    assert_says(problem, "subjects: a run has no more than 256");
    run_free(&run);
    json_decref(json);
}

/* ---- any field, in any way ---- */

static const char *const replacements[] = {
    NULL,
    "null",
    "true",
    "0",
    "-1",
    "0.5",
    "1e308",
    "-1e308",
    "4611686018427387904",
    "\"\"",
    "\"x\"",
    "\"\\u001b[31m\\u0085\"",
    "\"%s%n\"",
    "[]",
    "{}",
    "[[[]]]",
    "[null]",
    "{\"\":null}",
    "{\"name\":-1}",
};

/* What is accepted can be looked at as any run, and written again. */
static void use(const struct run *run)
{
    struct analysis analysis;
    assert_int_equal(analysis_open(&analysis, run, &(struct analysis_request){.resamples = 20}), 0);
    json_t *json = run_to_json(run, analysis.cells);
    assert_non_null(json);
    json_decref(json);
    analysis_close(&analysis);
}

struct damage {
    unsigned tried, refused;
};

static void try_all(const json_t *whole, const char *path, struct damage *damage)
{
    for (size_t i = 0; i < sizeof replacements / sizeof replacements[0]; i++) {
        char problem[PROBLEM_BYTES] = "", first[64];
        struct run run;
        json_t *json = json_deep_copy(whole);
        change(json, path, replacements[i]);
        int r = load(&run, json, problem);
        /* "a cell expected" will do for cells. */
        size_t length = strncmp(path, "cells", 5) == 0 ? 4 : strcspn(path, ".");
        snprintf(first, sizeof first, "%.*s", (int)length, path);
        if (r < 0 && (r != -EINVAL || strstr(problem, first) == NULL || strchr(problem, '\x1b')))
            fail_msg("%s = %s: %d, %s", path, replacements[i], r, problem);
        if (r == 0)
            use(&run);
        damage->tried++;
        damage->refused += r < 0;
        run_free(&run);
        json_decref(json);
    }
}

static void try_below(const json_t *whole, const json_t *value, const char *path,
                      struct damage *damage)
{
    const char *name;
    json_t *child;
    char below[128];
    size_t i;
    const char *dot = path[0] != '\0' ? "." : "";
    if (path[0] != '\0')
        try_all(whole, path, damage);
    json_object_foreach((json_t *)value, name, child)
    {
        if (strchr(name, '.') != NULL)
            continue;
        snprintf(below, sizeof below, "%s%s%s", path, dot, name);
        try_below(whole, child, below, damage);
    }
    json_array_foreach(value, i, child)
    {
        snprintf(below, sizeof below, "%s%s%zu", path, dot, i);
        try_below(whole, child, below, damage);
    }
}

static void every_field_can_be_damaged_in_every_way(void **state)
{
    (void)state;
    struct damage damage = {0};
    json_t *json = new_json();
    try_below(json, json, "", &damage);
    print_message("%u of %u refused\n", damage.refused, damage.tried);
    assert_true(damage.refused > damage.tried / 2 && damage.tried > 1000);
    json_decref(json);
}

/* ---- damage by chance ---- */

static void damage_text(struct random *random, char *bytes, size_t *length)
{
    static const char marks[] = "{}[]\",:\\0-9.eE;ntf\x80\xff\n";
    for (uint32_t times = 1 + random_below(random, 3); times > 0; times--) {
        size_t at = random_below(random, (uint32_t)*length), count;
        switch (random_below(random, 4)) {
        case 0:
            bytes[at] = (char)random_below(random, 256);
            break;
        case 1:
            bytes[at] = marks[random_below(random, sizeof marks)];
            break;
        case 2: /* a piece is lost */
            count = random_below(random, 40) + 1;
            count = count < *length - at ? count : *length - at;
            memmove(bytes + at, bytes + at + count, *length - at - count);
            *length -= *length > count ? count : 0;
            break;
        default: /* a piece is there instead of another */
            count = *length - at < 30 ? *length - at : 30;
            memmove(bytes + random_below(random, (uint32_t)(*length - count + 1)), bytes + at,
                    count);
        }
    }
}

static void any_damage_is_refused_with_a_sentence_or_does_no_harm(void **state)
{
    (void)state;
    enum { TIMES = 6000 };
    json_t *json = new_json();
    char problem[PROBLEM_BYTES], *text = json_dumps(json, 0), *copy = strdup(text);
    struct random random;
    unsigned refused = 0;
    random_seed(&random, 11);
    for (unsigned i = 0; i < TIMES; i++) {
        size_t length = strlen(text);
        struct run run;
        memcpy(copy, text, length);
        damage_text(&random, copy, &length);
        problem[0] = '\0';
        int r = load_text(&run, copy, length, problem);
        refused += r < 0;
        if (r < 0 && (r != -EINVAL || strstr(problem, "r/run.json") == NULL))
            fail_msg("%d: \"%s\": %.*s", r, problem, (int)length, copy);
        if (r == 0)
            use(&run);
        run_free(&run);
    }
    print_message("%u of %d were refused\n", refused, TIMES);
    assert_true(refused > TIMES / 2 && refused < TIMES);
    free(copy);
    free(text);
    json_decref(json);
}

static void a_value_that_never_ends_is_refused(void **state)
{
    (void)state;
    enum { BYTES = 3 << 20 };
    static const struct {
        char filler;
        const char *sentence;
    } cases[] = {
        {'x', "line 2, column 3145715: the line ends in a string; the file ends here"},
        {'[', "line 2, column 23: brackets more than 16 deep, which no line of pollbench has"},
        {'1', "line 2, column 7: a number that is too large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = malloc(BYTES), problem[PROBLEM_BYTES];
        struct run run;
        assert_non_null(text);
        memset(text, cases[i].filler, BYTES);
        const char *head = i == 0 ? "{\"schema\": 2,\n\"id\": \"" : "{\"schema\": 2,\n\"id\": ";
        memcpy(text, head, strlen(head));
        assert_int_equal(load_text(&run, text, BYTES, problem), -EINVAL);
        assert_says(problem, cases[i].sentence);
        run_free(&run);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_that_is_wrong_is_named),
        cmocka_unit_test(a_minimum_effect_that_makes_no_sense_is_refused),
        cmocka_unit_test(a_run_has_no_more_subjects_than_tables_take),
        cmocka_unit_test(every_field_can_be_damaged_in_every_way),
        cmocka_unit_test(any_damage_is_refused_with_a_sentence_or_does_no_harm),
        cmocka_unit_test(a_value_that_never_ends_is_refused),
    };
    return cmocka_run_group_tests_name("run_damage", tests, NULL, NULL);
}
