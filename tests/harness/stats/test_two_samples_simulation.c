/* Two runs whose truth is known: how often verdicts between them are false, and found. Rounds of a
 * run share the state of the machine, which wanders, and a run has an offset. The same numbers on
 * every run; harness/stats/two_samples.h quotes them. */
#include "harness/stats/two_samples.h"
#include "harness/stats/verdict.h"
#include "tests/harness/stats/synthetic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { MOST = 2000, PAIRS = 500 };

struct machine {
    size_t rounds;
    double correlation;          /* of the state in neighbouring rounds */
    double state, offset, trial; /* deviations of logarithms */
};

static double normal(struct random *random)
{
    return synthetic_draw(random, SYNTHETIC_NORMAL);
}

/* A subject of that cost and a control, in the same rounds. */
static void run(struct random *random, const struct machine *machine, double cost, double *subject,
                double *control)
{
    double rho = machine->correlation, offset = machine->offset * normal(random);
    double state = machine->state * normal(random);
    for (size_t i = 0; i < machine->rounds; i++) {
        subject[i] = 3000 * cost * exp(offset + state + machine->trial * normal(random));
        control[i] = 2900 * exp(offset + state + machine->trial * normal(random));
        state = rho * state + sqrt(1 - rho * rho) * machine->state * normal(random);
    }
}

static struct verdict judge(const double *subject, const double *baseline, size_t n,
                            double allowance)
{
    struct effect effect;
    struct verdict verdict;
    assert_int_equal(
        two_samples_compare(subject, n, baseline, n, allowance, VERDICT_CONFIDENCE, &effect), 0);
    struct verdict_samples samples = {n, n, allowance, false};
    struct verdict_question question = {
        .effect = &effect,
        .samples = &samples,
        .p_adjusted = effect.p,
        .pairs = 1,
        .minimum_effect = VERDICT_MINIMUM_EFFECT,
        .lower_is_better = true,
    };
    assert_int_equal(verdict_decide(&question, &verdict), 0);
    return verdict;
}

static bool is_named(const double *subject, const double *baseline, size_t n, double allowance)
{
    enum verdict_word word = judge(subject, baseline, n, allowance).word;
    return word == VERDICT_SLOWER || word == VERDICT_FASTER;
}

enum { AS_THEY_ARE, ALLOWED, CONTROLLED, METHODS };

/* How many of PAIRS pairs of runs, the second of which costs `ratio`, are named by each method. */
static void count_named(const struct machine *machine, double ratio, unsigned *named)
{
    double base[MOST], base_control[MOST], new[MOST], new_control[MOST];
    struct random random;
    random_seed(&random, 4);
    for (unsigned i = 0; i < PAIRS; i++) {
        size_t n = machine->rounds;
        run(&random, machine, 1, base, base_control);
        run(&random, machine, ratio, new, new_control);
        named[AS_THEY_ARE] += is_named(new, base, n, 0);
        named[ALLOWED] += is_named(new, base, n, TWO_SAMPLES_ALLOWANCE);
        for (size_t k = 0; k < n; k++) {
            base[k] /= base_control[k];
            new[k] /= new_control[k];
        }
        named[CONTROLLED] += is_named(new, base, n, TWO_SAMPLES_CONTROL_ALLOWANCE);
    }
    print_message("rounds %3zu, rho %.2f, offset %.3f, ratio %.2f: %.3f as they are, %.3f allowed, "
                  "%.3f controlled\n",
                  machine->rounds, machine->correlation, machine->offset, ratio,
                  named[AS_THEY_ARE] / (double)PAIRS, named[ALLOWED] / (double)PAIRS,
                  named[CONTROLLED] / (double)PAIRS);
}

static void a_machine_that_wanders_gives_few_false_verdicts(void **state)
{
    (void)state;
    static const struct machine machines[] = {
        {30, 0, 0.1, 0.03, 0.12},    {30, 0.9, 0.1, 0.03, 0.12},  {30, 0.98, 0.1, 0.03, 0.12},
        {30, 0.98, 0.1, 0.13, 0.12}, {200, 0.9, 0.1, 0.03, 0.12}, {200, 0.98, 0.1, 0.13, 0.12},
    };
    for (size_t i = 0; i < COUNT(machines); i++) {
        unsigned named[METHODS] = {0};
        count_named(&machines[i], 1, named);
        assert_in_range(named[ALLOWED], 0, PAIRS / 100);
        assert_in_range(named[CONTROLLED], 0, PAIRS / 100);
        if (machines[i].correlation > 0.5) /* what it is for */
            assert_in_range(named[AS_THEY_ARE], PAIRS / 5, PAIRS);
    }
}

static void what_is_large_enough_is_found(void **state)
{
    (void)state;
    static const struct machine machine = {50, 0.9, 0.1, 0.03, 0.12};
    unsigned by_a_fifth[METHODS] = {0}, threefold[METHODS] = {0};
    count_named(&machine, 1.2, by_a_fifth);
    assert_in_range(by_a_fifth[CONTROLLED], PAIRS * 95 / 100, PAIRS);
    count_named(&machine, 3, threefold);
    assert_in_range(threefold[ALLOWED], PAIRS * 99 / 100, PAIRS);
}

/* Of 20 rounds that were not enough: how often the rounds foretold are. */
static void the_rounds_foretold_bring_a_word_as_often_as_promised(void **state)
{
    (void)state;
    static double base[MOST], new[MOST], control[MOST];
    static const struct machine machine = {MOST, 0, 0, 0, 0.12};
    unsigned asked = 0, half = 0, likely = 0;
    struct random random;
    random_seed(&random, 6);
    for (unsigned i = 0; i < 200; i++) {
        run(&random, &machine, 1, base, control);
        run(&random, &machine, 1.12, new, control);
        struct verdict verdict = judge(new, base, 20, 0.05);
        if (verdict.word != VERDICT_INCONCLUSIVE || verdict.rounds_likely > MOST)
            continue;
        asked++;
        half += judge(new, base, verdict.rounds, 0.05).word != VERDICT_INCONCLUSIVE;
        likely += judge(new, base, verdict.rounds_likely, 0.05).word != VERDICT_INCONCLUSIVE;
    }
    print_message("of %u, with the rounds for half: %u, with the likely rounds: %u\n", asked, half,
                  likely);
    assert_in_range(asked, 60, 200);
    assert_in_range(100 * half / asked, 40, 65);
    assert_in_range(100 * likely / asked, 70, 92);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_that_wanders_gives_few_false_verdicts),
        cmocka_unit_test(what_is_large_enough_is_found),
        cmocka_unit_test(the_rounds_foretold_bring_a_word_as_often_as_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
