#include "harness/report/sweep_notes.h"

#include "harness/base/printable.h"
#include "harness/contract/parameters.h"

/* "load=0.9". Returns `text`. */
static char *write_place(const struct run *run, const struct sweep *sweep, size_t place, char *text,
                         size_t size)
{
    char name[40], value[40];
    snprintf(text, size, "%s=%s", printable(name, sizeof name, sweep->parameter),
             sweep_print(run, sweep, place, value, sizeof value));
    return text;
}

/* ---- accuracy ---- */

static void shout_early(const struct analysis *analysis, const struct sweep *sweep, FILE *out)
{
    const struct run *run = analysis->run;
    for (size_t k = 0; k < sweep->count; k++) {
        for (size_t i = 0; i < run->subject_count; i++) {
            char name[FORMAT_NAME_BYTES], place[96], line[LINE_BYTES];
            double early = analysis_early(analysis, sweep->cells[k], i);
            if (early == 0)
                continue;
            snprintf(line, sizeof line,
                     "EARLY: %s ran %.15g callbacks BEFORE their time at %s. That is a fault; its "
                     "lateness means nothing.",
                     report_name(run, i, name), early,
                     write_place(run, sweep, k, place, sizeof place));
            format_wrapped(out, 2, line);
        }
    }
}

/* ---- saturate ---- */

static void print_knee(const struct analysis *analysis, const struct sweep *sweep, size_t subject,
                       FILE *out)
{
    struct knee knee;
    char name[FORMAT_NAME_BYTES], line[LINE_BYTES];
    if (!sweep_knee(analysis, sweep, subject, &knee))
        return;
    double carried = sweep_number(analysis->run, sweep, knee.carried);
    double overloaded = sweep_number(analysis->run, sweep, knee.overloaded);
    const char *why = knee.keeps_up ? "the wait is too long" : "delivery falls behind";
    snprintf(line, sizeof line, "knee of %s: ", report_name(analysis->run, subject, name));
    if (knee.found && knee.bounded)
        format_add(line, sizeof line, "load %g is carried, %g is not (%s)", carried, overloaded,
                   why);
    else if (knee.found)
        format_add(line, sizeof line, "every load up to %g is carried; it lies above", carried);
    else if (knee.bounded)
        format_add(line, sizeof line, "not even load %g is carried (%s)", overloaded, why);
    else
        format_add(line, sizeof line,
                   "unknown: no load has a 99th percentile; ask for more seconds");
    if (knee.left_out > 0 && (knee.found || knee.bounded))
        format_add(line, sizeof line, "; %zu load%s without a p99 left out", knee.left_out,
                   knee.left_out == 1 ? "" : "s");
    format_wrapped(out, 2, line);
}

static void print_knees(const struct analysis *analysis, const struct sweep *sweep,
                        bool is_first_of_mode, FILE *out)
{
    if (!sweep_is_of_load(sweep) || sweep->count < 2)
        return;
    for (size_t i = 0; i < analysis->run->subject_count; i++)
        print_knee(analysis, sweep, i, out);
    if (!is_first_of_mode)
        return;
    report_say(
        out, 2,
        "A load is carried when at least %g %% of what is offered is delivered, and p99 wait "
        "is at most %g times the mean service time (or %g times p99 at the lowest load).",
        100 * KNEE_DELIVERED, KNEE_WAIT_FACTOR, KNEE_WAIT_FACTOR);
}

/* ---- rate ---- */

/* Values of the parameter at which the clients' side was the bound. */
static void print_bound(const struct analysis *analysis, const struct sweep *sweep, FILE *out)
{
    const struct run *run = analysis->run;
    const struct cell *cell = &run->cells[sweep->cells[0]].cell;
    const struct metric *latency =
        workload_metric(cell->workload, cell->mode, "response_latency_ns");
    for (size_t k = 0; k < sweep->count && latency != NULL; k++) {
        char place[96], line[LINE_BYTES];
        unsigned trials, bound;
        bound = analysis_bound_trials(analysis, sweep->cells[k], latency, &trials);
        if (bound == 0)
            continue;
        snprintf(line, sizeof line,
                 "GENERATOR BOUND in %u of %u trials at %s: latencies there say nothing of the "
                 "server.",
                 bound, trials, write_place(run, sweep, k, place, sizeof place));
        format_wrapped(out, 2, line);
    }
}

/* What the generator proved of itself, at each value of the parameter. */
static void print_headroom(const struct run *run, const struct sweep *sweep, FILE *out)
{
    const struct headroom *proof = NULL;
    char place[96], sentence[FORMAT_BYTES], why[FORMAT_BYTES], line[LINE_BYTES];
    size_t proofs = 0;
    for (size_t k = 0; k < sweep->count; k++) {
        const struct headroom *headroom = &run->cells[sweep->cells[k]].headroom;
        if (!headroom->known)
            continue;
        if (headroom->proved) {
            proof = headroom;
            proofs++;
            continue;
        }
        snprintf(
            line, sizeof line, "NO HEADROOM at %s: %s.",
            write_place(run, sweep, k, place, sizeof place),
            printable(why, sizeof why, headroom_sentence(headroom, sentence, sizeof sentence)));
        format_wrapped(out, 2, line);
    }
    if (proof == NULL)
        return;
    report_say(out, 2, "The generator proved that it can make %g times %s against %s.",
               proof->factor, proofs == sweep->count ? "these loads" : "the other loads",
               printable(place, sizeof place, proof->against != NULL ? proof->against : "unknown"));
}

/* ---- all ---- */

void report_print_sweep_notes(const struct analysis *analysis, const struct design *design,
                              const struct sweep *sweep, const struct sweep_marks *marks, FILE *out)
{
    if (marks->pooled)
        report_say(out, 2, "*: of all rounds together; single trials are too short for it.");
    if (marks->open)
        report_explain_short_word(out);
    if (marks->fewest_rounds < RELIABLE_ROUNDS)
        report_warn_of_few_rounds(out);
    switch (design->notes) {
    case DESIGN_PLAIN:
        break;
    case DESIGN_ACCURACY:
        shout_early(analysis, sweep, out);
        break;
    case DESIGN_RATE:
        print_bound(analysis, sweep, out);
        print_headroom(analysis->run, sweep, out);
        break;
    case DESIGN_KNEE:
        print_knees(analysis, sweep, marks->is_first_of_mode, out);
        break;
    }
}
