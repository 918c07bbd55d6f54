/* The comparison as in results/compare.schema.json. json_pack() and json_array_append_new() take
 * what they are given also when they fail, so that one check of the whole is enough. */
#include "harness/compare/judge.h"
#include "harness/compare/writers.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>

enum { COMPARE_SCHEMA = 1 };

/* NULL when anything was not added. */
static json_t *complete(json_t *list, int r)
{
    if (r == 0)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *value_entry(const struct value *value)
{
    if (value == NULL || value->kind == VALUE_NOTHING)
        return json_null();
    if (value->kind == VALUE_TEXT)
        return json_string(value->text);
    return value->kind == VALUE_INTEGER ? json_integer(value->integer) : json_real(value->real);
}

static json_t *number_or_null(bool known, double value)
{
    return known ? json_real(value) : json_null();
}

static json_t *params_entry(const struct cell *cell)
{
    json_t *params = json_object();
    int r = params != NULL ? 0 : -1;
    for (size_t i = 0; i < cell->params.count; i++)
        r |= json_object_set_new(params, cell->params.list[i].name,
                                 value_entry(&cell->params.list[i].value));
    return complete(params, r);
}

static json_t *run_entries(const struct side *side)
{
    json_t *list = json_array();
    int r = list != NULL ? 0 : -1;
    for (size_t i = 0; i < side->count; i++) {
        const struct run *run = &side->runs[i].run;
        const struct named_values *manifest = &run->manifest;
        r |= json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:I, s:s?, s:o, s:o, s:o}", "folder",
                            side->runs[i].folder, "id", run->id, "profile", run->profile, "rounds",
                            (json_int_t)run->rounds, "ended", run->ended, "kernel",
                            value_entry(named_values_find(manifest, "", "kernel")), "commit",
                            value_entry(named_values_find(manifest, "", "commit")), "date",
                            value_entry(named_values_find(manifest, "", "date"))));
    }
    return complete(list, r);
}

static json_t *difference_entries(const struct difference_list *differences)
{
    json_t *list = json_array();
    int r = list != NULL ? 0 : -1;
    for (size_t i = 0; i < differences->count; i++) {
        char name[256];
        r |= json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:o, s:o}", "part", difference_part_names[differences->parts[i]],
                      "name", difference_name(differences, i, name, sizeof name), "base",
                      value_entry(&differences->values[BASE].list[i].value), "new",
                      value_entry(&differences->values[NEW].list[i].value)));
    }
    return complete(list, r);
}

static json_t *method_entry(const struct run_comparison *comparison)
{
    const struct compare_options *options = comparison->options;
    return json_pack("{s:f, s:f, s:f, s:I, s:I, s:s?, s:s?, s:o}", "minimum_effect",
                     options->minimum_effect, "confidence", VERDICT_CONFIDENCE, "level",
                     VERDICT_LEVEL, "pairs", (json_int_t)comparison->tests, "runs_needed",
                     (json_int_t)compare_runs_needed(comparison->tests), "control",
                     options->control, "why_no_control", comparison->why_no_control, "run_offset",
                     number_or_null(options->run_offset >= 0, options->run_offset));
}

static json_t *count_entries(const struct run_comparison *comparison)
{
    json_t *counts = json_object();
    int r = counts != NULL ? 0 : -1;
    for (size_t i = 0; i < COMPARE_WORDS; i++)
        r |= json_object_set_new(counts, verdict_name(compare_words[i]),
                                 json_integer((json_int_t)comparison->counts[compare_words[i]]));
    return complete(counts, r);
}

static json_t *side_entry(const struct compared_pair *pair, int side)
{
    double median = pair->sides[side].raw_median;
    return json_pack("{s:I, s:I, s:o}", "n", (json_int_t)pair_value_count(pair, side), "runs",
                     (json_int_t)pair->sides[side].runs, "median",
                     number_or_null(!isnan(median), median));
}

static json_t *pair_entry(const struct compared_pair *pair, double minimum_effect)
{
    const struct effect *effect = &pair->effect;
    const struct metric *metric = pair->metric;
    const struct verdict *verdict = &pair->verdict;
    bool known = pair->compared;
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s?, s:s, s:o, s:o,"
        " s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:f, s:f, s:s, s:s?, s:I, s:I}",
        "workload", pair->cell->workload->name, "mode", pair->cell->mode, "params",
        params_entry(pair->cell), "subject", pair->subject, "metric", metric->name, "unit",
        metric->unit, "better", metric->lower_is_better ? "lower" : "higher", "control",
        pair->control, "compared", pair->of_runs ? "runs" : "rounds", "base",
        side_entry(pair, BASE), "new", side_entry(pair, NEW), "ratio",
        number_or_null(known, effect->ratio), "ci_low", number_or_null(known, effect->low),
        "ci_high", number_or_null(known, effect->high), "confidence",
        number_or_null(known, effect->confidence), "n", (json_int_t)effect->n, "p",
        number_or_null(known, effect->p), "p_adjusted", number_or_null(known, pair->p_adjusted),
        "minimum_effect", minimum_effect, "run_offset", pair->run_offset, "verdict",
        verdict_name(verdict->word), "why", verdict->why, "rounds", (json_int_t)verdict->rounds,
        "rounds_likely", (json_int_t)verdict->rounds_likely);
}

static json_t *pair_entries(const struct run_comparison *comparison)
{
    json_t *list = json_array();
    int r = list != NULL ? 0 : -1;
    for (size_t i = 0; i < comparison->pair_count; i++)
        r |= json_array_append_new(
            list, pair_entry(&comparison->pairs[i], comparison->options->minimum_effect));
    return complete(list, r);
}

static json_t *unpaired_entries(const struct unpaired_list *unpaired)
{
    json_t *list = json_array();
    int r = list != NULL ? 0 : -1;
    for (size_t i = 0; i < unpaired->count; i++) {
        const struct unpaired *entry = &unpaired->list[i];
        r |= json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:s?, s:s?}", "workload", entry->cell->workload->name,
                            "mode", entry->cell->mode, "params", params_entry(entry->cell),
                            "subject", entry->subject, "why", entry->why));
    }
    return complete(list, r);
}

int compare_write_json(const struct run_comparison *comparison, FILE *out)
{
    const char *refused = *comparison->refused != '\0' ? comparison->refused : NULL;
    json_t *document = json_pack(
        "{s:i, s:o, s:o, s:b, s:o, s:b, s:b, s:s?, s:o, s:o, s:o, s:o, s:o, s:o}", "compare_schema",
        COMPARE_SCHEMA, "base", run_entries(&comparison->sides[BASE]), "new",
        run_entries(&comparison->sides[NEW]), "same_run", comparison->same_run, "differences",
        difference_entries(&comparison->differences), "other_machine", comparison->other_machine,
        "forced", comparison->options->force, "refused", refused, "method",
        method_entry(comparison), "counts", count_entries(comparison), "verdicts",
        pair_entries(comparison), "only_base", unpaired_entries(&comparison->only[BASE]),
        "only_new", unpaired_entries(&comparison->only[NEW]), "left_out",
        unpaired_entries(&comparison->left_out));
    if (document == NULL ||
        json_dumpf(document, out, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) < 0) {
        json_decref(document);
        return -ENOMEM;
    }
    json_decref(document);
    fputc('\n', out);
    return 0;
}
