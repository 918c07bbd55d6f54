/* The looks of a run: the run that is measured finds what its report finds. */
#include "harness/stats/max_t.h"
#include "tests/harness/analysis/looked_run.h"
#include "tests/harness/stats/synthetic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_same(const struct look_result *one, const struct look_result *other)
{
    assert_int_equal(one->n, other->n);
    if (one->n == 0)
        return;
    assert_true(one->estimate == other->estimate && one->low == other->low);
    assert_true(one->high == other->high && one->deviation == other->deviation);
    assert_true(one->p == other->p && one->p_adjusted == other->p_adjusted);
    assert_int_equal(one->bounded, other->bounded);
    assert_int_equal(one->tested, other->tested);
    assert_int_equal(one->named, other->named);
}

static void assert_looks_are_same(const struct looks *one, const struct looks *other)
{
    assert_int_equal(looks_tests(one), looks_tests(other));
    for (size_t c = 0; c < CELLS; c++) {
        assert_int_equal(looks_twin_of(one, c), looks_twin_of(other, c));
        for (size_t s = 0; s <= SUBJECTS; s++) {
            for (size_t b = 0; b < (s == TWIN ? 1 : SUBJECTS); b++) {
                struct look_result left = result_of(one, c, s, b),
                                   right = result_of(other, c, s, b);
                assert_same(&left, &right);
            }
        }
    }
}

/* ---- one random run ---- */

struct player {
    struct random random;
    double effects[CELLS][SUBJECTS];
    /* Trials per hundred that are invalid, are not there at all, and have the generator as bound;
     * and how many attempts a subject needs until one is valid, in rounds. */
    unsigned invalid[CELLS][SUBJECTS], missing[CELLS][SUBJECTS], bound[CELLS][SUBJECTS];
    size_t begins[CELLS][SUBJECTS];
    bool gone[CELLS][PLACES];
    size_t twin_of[CELLS];
};

static unsigned one_of(struct random *random, unsigned first, unsigned second, unsigned third)
{
    const unsigned values[] = {first, second, third};
    return values[random_below(random, 3)];
}

static void draw_plan(struct player *self)
{
    for (size_t c = 0; c < CELLS; c++) {
        for (size_t s = 0; s < SUBJECTS; s++) {
            self->effects[c][s] = 0.2 * random_below(&self->random, 3);
            self->invalid[c][s] = one_of(&self->random, 0, 0, 50);
            self->missing[c][s] = one_of(&self->random, 0, 0, 30);
            self->bound[c][s] = one_of(&self->random, 0, 0, 6);
            self->begins[c][s] = random_below(&self->random, 6) == 0 ? 14 : 0;
        }
        self->twin_of[c] = c % 2 == 0 ? 2 : SUBJECT_NONE;
    }
}

static bool happens(struct player *self, unsigned per_hundred)
{
    return random_below(&self->random, 100) < per_hundred;
}

static void play_trial(struct player *self, struct run *run, size_t cell, size_t subject, bool twin)
{
    size_t round = run->rounds;
    struct trial_table *table = twin ? &run->cells[cell].twins : &run->cells[cell].trials;
    double value = exp(7 + self->effects[cell][subject] + 0.1 * synthetic_draw(&self->random, 0));
    bool invalid = happens(self, self->invalid[cell][subject]);
    bool bound = happens(self, self->bound[cell][subject]);
    if (self->gone[cell][twin ? TWIN : subject] || happens(self, self->missing[cell][subject]))
        return;
    /* An attempt that failed goes first. */
    if (invalid || round < self->begins[cell][subject])
        looked_add(table, subject, round, NAN, false);
    if (!(invalid && random_below(&self->random, 2)) && round >= self->begins[cell][subject])
        looked_add(table, subject, round, value, bound);
}

static void play_round(struct player *self, struct run *run)
{
    for (size_t c = 0; c < CELLS; c++) {
        for (size_t s = 0; s < SUBJECTS; s++)
            play_trial(self, run, c, s, false);
        if (self->twin_of[c] != SUBJECT_NONE)
            play_trial(self, run, c, self->twin_of[c], true);
    }
    run->rounds++;
}

/* What is decided against the first subject leaves, and keeps what was found. */
static size_t leave(struct player *self, const struct looks *looks,
                    struct look_result (*kept)[SUBJECTS])
{
    size_t left = 0;
    for (size_t c = 0; c < CELLS; c++) {
        for (size_t s = 2; s < SUBJECTS; s++) {
            int decided = looks_is_decided(looks, c, s, 0, 0.03);
            assert_true(decided == 0 || decided == 1);
            if (self->gone[c][s]) {
                struct look_result now = result_of(looks, c, s, 0);
                assert_same(&kept[c][s], &now);
            } else if (decided) {
                kept[c][s] = result_of(looks, c, s, 0);
                self->gone[c][s] = true;
                self->gone[c][TWIN] |= s == self->twin_of[c];
                left++;
            }
        }
    }
    return left;
}

static size_t play(uint64_t seed, size_t rounds)
{
    struct run run;
    static struct player player;
    static struct look_result kept[CELLS][SUBJECTS];
    size_t left = 0, looked_count = 0;
    player = (struct player){0};
    random_seed(&player.random, seed);
    looked_start(&run);
    draw_plan(&player);
    struct looks *live = open_looks(&run);
    for (size_t round = 1; round <= rounds; round++) {
        bool looked = false;
        play_round(&player, &run);
        assert_int_equal(looks_advance(live, round == rounds ? LOOKS_END : LOOKS_DUE, &looked), 0);
        looked_count += looked;
        if (looked)
            left += leave(&player, live, kept);
        /* The report of a run that ends here. */
        if (round != rounds && round != max_t_next_look(round - 1))
            continue;
        if (round % 5 == 0 || round == rounds) {
            struct looks *replay = open_looks(&run);
            assert_int_equal(
                looks_advance(replay, round == rounds ? LOOKS_END : LOOKS_NOW, &looked), 0);
            assert_looks_are_same(live, replay);
            looks_close(replay);
        }
    }
    assert_true(looked_count > 0);
    looks_close(live);
    run_free(&run);
    return left;
}

static void a_run_finds_round_by_round_what_its_report_finds_in_the_end(void **state)
{
    (void)state;
    size_t left = 0;
    for (uint64_t seed = 1; seed <= 12; seed++)
        left += play(seed, seed % 3 == 0 ? 70 : 25 + seed);
    print_message("%zu subjects left\n", left);
    assert_true(left > 30);
}

static void a_run_of_fewer_rounds_than_a_look_takes_has_its_last_look(void **state)
{
    (void)state;
    for (size_t rounds = 1; rounds <= 9; rounds++)
        play(100 + rounds, rounds);
}

/* ---- single questions ---- */

/* Around a level each, by up to 2 %. */
static void add_round(struct run *run, double second, double third)
{
    size_t round = run->rounds;
    const double wave = 1 + 0.001 * (double)(round * 7 % 20);
    looked_add(&run->cells[0].trials, 0, round, 1000, false);
    looked_add(&run->cells[0].trials, 2, round, second * wave, false);
    if (third > 0)
        looked_add(&run->cells[0].trials, 3, round, third * wave, false);
    run->rounds++;
}

static void a_look_is_after_twelve_rounds_and_then_after_each_third_until_24(void **state)
{
    (void)state;
    struct run run;
    looked_start(&run);
    struct looks *looks = open_looks(&run);
    for (size_t round = 1; round <= 40; round++) {
        bool looked;
        add_round(&run, 1100, 1200);
        assert_int_equal(looks_advance(looks, LOOKS_DUE, &looked), 0);
        assert_int_equal(looked, max_t_next_look(round - 1) == round);
        assert_int_equal(looks_advance(looks, LOOKS_DUE, &looked), 0);
        assert_false(looked);
        assert_int_equal(looks_tests(looks), round < 12 ? 0 : 3);
        assert_int_equal(result_of(looks, 0, 2, 0).named, round >= 12);
    }
    looks_close(looks);
    run_free(&run);
}

static void the_exchange_of_subject_and_baseline_says_the_opposite(void **state)
{
    (void)state;
    struct run run;
    bool looked;
    looked_start(&run);
    for (size_t round = 0; round < 12; round++)
        add_round(&run, 1100, 1200);
    struct looks *looks = open_looks(&run);
    assert_int_equal(looks_advance(looks, LOOKS_END, &looked), 0);
    struct look_result one = result_of(looks, 0, 3, 2), other = result_of(looks, 0, 2, 3);
    assert_true(one.estimate > 0 && one.estimate == -other.estimate);
    assert_true(one.low == -other.high && one.high == -other.low && one.p == other.p);
    assert_int_equal(result_of(looks, 0, 2, 2).n, 0);
    assert_int_equal(result_of(looks, 0, 1, 0).n, 0); /* of no tier */
    assert_int_equal(result_of(looks, 1, 2, 0).n, 0); /* a cell without trials */
    looks_close(looks);
    run_free(&run);
}

static void a_pair_with_a_bound_subject_is_not_tested_and_holds_nothing_up(void **state)
{
    (void)state;
    struct run run;
    bool looked;
    looked_start(&run);
    for (size_t round = 0; round < 12; round++) {
        looked_add(&run.cells[0].trials, 0, round, 1000 + (double)(round * 5 % 7), false);
        looked_add(&run.cells[0].trials, 2, round, 2000 + (double)round, true);
        looked_add(&run.cells[0].trials, 3, round, 3000 + (double)round, false);
        run.rounds++;
    }
    struct looks *looks = open_looks(&run);
    assert_int_equal(looks_advance(looks, LOOKS_END, &looked), 0);
    assert_int_equal(looks_tests(looks), 1);
    struct look_result bound = result_of(looks, 0, 2, 0), free = result_of(looks, 0, 3, 0);
    assert_false(bound.tested || bound.named);
    assert_int_equal(bound.n, 12);
    assert_true(bound.p == 1 && bound.low < bound.estimate && bound.estimate < bound.high);
    assert_true(free.tested && free.named);
    assert_int_equal(looks_is_decided(looks, 0, 2, 0, 0.03), 1);
    looks_close(looks);
    run_free(&run);
}

static void the_twin_is_a_pair_of_its_own_and_no_subject(void **state)
{
    (void)state;
    for (int with_twin = 0; with_twin <= 1; with_twin++) {
        struct run run;
        bool looked;
        looked_start(&run);
        for (size_t round = 0; round < 12; round++) {
            if (with_twin)
                looked_add(&run.cells[0].twins, 2, round, 1500 + (double)(round * 5 % 7), false);
            add_round(&run, 1100, 1200);
        }
        struct looks *looks = open_looks(&run);
        assert_int_equal(looks_advance(looks, LOOKS_END, &looked), 0);
        assert_int_equal(looks_tests(looks), 3 + with_twin);
        assert_int_equal(looks_twin_of(looks, 0), with_twin ? 2 : SUBJECT_NONE);
        struct look_result twin = result_of(looks, 0, TWIN, 0);
        assert_int_equal(twin.n, with_twin ? 12 : 0);
        if (with_twin)
            assert_true(twin.named && twin.estimate > 0.2);
        looks_close(looks);
        run_free(&run);
    }
}

static void a_subject_that_fails_at_first_is_compared_once_it_does_not(void **state)
{
    (void)state;
    struct run run;
    bool looked;
    looked_start(&run);
    struct looks *looks = open_looks(&run);
    for (size_t round = 0; round < 40; round++) {
        if (round < 12)
            looked_add(&run.cells[0].trials, 3, round, NAN, false);
        add_round(&run, 1100, round < 12 ? 0 : 1300);
        assert_int_equal(looks_advance(looks, LOOKS_DUE, &looked), 0);
    }
    assert_int_equal(looks_advance(looks, LOOKS_END, &looked), 0);
    struct look_result late = result_of(looks, 0, 3, 0);
    assert_int_equal(late.n, 28);
    assert_true(late.tested && late.named);
    looks_close(looks);
    run_free(&run);
}

static void rounds_that_differ_in_nothing_hold_nothing_up(void **state)
{
    (void)state;
    struct run run;
    bool looked;
    looked_start(&run);
    for (size_t round = 0; round < 12; round++) {
        looked_add(&run.cells[0].trials, 0, round, 1000, false);
        looked_add(&run.cells[0].trials, 2, round, 1000, false);
        run.rounds++;
    }
    struct looks *looks = open_looks(&run);
    assert_int_equal(looks_is_decided(looks, 0, 2, 0, 0.03), 0);
    assert_int_equal(looks_advance(looks, LOOKS_END, &looked), 0);
    struct look_result result = result_of(looks, 0, 2, 0);
    assert_true(result.n == 12 && result.estimate == 0 && !result.bounded && !result.tested);
    assert_int_equal(looks_is_decided(looks, 0, 2, 0, 0.03), 1);
    looks_close(looks);
    run_free(&run);
}

static void a_run_without_rounds_or_subjects_has_no_results(void **state)
{
    (void)state;
    struct run run = {.minimum_effect = 0.03};
    bool looked;
    struct looks *looks = open_looks(&run);
    assert_int_equal(looks_advance(looks, LOOKS_END, &looked), 0);
    assert_false(looked);
    looks_close(looks);
    looked_start(&run);
    run.rounds = 20; /* without a trial */
    looks = open_looks(&run);
    assert_int_equal(looks_advance(looks, LOOKS_END, &looked), 0);
    assert_int_equal(looks_tests(looks), 0);
    assert_int_equal(result_of(looks, 0, 2, 0).n, 0);
    looks_close(looks);
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_finds_round_by_round_what_its_report_finds_in_the_end),
        cmocka_unit_test(a_run_of_fewer_rounds_than_a_look_takes_has_its_last_look),
        cmocka_unit_test(a_look_is_after_twelve_rounds_and_then_after_each_third_until_24),
        cmocka_unit_test(the_exchange_of_subject_and_baseline_says_the_opposite),
        cmocka_unit_test(a_pair_with_a_bound_subject_is_not_tested_and_holds_nothing_up),
        cmocka_unit_test(the_twin_is_a_pair_of_its_own_and_no_subject),
        cmocka_unit_test(a_subject_that_fails_at_first_is_compared_once_it_does_not),
        cmocka_unit_test(rounds_that_differ_in_nothing_hold_nothing_up),
        cmocka_unit_test(a_run_without_rounds_or_subjects_has_no_results),
    };
    return cmocka_run_group_tests_name("looks", tests, NULL, NULL);
}
