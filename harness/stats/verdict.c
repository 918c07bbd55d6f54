#include "harness/stats/verdict.h"

#include "harness/stats/max_t.h"
#include "harness/stats/normal.h"

#include <errno.h>
#include <math.h>

/* In logarithms of the ratio, the sign as in the ratio. */
struct evidence {
    double rounds; /* of two samples: values in each, were they of one size */
    double estimate, low, high;
    double margin; /* the minimum effect */
    double pairs;
    const struct verdict_sequence *sequence; /* NULL: two samples */
    double stretch; /* of a sequence: how much wider its interval is than half_width() has it */
    /* ---- of two samples ---- */
    double confidence_z, level_z; /* two-sided quantiles of the normal distribution: of the
                                     interval, and of the level for the first pair of Holm's */
    double allowance;             /* in the interval and in p, whatever the rounds */
};

static double freedom_of(const struct evidence *evidence, double rounds)
{
    return evidence->sequence == NULL ? 2 * (rounds - 1) : rounds - 1;
}

/* Student's quantile for that of the normal distribution. Abramowitz and Stegun, "Handbook of
 * Mathematical Functions", 26.7.5. */
static double student_quantile(double z, double freedom)
{
    double cube = z * z * z;
    return z + (cube + z) / (4 * freedom) +
           (5 * cube * z * z + 16 * cube + 3 * z) / (96 * freedom * freedom);
}

/* Half the width of the interval, in standard errors. In a sequence of looks: as if the run
 * ended there, and the pairs shared its level. */
static double half_width(const struct evidence *evidence, double rounds)
{
    double z = evidence->confidence_z;
    if (evidence->sequence != NULL)
        z = -normal_quantile(max_t_budget((size_t)rounds, true) / evidence->pairs / 2);
    double width = student_quantile(z, freedom_of(evidence, rounds));
    return evidence->sequence != NULL ? evidence->stretch * width : width;
}

/* Of the estimate, at so many rounds: it shrinks with their square root. */
static double standard_error(const struct evidence *evidence, double rounds)
{
    if (evidence->sequence != NULL)
        return evidence->sequence->deviation / sqrt(rounds);
    double half = (evidence->high - evidence->low) / 2 - evidence->allowance;
    double now = fmax(0, half) / half_width(evidence, evidence->rounds);
    return now * sqrt(evidence->rounds / rounds);
}

/* The smallest estimate, in standard errors, that is found significant. In a sequence that is half
 * the interval. By the rank-sum test, n values in each sample that are normal with variance 1 and
 * means d apart: the share of differences above zero is normal_below(d / sqrt(2)), and z its
 * distance from 1/2 times sqrt(12 n^2 / (2 n + 1)). The share ends at 1, which is why a very small
 * p takes many values whatever the effect: INFINITY then. The standard error of the Hodges-Lehmann
 * estimate of such values is sqrt(pi / 3 * 2 / n). */
static double significant_estimate(const struct evidence *evidence, double rounds)
{
    if (evidence->sequence != NULL)
        return half_width(evidence, rounds);
    double z = evidence->level_z, error = sqrt(3.141592653589793 / 3 / rounds);
    double share = 0.5 + z * sqrt((2 * rounds + 1) / 12) / rounds;
    return share >= 1 ? INFINITY : normal_quantile(share) * sqrt(2) / (error * sqrt(2));
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

/* Of two samples of rounds, VERDICT_ROUNDS each are asked for. */
static bool needs_rounds(const struct verdict_question *question)
{
    return question->samples != NULL && !question->samples->of_runs;
}

static const char *find_nonsense_of_sequence(const struct verdict_sequence *sequence,
                                             const struct effect *effect)
{
    bool apart = effect->low > 1 || effect->high < 1, across = effect->low < 1 && effect->high > 1;
    if (!(isfinite(sequence->deviation) && sequence->deviation >= 0))
        return "the deviation is not a number of 0 or more";
    if (sequence->bounded && (sequence->named ? across : apart))
        return "the interval and the test contradict each other";
    return NULL;
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
    bool bounded = question->sequence == NULL || question->sequence->bounded;
    if (!(effect->low <= effect->ratio && effect->ratio <= effect->high && effect->ratio > 0 &&
          isfinite(effect->ratio)))
        return "the ratio and its interval are not in order";
    if (bounded && !(effect->low > 0 && isfinite(effect->high)))
        return "the interval does not end at finite numbers above 0";
    if (!(effect->p >= 0 && effect->p <= question->p_adjusted && question->p_adjusted <= 1))
        return "the p values are not within 0 to 1, or the adjusted one is the smaller";
    if (question->pairs < 1)
        return "the p value was adjusted for no pair at all";
    if ((question->samples == NULL) == (question->sequence == NULL))
        return "it is either two samples or a sequence of looks";
    if (question->sequence != NULL)
        return find_nonsense_of_sequence(question->sequence, effect);
    if ((effect->n >= VERDICT_ROUNDS || !needs_rounds(question)) &&
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
    if (evidence->sequence != NULL && evidence->rounds < MAX_T_ROUNDS)
        return "there are fewer than 8 rounds";
    if (evidence->sequence != NULL && evidence->sequence->deviation == 0)
        return "every round has the same ratio, which leaves nothing to tell chance by";
    if (evidence->sequence != NULL && !evidence->sequence->bounded)
        return "the rounds are too few for an interval among so many pairs";
    if (evidence->allowance > 0 && fabs(evidence->estimate) <= evidence->allowance &&
        evidence->allowance >= evidence->margin)
        return "two runs of the same program may differ as much";
    if (evidence->low <= 0 && evidence->high >= 0)
        return "the interval holds 1 and reaches beyond the minimum effect";
    if (fabs(evidence->estimate) < evidence->margin)
        return "the two differ, but the interval does not tell whether by the minimum effect";
    return "the difference is not significant among so many pairs";
}

static bool is_significant(const struct verdict_question *question, const struct evidence *evidence)
{
    if (question->sequence != NULL)
        return question->sequence->named;
    return (evidence->low > 0 || evidence->high < 0) && question->p_adjusted < VERDICT_LEVEL;
}

static struct evidence evidence_of(const struct verdict_question *question)
{
    const struct effect *effect = question->effect;
    struct evidence evidence = {
        .rounds = rounds_at_hand(question),
        .estimate = log(effect->ratio),
        .low = log(effect->low),
        .high = log(effect->high),
        .margin = log1p(question->minimum_effect),
        .pairs = (double)question->pairs,
        .sequence = question->sequence,
    };
    /* Heavy tails, and looks that have spent before: what they do to the interval now, they will do
     * to the next ones. */
    evidence.stretch = 1;
    if (evidence.sequence != NULL && evidence.sequence->bounded &&
        evidence.sequence->deviation > 0 && evidence.rounds >= MAX_T_ROUNDS)
        evidence.stretch = fmax(1, (evidence.high - evidence.low) / 2 /
                                       (standard_error(&evidence, evidence.rounds) *
                                        half_width(&evidence, evidence.rounds)));
    if (question->samples != NULL) {
        evidence.allowance = log1p(question->samples->allowance);
        evidence.confidence_z = -normal_quantile((1 - effect->confidence) / 2);
        evidence.level_z = -normal_quantile(VERDICT_LEVEL / evidence.pairs / 2);
    }
    return evidence;
}

static void forecast(const struct evidence *evidence, struct verdict *verdict)
{
    verdict->word = VERDICT_INCONCLUSIVE;
    verdict->why = why_inconclusive(evidence);
    if (evidence->sequence != NULL && evidence->rounds < MAX_T_ROUNDS) {
        verdict->rounds = verdict->rounds_likely = MAX_T_ROUNDS;
    } else {
        verdict->rounds = rounds_for(evidence, 0.5);
        verdict->rounds_likely = rounds_for(evidence, 0.8);
    }
}

static void decide(const struct verdict_question *question, struct verdict *verdict)
{
    struct evidence evidence = evidence_of(question);
    if (is_significant(question, &evidence) && fabs(evidence.estimate) >= evidence.margin) {
        bool lower = evidence.estimate < 0;
        verdict->word = lower == question->lower_is_better ? VERDICT_FASTER : VERDICT_SLOWER;
    } else if (-evidence.margin < evidence.low && evidence.high < evidence.margin) {
        verdict->word = VERDICT_EQUIVALENT;
    } else {
        forecast(&evidence, verdict);
    }
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
    if (effect->n < VERDICT_ROUNDS && needs_rounds(question)) {
        verdict->word = VERDICT_INCONCLUSIVE;
        verdict->why = "there are fewer than 10 rounds";
        verdict->rounds = verdict->rounds_likely = VERDICT_ROUNDS;
        return 0;
    }
    decide(question, verdict);
    return 0;
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
