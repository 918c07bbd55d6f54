/* The comparison as in results/compare.schema.json. */
#include "harness/compare/judge.h"
#include "harness/compare/writers.h"
#include "harness/record/json_set.h"
#include "harness/record/manifest_json.h"

#include <errno.h>
#include <math.h>

enum { COMPARE_SCHEMA = 1 };

static json_t *number_or_null(bool known, double value)
{
    return known ? json_real(value) : json_null();
}

static void set_cell(int *r, json_t *entry, const struct cell *cell)
{
    json_set(r, entry, "workload", json_text(cell->workload->name));
    json_set(r, entry, "mode", json_text(cell->mode));
    json_set(r, entry, "params", params_to_json(&cell->params));
}

static json_t *side_runs(const struct side *side)
{
    static const char *const fields[] = {"kernel", "commit", "date"};
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < side->count; i++) {
        const struct run *run = &side->runs[i].run;
        json_t *entry = json_object();
        json_set(&r, entry, "folder", json_text(side->runs[i].folder));
        json_set(&r, entry, "id", json_text(run->id));
        json_set(&r, entry, "profile", json_text(run->profile));
        json_set(&r, entry, "rounds", json_count(run->rounds));
        json_set(&r, entry, "ended", json_text(run->ended));
        for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++)
            json_set(&r, entry, fields[k],
                     value_to_json(named_values_find(&run->manifest, "", fields[k])));
        json_push(&r, list, entry);
    }
    return json_finish(r, list);
}

static json_t *difference_entries(const struct difference_list *differences)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < differences->count; i++) {
        char name[256];
        json_t *entry = json_object();
        json_set(&r, entry, "part", json_text(difference_part_names[differences->parts[i]]));
        json_set(&r, entry, "name", json_text(difference_name(differences, i, name, sizeof name)));
        json_set(&r, entry, "base", value_to_json(&differences->values[BASE].list[i].value));
        json_set(&r, entry, "new", value_to_json(&differences->values[NEW].list[i].value));
        json_push(&r, list, entry);
    }
    return json_finish(r, list);
}

static json_t *method_entry(const struct run_comparison *comparison)
{
    const struct compare_options *options = comparison->options;
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "minimum_effect", json_real(options->minimum_effect));
    json_set(&r, entry, "confidence", json_real(VERDICT_CONFIDENCE));
    json_set(&r, entry, "level", json_real(VERDICT_LEVEL));
    json_set(&r, entry, "pairs", json_count(comparison->tests));
    json_set(&r, entry, "runs_needed", json_count(compare_runs_needed(comparison->tests)));
    json_set(&r, entry, "control", json_text(options->control));
    json_set(&r, entry, "why_no_control", json_text(comparison->why_no_control));
    json_set(&r, entry, "run_offset",
             number_or_null(options->run_offset >= 0, options->run_offset));
    return json_finish(r, entry);
}

static json_t *count_entries(const struct run_comparison *comparison)
{
    json_t *counts = json_object();
    int r = 0;
    for (size_t i = 0; i < COMPARE_WORDS; i++)
        json_set(&r, counts, verdict_name(compare_words[i]),
                 json_count(comparison->counts[compare_words[i]]));
    return json_finish(r, counts);
}

static json_t *side_entry(const struct compared_pair *pair, int side)
{
    double median = pair->sides[side].raw_median;
    json_t *entry = json_object();
    int r = 0;
    json_set(&r, entry, "n", json_count(pair_value_count(pair, side)));
    json_set(&r, entry, "runs", json_count(pair->sides[side].runs));
    json_set(&r, entry, "median", number_or_null(!isnan(median), median));
    return json_finish(r, entry);
}

static void set_effect(int *r, json_t *entry, const struct compared_pair *pair)
{
    const struct effect *effect = &pair->effect;
    json_set(r, entry, "ratio", number_or_null(pair->compared, effect->ratio));
    json_set(r, entry, "ci_low", number_or_null(pair->compared, effect->low));
    json_set(r, entry, "ci_high", number_or_null(pair->compared, effect->high));
    json_set(r, entry, "confidence", number_or_null(pair->compared, effect->confidence));
    json_set(r, entry, "n", json_count(effect->n));
    json_set(r, entry, "p", number_or_null(pair->compared, effect->p));
    json_set(r, entry, "p_adjusted", number_or_null(pair->compared, pair->p_adjusted));
}

static json_t *pair_entries(const struct run_comparison *comparison)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct compared_pair *pair = &comparison->pairs[i];
        const struct metric *metric = pair->metric;
        json_t *entry = json_object();
        set_cell(&r, entry, pair->cell);
        json_set(&r, entry, "subject", json_text(pair->subject));
        json_set(&r, entry, "metric", json_text(metric->name));
        json_set(&r, entry, "unit", json_text(metric->unit));
        json_set(&r, entry, "better", json_text(metric->lower_is_better ? "lower" : "higher"));
        json_set(&r, entry, "control", json_text(pair->control));
        json_set(&r, entry, "compared", json_text(pair->of_runs ? "runs" : "rounds"));
        json_set(&r, entry, "base", side_entry(pair, BASE));
        json_set(&r, entry, "new", side_entry(pair, NEW));
        set_effect(&r, entry, pair);
        json_set(&r, entry, "minimum_effect", json_real(comparison->options->minimum_effect));
        json_set(&r, entry, "run_offset", json_real(pair->run_offset));
        json_set(&r, entry, "verdict", json_text(verdict_name(pair->verdict.word)));
        json_set(&r, entry, "why", json_text(pair->verdict.why));
        json_set(&r, entry, "rounds", json_count(pair->verdict.rounds));
        json_set(&r, entry, "rounds_likely", json_count(pair->verdict.rounds_likely));
        json_push(&r, list, entry);
    }
    return json_finish(r, list);
}

static json_t *unpaired_entries(const struct unpaired_list *unpaired)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < unpaired->count; i++) {
        json_t *entry = json_object();
        set_cell(&r, entry, unpaired->list[i].cell);
        json_set(&r, entry, "subject", json_text(unpaired->list[i].subject));
        json_set(&r, entry, "why", json_text(unpaired->list[i].why));
        json_push(&r, list, entry);
    }
    return json_finish(r, list);
}

int compare_write_json(const struct run_comparison *comparison, FILE *out)
{
    const char *refused = *comparison->refused != '\0' ? comparison->refused : NULL;
    json_t *document = json_object();
    int r = 0;
    json_set(&r, document, "compare_schema", json_count(COMPARE_SCHEMA));
    json_set(&r, document, "base", side_runs(&comparison->sides[BASE]));
    json_set(&r, document, "new", side_runs(&comparison->sides[NEW]));
    json_set(&r, document, "same_run", json_boolean(comparison->same_run));
    json_set(&r, document, "differences", difference_entries(&comparison->differences));
    json_set(&r, document, "other_machine", json_boolean(comparison->other_machine));
    json_set(&r, document, "forced", json_boolean(comparison->options->force));
    json_set(&r, document, "refused", json_text(refused));
    json_set(&r, document, "method", method_entry(comparison));
    json_set(&r, document, "counts", count_entries(comparison));
    json_set(&r, document, "verdicts", pair_entries(comparison));
    json_set(&r, document, "only_base", unpaired_entries(&comparison->only[BASE]));
    json_set(&r, document, "only_new", unpaired_entries(&comparison->only[NEW]));
    json_set(&r, document, "left_out", unpaired_entries(&comparison->left_out));
    if (r == 0 && json_dumpf(document, out, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) < 0)
        r = -EIO;
    fputc('\n', out);
    json_decref(document);
    return r;
}
