#include "harness/stats/verdict.h"

#include "harness/stats/normal.h"

#include <errno.h>
#include <math.h>

/* In logarithms of the ratio, the sign as in the ratio. */
struct evidence {
    double rounds; /* of two samples: values in each, were they of one size */
    double estimate, low, high;
    double margin;     /* the minimum effect */
    double confidence; /* of the interval */
    double level;      /* what p has to be under, unadjusted: for the first pair of Holm's */
    double confidence_z, level_z; /* their two-sided quantiles of the normal distribution */
    bool two_samples;
    double allowance; /* in the interval and in p, whatever the rounds */
};

static double freedom_of(const struct evidence *evidence, double rounds)
{
    return evidence->two_samples ? 2 * (rounds - 1) : rounds - 1;
}

/* Half the width of the interval, in standard errors: Student's quantile, which is what simulations
 * of few normal values come to (n = 10: 3.1, Student's 3.3, normal 2.6). Abramowitz and Stegun,
 * "Handbook of Mathematical Functions", 26.7.5. */
static double half_width(const struct evidence *evidence, double rounds)
{
    double z = evidence->confidence_z, cube = z * z * z;
    double freedom = freedom_of(evidence, rounds);
    return z + (cube + z) / (4 * freedom) +
           (5 * cube * z * z + 16 * cube + 3 * z) / (96 * freedom * freedom);
}

/* Of the estimate, at so many rounds: from the width of the interval at hand, and shrinking with
 * the square root of the rounds. */
static double standard_error(const struct evidence *evidence, double rounds)
{
    double half = (evidence->high - evidence->low) / 2 - evidence->allowance;
    double now = fmax(0, half) / half_width(evidence, evidence->rounds);
    return now * sqrt(evidence->rounds / rounds);
}

/* The smallest estimate, in standard errors, that the signed-rank test finds significant. Of normal
 * values with mean d and variance 1, the share of positive Walsh averages is normal_below(sqrt(2)
 * d), and z is that share's distance from 1/2 times sqrt(3 n). The share ends at 1, which is why a
 * very small p takes many rounds whatever the effect: INFINITY then. The standard error of the
 * Hodges-Lehmann estimate of such values is sqrt(pi / 3 / n).
 *
 * Of the rank-sum test, n values in each sample, the share is that of differences above zero,
 * normal_below(d / sqrt(2)), and z its distance from 1/2 times sqrt(12 n^2 / (2 n + 1)); the
 * standard error is sqrt(pi / 3 * 2 / n). */
static double significant_estimate(const struct evidence *evidence, double rounds)
{
    double z = evidence->level_z, error = sqrt(3.141592653589793 / 3 / rounds);
    if (evidence->two_samples) {
        double share = 0.5 + z * sqrt((2 * rounds + 1) / 12) / rounds;
        return share >= 1 ? INFINITY : normal_quantile(share) * sqrt(2) / (error * sqrt(2));
    }
    double share = 0.5 + z / sqrt(3 * rounds);
    return share >= 1 ? INFINITY : normal_quantile(share) / sqrt(2) / error;
}

/* Student's distribution, from the normal one: Abramowitz and Stegun, 26.7.8. */
static double student_below(double t, double freedom)
{
    if (isinf(t))
        return t > 0;
    return normal_below(t * (1 - 1 / (4 * freedom)) / sqrt(1 + t * t / (2 * freedom)));
}

struct forecast {
    double mean, deviation;
    double freedom; /* the deviation is itself an estimate */
};

static double chance_within(const struct forecast *forecast, double low, double high)
{
    if (!(low < high))
        return 0;
    if (forecast->deviation == 0)
        return low < forecast->mean && forecast->mean < high;
    return student_below((high - forecast->mean) / forecast->deviation, forecast->freedom) -
           student_below((low - forecast->mean) / forecast->deviation, forecast->freedom);
}

/* The predictive chance of a word at so many rounds in all (Spiegelhalter, Freedman and Blackburn,
 * "Monitoring Clinical Trials: Conditional or Predictive Power?", Controlled Clinical Trials 7,
 * 1986; flat prior): the estimate will move, from where it is now, by the square root of what its
 * variance loses until then. */
static double chance_of_a_word(const struct evidence *evidence, double rounds)
{
    double error_now = standard_error(evidence, evidence->rounds);
    double error = standard_error(evidence, rounds);
    struct forecast forecast = {
        .mean = evidence->estimate,
        .deviation = sqrt(fmax(0, error_now * error_now - error * error)),
        .freedom = freedom_of(evidence, evidence->rounds),
    };

    double multiple = significant_estimate(evidence, rounds);
    double apart = INFINITY;
    if (!isinf(multiple))
        apart = fmax(evidence->margin, evidence->allowance + error * multiple);
    double inside = evidence->margin - evidence->allowance - error * half_width(evidence, rounds);

    return chance_within(&forecast, apart, INFINITY) + chance_within(&forecast, -INFINITY, -apart) +
           chance_within(&forecast, -inside, inside);
}

/* The first number of rounds that will do, to within 5 %: in steps first, because the chance may
 * fall again between being able to tell a large effect and being able to exclude it. */
static uint64_t rounds_for(const struct evidence *evidence, double chance)
{
    double too_few = evidence->rounds, enough = evidence->rounds;
    do {
        too_few = enough;
        enough = fmax(enough * 1.25, enough + 1);
        if (enough >= (double)VERDICT_ROUNDS_MAXIMUM)
            return VERDICT_ROUNDS_MAXIMUM;
    } while (chance_of_a_word(evidence, enough) < chance);
    while (enough - too_few > fmax(1, enough * 0.05)) {
        double middle = (too_few + enough) / 2;
        if (chance_of_a_word(evidence, middle) < chance)
            too_few = middle;
        else
            enough = middle;
    }
    return (uint64_t)ceil(enough);
}

static const char *find_nonsense_of_samples(const struct verdict_samples *samples)
{
    if (samples == NULL)
        return NULL;
    if (samples->subject_n < 1 || samples->baseline_n < 1)
        return "a sample is empty";
    if (!(isfinite(samples->allowance) && samples->allowance >= 0))
        return "the allowance is not a number of 0 or more";
    return NULL;
}

static bool is_of_runs(const struct verdict_question *question)
{
    return question->samples != NULL && question->samples->of_runs;
}

/* NULL when the question makes sense. */
static const char *find_nonsense(const struct verdict_question *question)
{
    const struct effect *effect = question->effect;
    double margin = question->minimum_effect;
    if (!(isfinite(margin) && margin >= 0))
        return "the minimum effect is not a number of 0 or more";
    if (question->why_invalid != NULL || effect == NULL || effect->n < 1)
        return NULL; /* nothing else is looked at */
    if (!(effect->low > 0 && effect->low <= effect->ratio && effect->ratio <= effect->high &&
          isfinite(effect->high)))
        return "the ratio and its interval are not finite numbers above 0, in order";
    if (!(effect->p >= 0 && effect->p <= question->p_adjusted && question->p_adjusted <= 1))
        return "the p values are not within 0 to 1, or the adjusted one is the smaller";
    if (question->pairs < 1)
        return "the p value was adjusted for no pair at all";
    if ((effect->n >= VERDICT_ROUNDS || is_of_runs(question)) &&
        !(effect->confidence >= VERDICT_CONFIDENCE - 1e-6 && effect->confidence < 1))
        return "the interval is of too little confidence";
    return find_nonsense_of_samples(question->samples);
}

/* Of two samples of different sizes, the size that gives the same standard error in each. */
static double rounds_at_hand(const struct verdict_question *question)
{
    const struct verdict_samples *samples = question->samples;
    if (samples == NULL)
        return (double)question->effect->n;
    return 2 / (1 / (double)samples->subject_n + 1 / (double)samples->baseline_n);
}

static const char *why_inconclusive(const struct evidence *evidence)
{
    if (evidence->allowance > 0 && fabs(evidence->estimate) <= evidence->allowance &&
        evidence->allowance >= evidence->margin)
        return "two runs of the same program may differ as much";
    if (evidence->low <= 0 && evidence->high >= 0)
        return "the interval holds 1 and reaches beyond the minimum effect";
    if (fabs(evidence->estimate) < evidence->margin)
        return "the two differ, but the interval does not tell whether by the minimum effect";
    return "the difference is not significant among so many pairs";
}

static void decide(const struct verdict_question *question, struct verdict *verdict)
{
    const struct effect *effect = question->effect;
    struct evidence evidence = {
        .rounds = rounds_at_hand(question),
        .estimate = log(effect->ratio),
        .low = log(effect->low),
        .high = log(effect->high),
        .margin = log1p(question->minimum_effect),
        .confidence = effect->confidence,
        .level = VERDICT_LEVEL / (double)question->pairs,
        .two_samples = question->samples != NULL,
        .allowance = question->samples != NULL ? log1p(question->samples->allowance) : 0,
    };
    bool apart = evidence.low > 0 || evidence.high < 0;
    if (apart && fabs(evidence.estimate) >= evidence.margin &&
        question->p_adjusted < VERDICT_LEVEL) {
        bool lower = evidence.estimate < 0;
        verdict->word = lower == question->lower_is_better ? VERDICT_FASTER : VERDICT_SLOWER;
        return;
    }
    if (-evidence.margin < evidence.low && evidence.high < evidence.margin) {
        verdict->word = VERDICT_EQUIVALENT;
        return;
    }
    evidence.confidence_z = -normal_quantile((1 - evidence.confidence) / 2);
    evidence.level_z = -normal_quantile(evidence.level / 2);
    verdict->word = VERDICT_INCONCLUSIVE;
    verdict->why = why_inconclusive(&evidence);
    verdict->rounds = rounds_for(&evidence, 0.5);
    verdict->rounds_likely = rounds_for(&evidence, 0.8);
}

int verdict_decide(const struct verdict_question *question, struct verdict *verdict)
{
    const struct effect *effect = question->effect;
    *verdict = (struct verdict){.word = VERDICT_INVALID, .why = question->why_invalid};
    const char *nonsense = find_nonsense(question);
    if (nonsense != NULL) {
        verdict->why = nonsense;
        return -EINVAL;
    }
    if (question->why_invalid != NULL)
        return 0;
    if (effect == NULL || effect->n < 1) {
        verdict->why = "no round has a valid trial of both subjects";
        return 0;
    }
    if (effect->n < VERDICT_ROUNDS && !is_of_runs(question)) {
        verdict->word = VERDICT_INCONCLUSIVE;
        verdict->why = "there are fewer than 10 rounds";
        verdict->rounds = verdict->rounds_likely = verdict_rounds_needed(question->pairs);
        return 0;
    }
    decide(question, verdict);
    return 0;
}

uint64_t verdict_rounds_needed(size_t pairs)
{
    uint64_t rounds = VERDICT_ROUNDS;
    while (ldexp((double)pairs, 1 - (int)rounds) >= VERDICT_LEVEL)
        rounds++;
    return rounds;
}

bool verdict_is_tight(const struct effect *effect, double minimum_effect)
{
    return log(effect->high / effect->low) / 2 <= VERDICT_TIGHT * log1p(minimum_effect);
}

const char *verdict_name(enum verdict_word word)
{
    switch (word) {
    case VERDICT_INVALID:
        return "INVALID";
    case VERDICT_INCONCLUSIVE:
        return "INCONCLUSIVE";
    case VERDICT_EQUIVALENT:
        return "EQUIVALENT";
    case VERDICT_FASTER:
        return "FASTER";
    case VERDICT_SLOWER:
        return "SLOWER";
    }
    return "INVALID";
}
