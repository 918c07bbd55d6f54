#include "harness/generator/load_report.h"

#include "backends/clock.h"
#include "harness/generator/report_json.h"
#include "harness/system/run_delay.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

struct load_clock load_clock_now(void)
{
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (struct load_clock){
        .wall_ns = clock_now_ns(),
        .cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec,
        .delay_ns = run_delay_ns(),
    };
}

void load_errors_count(struct load_errors *errors, int number)
{
    unsigned i = 0;
    while (i < LOAD_ERRORS - 1 && errors->count[i] > 0 && errors->number[i] != number)
        i++;
    errors->number[i] = i < LOAD_ERRORS - 1 ? number : 0;
    errors->count[i]++;
}

/* "ECONNRESET"; the errnos that a connection can end with, others by number. */
static const char *error_name(int number, char buffer[GENERATOR_ERROR_BYTES])
{
    switch (number) {
    case 0:
        return "other";
    case ECONNRESET:
        return "ECONNRESET";
    case ECONNREFUSED:
        return "ECONNREFUSED";
    case ECONNABORTED:
        return "ECONNABORTED";
    case ETIMEDOUT:
        return "ETIMEDOUT";
    case EBADMSG:
        return "EBADMSG";
    case EPIPE:
        return "EPIPE";
    case EHOSTUNREACH:
        return "EHOSTUNREACH";
    case ENETUNREACH:
        return "ENETUNREACH";
    default:
        snprintf(buffer, GENERATOR_ERROR_BYTES, "errno %d", number);
        return buffer;
    }
}

static void fill_errors(const struct load_errors *errors, struct generator_report *report)
{
    char buffer[GENERATOR_ERROR_BYTES];
    for (unsigned i = 0; i < LOAD_ERRORS && errors->count[i] > 0; i++) {
        struct generator_error *error = &report->errors[report->error_count++];
        snprintf(error->name, sizeof error->name, "%s", error_name(errors->number[i], buffer));
        error->count = errors->count[i];
    }
}

/* Whether the load says more of the generator than of the server, and why. */
static bool is_bound(const struct load_report *report, double utilisation, double delay,
                     char why[OPEN_LOOP_WHY_BYTES])
{
    if (report->open_loop)
        return open_loop_tally_bound(report->open_loop, utilisation, delay, why);
    snprintf(why, OPEN_LOOP_WHY_BYTES, "it was busy for %.0f %% of the time", utilisation * 100);
    return !report->waited && utilisation > GENERATOR_BOUND_UTILISATION;
}

void load_report_fill(const struct load_report *load, struct generator_report *report)
{
    char why[OPEN_LOOP_WHY_BYTES];
    double wall_ns = (double)(load->end.wall_ns - load->begin.wall_ns);
    double cpu_ns = (double)(load->end.cpu_ns - load->begin.cpu_ns);
    double delay_ns = (double)(load->end.delay_ns - load->begin.delay_ns);
    double delay = wall_ns > 0 ? delay_ns / wall_ns : 0;
    *report = (struct generator_report){
        .cpu_utilisation = wall_ns > 0 ? cpu_ns / wall_ns : 0,
        .late_p99_ns = NAN,
        .pinned = load->pinned,
        .connections = load->connections,
        .source_addresses = load->source_addresses,
    };
    fill_errors(&load->errors, report);
    report->bound = is_bound(load, report->cpu_utilisation, delay, why);
    if (report->bound)
        snprintf(report->why_bound, sizeof report->why_bound, "%s", why);
    if (load->open_loop) {
        report->cpu_wait = delay;
        open_loop_tally_fill(load->open_loop, wall_ns / (double)NS_PER_S, report);
    }
}

static json_t *histograms_to_json(const struct load_report *load)
{
    const struct open_loop_tally *tally = load->open_loop;
    const struct {
        const char *name;
        const struct histogram *histogram;
    } rows[] = {
        {"connect_latency_ns", load->connect_latency},
        {"message_latency_ns", load->message_latency},
        {"response_latency_ns", tally ? &tally->response : NULL},
        {"response_latency_uncorrected_ns", tally ? &tally->uncorrected : NULL},
        {"send_lateness_ns", tally ? &tally->lateness : NULL},
    };
    json_t *histograms = json_object();
    int r = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].histogram)
            r |=
                json_object_set_new(histograms, rows[i].name, histogram_to_json(rows[i].histogram));
    if (r == 0)
        return histograms;
    json_decref(histograms);
    return NULL;
}

json_t *load_report_reply(const struct load_report *load)
{
    struct generator_report report;
    load_report_fill(load, &report);
    return json_pack("{s:b, s:o, s:o}", "ok", 1, "report", generator_report_to_json(&report),
                     "histograms", histograms_to_json(load));
}
