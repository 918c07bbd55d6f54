/* A cell's question in plain words. */
#include "harness/contract/cell.h"
#include "harness/contract/parameters.h"
#include "harness/workloads/workloads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Of a workload and mode, with a list of settings: "idle=1000 queue=20". */
static const char *question_of(const struct workload *workload, const char *mode, const char *list)
{
    static char text[64];
    char problem[PROBLEM_BYTES], copy[200];
    struct cell cell = {.workload = workload, .mode = workload_mode(workload, mode)};
    assert_non_null(cell.mode);
    assert_true(strlen(list) < sizeof copy);
    strcpy(copy, list);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        char *value = strchr(word, '=');
        assert_non_null(value);
        *value++ = '\0';
        for (const struct parameter *p = workload->parameters; p->name != NULL; p++) {
            if (strcmp(p->name, word) == 0 && name_in_list(p->modes, mode))
                assert_int_equal(parameter_read(p, value, &cell.params, problem), 0);
        }
    }
    cell_question(&cell, text, sizeof text);
    cell_free(&cell);
    return text;
}

static void it_says_what_the_mode_asks_about(void **state)
{
    (void)state;
    assert_string_equal(question_of(&accept_workload, "drain", "idle=1000 queue=100 budget=64"),
                        "accept, 1,000 idle");
    assert_string_equal(question_of(&accept_workload, "steady", "conns=64 idle=0"),
                        "accept, 64 at a time");
    assert_string_equal(question_of(&accept_workload, "rate", "rate=2500.5 bytes=64 idle=0"),
                        "answer, 2,500.5/s");
    assert_string_equal(question_of(&timer_workload, "accuracy", "interval_us=1000 slack=default"),
                        "timer lateness, 1 ms");
    assert_string_equal(question_of(&timer_workload, "scale", "timers=1000000 due=random"),
                        "1,000,000 timers");
    assert_string_equal(question_of(&pool_workload, "throughput", "threads=4"),
                        "pool of 4, empty jobs");
}

static void what_is_as_usual_is_left_out_and_what_is_not_is_said(void **state)
{
    (void)state;
    assert_string_equal(question_of(&accept_workload, "drain", "idle=0 queue=20"),
                        "accept, 0 idle, queue 20");
    assert_string_equal(question_of(&timer_workload, "accuracy", "interval_us=100 slack=1"),
                        "timer lateness, 100 us, slack 1");
    assert_string_equal(question_of(&accept_workload, "rate", "rate=2000 bytes=64 idle=7"),
                        "answer, 2,000/s, 7 idle");
    assert_string_equal(question_of(&accept_workload, "rate", "rate=2000 share=0.5"),
                        "answer, 2,000/s, 0.5 of capacity");
}

static void every_mode_of_every_workload_has_words(void **state)
{
    size_t count;
    const struct workload *const *all = workloads(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (const char *const *mode = all[i]->modes; *mode != NULL; mode++) {
            const struct question *question = all[i]->questions;
            while (question != NULL && question->mode != NULL && strcmp(question->mode, *mode) != 0)
                question++;
            if (question == NULL || question->mode == NULL)
                fail_msg("%s %s has no question", all[i]->name, *mode);
        }
    }
}

/* A name in braces that no parameter has would be left out without a word. */
static void every_name_in_the_words_is_a_parameter_of_the_mode(void **state)
{
    size_t count;
    const struct workload *const *all = workloads(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (const struct question *q = all[i]->questions; q->mode != NULL; q++) {
            for (const char *at = q->words; (at = strchr(at, '{')) != NULL; at++) {
                size_t length = strcspn(at + 1, "}");
                bool found = false;
                for (const struct parameter *p = all[i]->parameters; p->name != NULL; p++)
                    found |= strlen(p->name) == length && memcmp(p->name, at + 1, length) == 0 &&
                             name_in_list(p->modes, q->mode);
                if (!found)
                    fail_msg("%s %s has no parameter %.*s", all[i]->name, q->mode, (int)length,
                             at + 1);
            }
        }
    }
}

static void without_words_it_is_workload_and_mode(void **state)
{
    static const char *const modes[] = {"fast", NULL};
    const struct workload made = {.name = "made", .modes = modes};
    const struct cell cell = {.workload = &made, .mode = modes[0]};
    char text[64];
    (void)state;
    assert_string_equal(cell_question(&cell, text, sizeof text), "made fast");
}

static void it_is_cut_where_there_is_no_room(void **state)
{
    const struct value idle = {.kind = VALUE_INTEGER, .integer = 1000};
    struct cell cell = {.workload = &accept_workload, .mode = "drain"};
    char text[12];
    (void)state;
    assert_int_equal(named_values_add(&cell.params, "", "idle", &idle), 0);
    assert_string_equal(cell_question(&cell, text, sizeof text), "accept, 1,0");
    cell_free(&cell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_the_mode_asks_about),
        cmocka_unit_test(what_is_as_usual_is_left_out_and_what_is_not_is_said),
        cmocka_unit_test(every_mode_of_every_workload_has_words),
        cmocka_unit_test(every_name_in_the_words_is_a_parameter_of_the_mode),
        cmocka_unit_test(without_words_it_is_workload_and_mode),
        cmocka_unit_test(it_is_cut_where_there_is_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
