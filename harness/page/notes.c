/* The sections of the page that are read last: what was not measured and why, how far to trust what
 * was, on which machine, and how to do it again. */
#include "harness/execute/headroom.h"
#include "harness/page/parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- what was not measured ---- */

/* Counts a reason, and remembers of whom it was said last. */
static void note(json_t *reasons, const char *what, const char *who, const char *why)
{
    char line[1200];
    snprintf(line, sizeof line, "%s: %s", who, why);
    json_t *list = json_object_get(reasons, what);
    if (list == NULL) {
        list = json_object();
        json_object_set_new(reasons, what, list);
    }
    json_int_t times = json_integer_value(json_object_get(list, line));
    json_object_set_new(list, line, json_integer(times + 1));
}

static void note_verdicts(json_t *reasons, const json_t *cell)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(cell, "verdicts"), i, entry)
    {
        char who[400];
        enum page_word word = page_word_of(entry);
        if (word == WORD_INVALID) {
            snprintf(who, sizeof who, "%s against %s", report_text(entry, "subject"),
                     report_text(entry, "baseline"));
            note(reasons, "INVALID", who, report_text(entry, "why"));
        } else if (word == WORD_INCONCLUSIVE) {
            note(reasons, "INCONCLUSIVE", "comparisons", report_text(entry, "why"));
        }
    }
}

/* The figures that say nothing of the server, because the generator was the bound. */
static void note_bound(json_t *reasons, const json_t *cell, const char *who)
{
    char names[300] = "", why[400];
    unsigned trials = 0, bound = 0;
    size_t length = 0;
    for (const struct metric *metric = report_next_metric(cell, NULL); metric != NULL;
         metric = report_next_metric(cell, metric)) {
        unsigned all, some = report_bound_trials(cell, metric->name, &all);
        if (!metric->generator_dependent || some == 0)
            continue;
        bound = some;
        trials = all;
        if (length < sizeof names)
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                       length > 0 ? ", " : "", metric->name);
    }
    if (bound > 0) {
        snprintf(why, sizeof why,
                 "the generator set the pace in %u of %u trials, not the server: %s", bound, trials,
                 names);
        note(reasons, "GENERATOR BOUND", who, why);
    }
}

static void note_headroom(json_t *reasons, const json_t *cell, const char *who)
{
    char why[400];
    const json_t *headroom = json_object_get(cell, "headroom");
    if (headroom == NULL || json_is_true(json_object_get(headroom, "proved")))
        return;
    note(reasons, "GENERATOR BOUND", who, headroom_sentence(headroom, why, sizeof why));
}

static json_t *collect_reasons(const json_t *run)
{
    json_t *reasons = json_object();
    size_t i, k;
    const json_t *entry, *cell;
    json_array_foreach(json_object_get(run, "subjects"), i, entry)
    {
        if (!json_is_true(json_object_get(entry, "available")))
            note(reasons, "SKIPPED", report_text(entry, "name"), report_text(entry, "reason"));
    }
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        char params[400], who[500];
        snprintf(who, sizeof who, "%s %s %s", report_text(cell, "workload"),
                 report_text(cell, "mode"), report_params(cell, NULL, params, sizeof params));
        note_bound(reasons, cell, who);
        note_headroom(reasons, cell, who);
        if (json_is_string(json_object_get(cell, "skipped")))
            note(reasons, "SKIPPED", who, report_text(cell, "skipped"));
        json_array_foreach(json_object_get(cell, "skipped_subjects"), k, entry)
        {
            snprintf(who, sizeof who, "%s in %s %s", report_text(entry, "subject"),
                     report_text(cell, "workload"), report_text(cell, "mode"));
            note(reasons, "SKIPPED", who, report_text(entry, "reason"));
        }
        note_verdicts(reasons, cell);
    }
    return reasons;
}

static void write_reasons(FILE *out, const char *word, const json_t *list)
{
    const char *line;
    json_t *times;
    size_t shown = 0, count = json_object_size(list);
    if (count == 0)
        return;
    html_print(out, "<h3>%s</h3>\n<ul>\n", word);
    json_object_foreach((json_t *)list, line, times)
    {
        if (shown++ == PAGE_REASONS)
            break;
        html_print(out, "<li>%s", line);
        if (json_integer_value(times) > 1)
            html_print(out, " <small>(%.0f times)</small>", json_number_value(times));
        fputs("</li>\n", out);
    }
    if (count > PAGE_REASONS)
        html_print(out, "<li>and %zu more: skipped.csv and run.json</li>\n", count - PAGE_REASONS);
    fputs("</ul>\n", out);
}

void page_not_measured(struct page *page)
{
    static const char *const words[] = {"INVALID", "GENERATOR BOUND", "SKIPPED", "INCONCLUSIVE"};
    json_t *reasons = collect_reasons(page->run);
    fputs("<section id=\"not-measured\" aria-labelledby=\"not-measured-h\">\n"
          "<h2 id=\"not-measured-h\">What was not measured, or does not tell</h2>\n",
          page->out);
    if (json_object_size(reasons) == 0)
        fputs("<p>Nothing: every subject ran in every cell, and every comparison has a "
              "verdict.</p>\n",
              page->out);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        write_reasons(page->out, words[i], json_object_get(reasons, words[i]));
    fputs("<p>Single trials that were not valid, and why: trials.csv.</p>\n</section>\n",
          page->out);
    json_decref(reasons);
}

/* ---- calibration ---- */

static void write_calibrated(FILE *out, const json_t *cell)
{
    char params[400];
    double planted = report_number(cell, "planted");
    html_print(out, "<tr><th scope=\"row\">%s %s <small>%s</small></th><td>%s</td>",
               report_text(cell, "workload"), report_text(cell, "mode"),
               report_params(cell, NULL, params, sizeof params), report_text(cell, "subject"));
    if (planted > 0)
        html_print(out, "<td>%g %% slower</td>", 100 * planted);
    else
        fputs("<td>none: the subject against itself</td>", out);
    html_print(out,
               "<td>%.0f</td><td>%.0f</td><td>%.0f</td><td>%.1f %% [%.1f, %.1f]</td>"
               "<td>%.3g s, %.0f rounds</td><td>%g %%</td></tr>\n",
               report_number(cell, "comparisons"), report_number(cell, "named"),
               report_number(cell, "wrong"), 100 * report_number(cell, "share"),
               100 * report_number(cell, "ci_low"), 100 * report_number(cell, "ci_high"),
               report_number(cell, "seconds_per_comparison"),
               report_number(cell, "rounds_per_comparison"),
               100 * report_number(cell, "minimum_effect"));
}

static void write_calibration(FILE *out, const json_t *calibration)
{
    size_t i;
    const json_t *cell;
    html_print(
        out,
        "<p>Calibrated %s, commit %s, on %s. A subject was compared with itself, where every "
        "winner is a false one, and with itself slowed down by a known share, where the "
        "difference ought to be found.</p>\n",
        report_text(calibration, "date"), report_text(calibration, "commit"),
        report_text(calibration, "kernel"));
    fputs(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Calibration\"><table>\n"
        "<caption>Named: FASTER or SLOWER. Wrong: with the wrong word; without a planted "
        "difference every one is. Share: of the comparisons that were named.</caption>\n"
        "<thead><tr><th scope=\"col\">cell</th><th scope=\"col\">subject</th>"
        "<th scope=\"col\">planted difference</th><th scope=\"col\">comparisons</th>"
        "<th scope=\"col\">named</th><th scope=\"col\">wrong</th><th scope=\"col\">share</th>"
        "<th scope=\"col\">each took</th><th scope=\"col\">minimum effect</th></tr></thead>\n"
        "<tbody>\n",
        out);
    json_array_foreach(json_object_get(calibration, "cells"), i, cell) write_calibrated(out, cell);
    fputs("</tbody></table></div>\n", out);
}

void page_trust(struct page *page)
{
    const json_t *calibration =
        json_object_get(json_object_get(page->run, "manifest"), "calibration");
    fputs("<section id=\"trust\" aria-labelledby=\"trust-h\">\n"
          "<h2 id=\"trust-h\">How far to trust these verdicts</h2>\n",
          page->out);
    if (json_is_object(calibration))
        write_calibration(page->out, calibration);
    else
        fputs(
            "<p>Not calibrated on this machine: how often a verdict is wrong here, and how small "
            "a difference is found, is not known. <code>pollbench calibrate</code> finds out, and "
            "later runs will say.</p>\n",
            page->out);
    fputs(
        "<p>A verdict is FASTER or SLOWER only when the 99 % interval of the ratio, paired within "
        "rounds, is clear of 1, the effect is at least the minimum, and the signed-rank p, "
        "adjusted by Holm for all pairs of the run, is under 0.01.</p>\n</section>\n",
        page->out);
}

/* ---- the machine ---- */

static void write_value(FILE *out, const json_t *value)
{
    if (json_is_string(value)) {
        html_text(out, json_string_value(value));
    } else if (json_is_null(value) || value == NULL) {
        fputs("unknown", out);
    } else {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        html_text(out, text != NULL ? text : "");
        free(text);
    }
}

static void write_rows(FILE *out, const char *prefix, const json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        if (json_is_object(value) && *prefix == '\0' && strcmp(name, "calibration") != 0) {
            write_rows(out, name, value);
        } else if (strcmp(name, "calibration") != 0) {
            html_print(out, "<tr><th scope=\"row\">%s%s%s</th><td>", prefix,
                       *prefix != '\0' ? ": " : "", name);
            write_value(out, value);
            fputs("</td></tr>\n", out);
        }
    }
}

/* For a shell: as it is when nothing in it means anything there, else in quotes. */
static void write_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=,+@%";
    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        html_text(out, word);
        return;
    }
    html_text(out, "'");
    for (; *word != '\0'; word++) {
        char one[] = {*word, '\0'};
        if (*word == '\'')
            html_text(out, "'\\''");
        else
            html_text(out, one);
    }
    html_text(out, "'");
}

static void write_command(FILE *out, const json_t *run)
{
    size_t i;
    const json_t *word;
    bool has_seed = false;
    fputs("<pre tabindex=\"0\"><code>", out);
    json_array_foreach(json_object_get(run, "command"), i, word)
    {
        const char *text = json_string_value(word);
        has_seed |= text != NULL && strncmp(text, "--seed", 6) == 0;
        fputs(i > 0 ? " " : "", out);
        write_word(out, text != NULL ? text : "");
    }
    if (!has_seed)
        html_print(out, " --seed %s", "");
    if (!has_seed)
        write_value(out, json_object_get(run, "seed"));
    fputs("</code></pre>\n", out);
}

void page_machine(struct page *page)
{
    const json_t *manifest = json_object_get(page->run, "manifest");
    const char *commit = report_text(manifest, "commit");
    fputs("<section id=\"machine\" aria-labelledby=\"machine-h\">\n"
          "<h2 id=\"machine-h\">Machine, and the command to reproduce this</h2>\n",
          page->out);
    html_print(page->out, "<p>Commit %s, then:</p>\n", *commit != '\0' ? commit : "unknown");
    write_command(page->out, page->run);
    html_print(page->out,
               "<p>Run %s, profile %s, %.0f rounds (%s). The same seed gives the same order of "
               "subjects and the same resamples; times differ from run to run, which is what the "
               "intervals are for. This page again: <code>pollbench report</code> and the name of "
               "the folder that holds run.json.</p>\n",
               report_text(page->run, "id"), report_text(page->run, "profile"),
               report_number(page->run, "rounds"),
               *report_text(page->run, "ended") != '\0' ? report_text(page->run, "ended")
                                                        : "it was killed");
    fputs("<details open><summary>Manifest</summary>\n<div class=\"scroll\" role=\"region\" "
          "tabindex=\"0\" aria-label=\"Manifest\"><table class=\"manifest\">\n"
          "<caption>manifest of run.json</caption>\n<tbody>\n",
          page->out);
    write_rows(page->out, "", manifest);
    fputs("</tbody></table></div></details>\n</section>\n", page->out);
}
