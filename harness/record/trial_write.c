/* From a trial to text. */
#include "harness/record/trial_text.h"

#include "backends/registry.h"
#include "harness/generator/report_json.h"
#include "harness/record/json_set.h"

/* Real numbers with 15 digits: exact for every time in nanoseconds, and half as long as with 17. */
#define LINE_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

static json_t *figures_to_json(const struct figures *figures)
{
    json_t *object = json_object();
    int r = 0;
    for (size_t i = 0; i < figures->count; i++)
        json_set(&r, object, figures->list[i].name, json_figure(figures->list[i].value));
    return json_finish(r, object);
}

static json_t *histograms_to_json(const struct outcome *outcome)
{
    json_t *object = json_object();
    int r = 0;
    for (size_t i = 0; i < outcome->histogram_count; i++)
        json_set(&r, object, outcome->histograms[i].name,
                 histogram_to_json(outcome->histograms[i].histogram));
    return json_finish(r, object);
}

static json_t *samples_to_json(const struct outcome *outcome)
{
    json_t *object = json_object(), *values = json_array();
    int r = 0;
    for (size_t i = 0; i < outcome->sample_count; i++)
        json_push(&r, values, json_figure(outcome->samples[i]));
    json_set(&r, object, outcome->sampled_metric, json_finish(r, values));
    return json_finish(r, object);
}

static json_t *granted_to_json(uint32_t granted)
{
    json_t *names = json_array();
    int r = 0;
    for (unsigned bit = 0; bit < 32; bit++) {
        const char *name =
            granted & UINT32_C(1) << bit ? backend_feature_name(UINT32_C(1) << bit) : NULL;
        if (name != NULL)
            json_push(&r, names, json_text(name));
    }
    return json_finish(r, names);
}

static void set_outcome(int *r, json_t *object, const struct outcome *outcome)
{
    json_set(r, object, "metrics", figures_to_json(&outcome->metrics));
    if (outcome->sample_count > 0)
        json_set(r, object, "samples", samples_to_json(outcome));
    json_set(r, object, "histograms", histograms_to_json(outcome));
    json_set(r, object, "counters", figures_to_json(&outcome->counters));
    json_set(r, object, "usage", figures_to_json(&outcome->usage));
    json_set(r, object, "generator",
             outcome->has_generator ? generator_report_to_json(&outcome->generator) : json_null());
    json_set(r, object, "granted", granted_to_json(outcome->granted));
    if (outcome->syscalls_unavailable[0] != '\0')
        json_set(r, object, "syscalls_unavailable", json_text(outcome->syscalls_unavailable));
}

/* Takes the object. */
static char *dump(int r, json_t *object)
{
    char *text = r == 0 ? json_dumps(object, LINE_FLAGS) : NULL;
    json_decref(object);
    return text;
}

char *outcome_to_text(const struct outcome *outcome)
{
    json_t *object = json_object();
    int r = 0;
    set_outcome(&r, object, outcome);
    return dump(r, object);
}

char *trial_to_text(const struct trial *trial, const struct run *run)
{
    json_t *object = json_object();
    int r = 0;
    json_set(&r, object, "run", json_text(run->id));
    json_set(&r, object, "kind", json_text(trial_kind_names[trial->kind]));
    json_set(&r, object, "cell", json_count(trial->cell));
    json_set(&r, object, "subject",
             json_text(trial->subject_name != NULL ? trial->subject_name
                                                   : run->subjects[trial->subject].name));
    json_set(&r, object, "round", json_count(trial->round));
    json_set(&r, object, "order", json_count(trial->order));
    json_set(&r, object, "attempt", json_count(trial->attempt));
    json_set(&r, object, "start_ns", json_count(trial->start_ns));
    if (trial->elapsed_ns > 0)
        json_set(&r, object, "elapsed_ns", json_count(trial->elapsed_ns));
    if (trial->cpu >= 0)
        json_set(&r, object, "cpu", json_integer(trial->cpu));
    json_set(&r, object, "valid", json_boolean(trial->valid));
    json_set(&r, object, "why_invalid", trial->valid ? json_null() : json_text(trial->why_invalid));
    set_outcome(&r, object, &trial->outcome);
    return dump(r, object);
}
