/* Cells along a parameter, who is ahead along it, and the groups of each cell. */
#include "harness/analysis/modes.h"
#include "harness/analysis/reasons.h"
#include "harness/analysis/sweeps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/analysis/made_analysis.h"

enum { EPOLL, POLL, IO_URING, FLOOR, SUBJECTS };
static const struct made_subject subjects[SUBJECTS] = {
    {"epoll", TIER_READINESS},
    {"poll", TIER_READINESS},
    {"io_uring", TIER_COMPLETION},
    {"floor:epoll", TIER_READINESS},
};

static int open_made(void **state)
{
    static struct made made;
    made_open(&made, subjects, SUBJECTS, 5);
    *state = &made;
    return 0;
}

static int close_made(void **state)
{
    made_close(*state);
    return 0;
}

/* poll against epoll, a word for each cell. */
static bool follow(struct made *made, const enum verdict_word *words, size_t count,
                   struct course *course, char *text, size_t size)
{
    struct sweep sweep;
    for (size_t i = 0; i < count; i++)
        made_word(made, i, POLL, EPOLL, words[i], words[i] == VERDICT_FASTER ? 0.9 : 1.1);
    sweep_find(&made->run, 0, "idle", &sweep);
    assert_int_equal(sweep.count, 5);
    bool followed = sweep_follow(&made->analysis, &sweep, POLL, EPOLL, course);
    text[0] = '\0';
    if (followed)
        course_print(&made->run, &sweep, course, text, size);
    return followed;
}

static void cells_that_differ_in_one_parameter_are_a_sweep_by_rising_value(void **state)
{
    struct made *made = *state;
    struct sweep sweep;
    static const size_t all[] = {0, 1, 2, 3, 4};
    struct value *idle = &made->run.cells[0].cell.params.list[1].value;
    idle->integer = 1000000;
    sweep_find(&made->run, 2, "idle", &sweep);
    assert_int_equal(sweep.count, 5);
    assert_int_equal(sweep.cells[0], 1);
    assert_int_equal(sweep.cells[4], 0);
    assert_true(sweep_number(&made->run, &sweep, 4) == 1e6);
    made->run.cells[3].cell.params.list[0].value.integer = 7;
    sweep_find(&made->run, 2, "idle", &sweep);
    assert_int_equal(sweep.count, 4);
    sweep_find(&made->run, 2, "queue", &sweep);
    assert_int_equal(sweep.count, 1);
    assert_string_equal(sweep_parameter(&made->run, all, 5), "idle");
    assert_null(sweep_parameter(&made->run, all, 1));
    assert_null(sweep_parameter(&made->run, all, 0));
}

static void an_order_that_turns_round_once_says_where(void **state)
{
    struct course course;
    char text[200];
    static const enum verdict_word words[] = {VERDICT_FASTER, VERDICT_FASTER, VERDICT_EQUIVALENT,
                                              VERDICT_SLOWER, VERDICT_SLOWER};
    assert_true(follow(*state, words, 5, &course, text, sizeof text));
    assert_string_equal(text, "FASTER up to 1, EQUIVALENT at 10, SLOWER from 100 up");
    assert_true(course.named && course.crosses && course.turns_once);
    assert_int_equal(course.from, VERDICT_FASTER);
    assert_int_equal(course.until, 1);
    assert_int_equal(course.since, 3);
}

static void an_order_that_turns_back_has_no_single_turn(void **state)
{
    struct course course;
    char text[200];
    static const enum verdict_word words[] = {VERDICT_FASTER, VERDICT_SLOWER, VERDICT_SLOWER,
                                              VERDICT_FASTER, VERDICT_INCONCLUSIVE};
    assert_true(follow(*state, words, 5, &course, text, sizeof text));
    assert_string_equal(text, "FASTER at 0, SLOWER from 1 to 10, FASTER at 100, undecided at 1000");
    assert_true(course.crosses);
    assert_false(course.turns_once);
}

static void one_word_everywhere_is_no_crossover(void **state)
{
    struct course course;
    char text[200];
    static const enum verdict_word words[] = {VERDICT_SLOWER, VERDICT_SLOWER, VERDICT_SLOWER,
                                              VERDICT_SLOWER, VERDICT_SLOWER};
    assert_true(follow(*state, words, 5, &course, text, sizeof text));
    assert_string_equal(text, "SLOWER everywhere");
    assert_true(course.named);
    assert_false(course.crosses || course.turns_once);
}

static void a_pair_that_some_cell_has_not_is_not_followed(void **state)
{
    struct course course;
    char text[200];
    static const enum verdict_word words[] = {VERDICT_SLOWER, VERDICT_SLOWER, VERDICT_SLOWER,
                                              VERDICT_SLOWER};
    assert_false(follow(*state, words, 4, &course, text, sizeof text));
}

/* ---- groups and modes ---- */

static void a_group_has_no_floor_and_nobody_who_is_slower_the_best_first(void **state)
{
    struct made *made = *state;
    static struct group group;
    made_word(made, 0, POLL, EPOLL, VERDICT_FASTER, 0.9);
    made_word(made, 0, FLOOR, EPOLL, VERDICT_FASTER, 0.5);
    made_word(made, 0, FLOOR, POLL, VERDICT_FASTER, 0.6);
    made_word(made, 0, IO_URING, EPOLL, VERDICT_SLOWER, 1.2);
    group_find(&made->analysis, 0, TIER_READINESS, &group);
    assert_int_equal(group.of, 2);
    assert_int_equal(group.count, 1);
    assert_int_equal(group.subjects[0], POLL);
    group_find(&made->analysis, 0, TIER_COMPLETION, &group);
    assert_int_equal(group.count, 1);
    assert_int_equal(group.subjects[0], IO_URING);
    made_word(made, 1, POLL, EPOLL, VERDICT_INCONCLUSIVE, 0.99);
    group_find(&made->analysis, 1, TIER_READINESS, &group);
    assert_int_equal(group.count, 2);
    assert_int_equal(group.subjects[0], POLL);
    assert_true(group.undecided);
    made_word(made, 2, POLL, EPOLL, VERDICT_INVALID, 0);
    group_find(&made->analysis, 2, TIER_READINESS, &group);
    assert_int_equal(group.of, 2);
    assert_int_equal(group.count, 1);
    assert_int_equal(group.subjects[0], EPOLL);
}

static void a_mode_has_its_cells_with_figures_and_its_subjects_tier_by_tier(void **state)
{
    struct made *made = *state;
    struct mode_list list;
    memset(made->analysis.cells[3].medians, 0,
           made->analysis.cells[3].metric_count * SUBJECTS * sizeof(struct median));
    made_word(made, 0, IO_URING, FLOOR, VERDICT_SLOWER, 1.2);
    made_word(made, 4, POLL, FLOOR, VERDICT_SLOWER, 1.2);
    assert_int_equal(mode_list_open(&list, &made->analysis), 0);
    assert_int_equal(list.count, 1);
    assert_ptr_equal(list.modes[0].metric, made->metric);
    static const size_t cells[] = {0, 1, 2, 4}, shown[] = {POLL, FLOOR, IO_URING};
    assert_int_equal(list.modes[0].cell_count, 4);
    assert_memory_equal(list.modes[0].cells, cells, sizeof cells);
    assert_int_equal(list.modes[0].subject_count, 3);
    assert_memory_equal(list.modes[0].subjects, shown, sizeof shown);
    mode_list_free(&list);
}

static void a_mode_without_pairs_has_the_subjects_with_figures(void **state)
{
    struct made *made = *state;
    struct mode_list list;
    assert_int_equal(mode_list_open(&list, &made->analysis), 0);
    assert_int_equal(list.modes[0].subject_count, SUBJECTS);
    assert_int_equal(list.modes[0].subjects[SUBJECTS - 1], IO_URING);
    mode_list_free(&list);
}

/* ---- reasons ---- */

static const struct reason *find(const struct reason_list *list, enum reason_kind kind,
                                 const char *who)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->list[i].kind == kind && strcmp(list->list[i].who, who) == 0)
            return &list->list[i];
    }
    return NULL;
}

static void each_reason_is_there_once_and_counted(void **state)
{
    struct made *made = *state;
    struct reason_list list = {.count = 0};
    static const size_t cells[] = {0, 1, 2, 3, 4};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(run_cell_skip_subject(&made->run.cells[i], FLOOR, "it failed"), 0);
        made_word(made, i, POLL, EPOLL, VERDICT_INVALID, 0);
        made_word(made, i, IO_URING, EPOLL, VERDICT_INCONCLUSIVE, 1);
        made_word(made, i, IO_URING, POLL, VERDICT_INCONCLUSIVE, 1);
        made_trial(made, i, POLL, 0, "it was killed", 0);
        made_trial(made, i, POLL, 1, NULL, 0);
    }
    made->run.subjects[IO_URING].available = false;
    assert_int_equal(text_set(&made->run.subjects[IO_URING].reason, "the kernel has none"), 0);
    assert_int_equal(text_set(&made->run.cells[4].skipped, "somaxconn is 5"), 0);
    assert_int_equal(reasons_add_run(&list, &made->run), 0);
    assert_int_equal(reasons_add_cells(&list, &made->analysis, cells, 5), 0);
    assert_int_equal(list.cells, 5);
    assert_int_equal(list.trials, 6);
    assert_int_equal(find(&list, REASON_SKIPPED, "io_uring")->times, 1);
    assert_int_equal(find(&list, REASON_SKIPPED, "floor:epoll")->times, 3);
    assert_int_equal(find(&list, REASON_INVALID, "poll against epoll")->times, 3);
    assert_int_equal(find(&list, REASON_INCONCLUSIVE, "")->times, 6);
    assert_int_equal(find(&list, REASON_TRIALS, "")->times, 3);
    const struct reason *cell = find(&list, REASON_SKIPPED, "accept drain queue=100 idle=1000");
    assert_non_null(cell);
    assert_true(cell->is_cell);
    assert_int_equal(list.count, 6);
    reasons_free(&list);
}

static void a_cell_is_disturbed_when_more_than_one_in_five_of_its_trials_are(void **state)
{
    struct made *made = *state;
    static const size_t cells[] = {0, 1};
    for (unsigned i = 0; i < 10; i++) {
        made_trial(made, 0, EPOLL, i, NULL, i < 2 ? 11 : 10);
        made_trial(made, 1, EPOLL, i, NULL, i < 3 ? 11 : 10);
        made_trial(made, 1, POLL, i, i < 5 ? "it was killed" : NULL, i < 5 ? 11 : 0);
    }
    struct disturbance none = disturbance_find(&made->run, cells, 1);
    assert_int_equal(none.cells, 0);
    made_trial(made, 1, EPOLL, 10, NULL, 11);
    struct disturbance found = disturbance_find(&made->run, cells, 2);
    assert_int_equal(found.cells, 1);
    assert_int_equal(found.trials, 4);
    assert_int_equal(found.of_trials, 16);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_made, close_made)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cells_that_differ_in_one_parameter_are_a_sweep_by_rising_value),
        TEST(an_order_that_turns_round_once_says_where),
        TEST(an_order_that_turns_back_has_no_single_turn),
        TEST(one_word_everywhere_is_no_crossover),
        TEST(a_pair_that_some_cell_has_not_is_not_followed),
        TEST(a_group_has_no_floor_and_nobody_who_is_slower_the_best_first),
        TEST(a_mode_has_its_cells_with_figures_and_its_subjects_tier_by_tier),
        TEST(a_mode_without_pairs_has_the_subjects_with_figures),
        TEST(each_reason_is_there_once_and_counted),
        TEST(a_cell_is_disturbed_when_more_than_one_in_five_of_its_trials_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
