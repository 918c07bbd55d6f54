#include "harness/generator/load_report.h"

#include "backends/clock.h"
#include "harness/system/run_delay.h"

#include <errno.h>
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
static const char *error_name(int number, char *buffer, size_t size)
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
        snprintf(buffer, size, "errno %d", number);
        return buffer;
    }
}

static json_t *errors_to_json(const struct load_errors *errors)
{
    json_t *object = json_object();
    char buffer[32];
    for (unsigned i = 0; i < LOAD_ERRORS && errors->count[i] > 0; i++)
        json_object_set_new(object, error_name(errors->number[i], buffer, sizeof buffer),
                            json_integer((json_int_t)errors->count[i]));
    return object;
}

/* Whether the load says more of the generator than of the server, and why. */
static bool is_bound(const struct load_report *report, double utilisation, double delay, char *why)
{
    if (report->open_loop)
        return open_loop_tally_bound(report->open_loop, utilisation, delay, why);
    snprintf(why, OPEN_LOOP_WHY_BYTES, "it was busy for %.0f %% of the time", utilisation * 100);
    return !report->waited && utilisation > GENERATOR_BOUND_UTILISATION;
}

json_t *load_report_to_json(const struct load_report *report)
{
    uint64_t wall_ns = report->end.wall_ns - report->begin.wall_ns;
    uint64_t cpu_ns = report->end.cpu_ns - report->begin.cpu_ns;
    double utilisation = wall_ns > 0 ? (double)cpu_ns / (double)wall_ns : 0.0;
    double delay = wall_ns > 0
                       ? (double)(report->end.delay_ns - report->begin.delay_ns) / (double)wall_ns
                       : 0.0;
    char why[OPEN_LOOP_WHY_BYTES];
    bool bound = is_bound(report, utilisation, delay, why);
    json_t *histograms = json_object();
    if (report->connect_latency)
        json_object_set_new(histograms, "connect_latency_ns",
                            histogram_to_json(report->connect_latency));
    json_incref(histograms);
    json_t *object =
        json_pack("{s:f, s:n, s:b, s:I, s:o, s:o, s:i, s:b}", "cpu_utilisation", utilisation,
                  "late_ns_p99", "bound", bound, "connections", (json_int_t)report->connections,
                  "errors", errors_to_json(&report->errors), "histograms", histograms,
                  "source_addresses", (int)report->source_addresses, "pinned", report->pinned);
    int failed = object == NULL;
    if (!failed && bound)
        failed |= json_object_set_new(object, "why_bound", json_string(why));
    if (!failed && report->open_loop)
        failed |= open_loop_tally_to_json(report->open_loop, wall_ns, object, histograms) |
                  json_object_set_new(object, "cpu_wait", json_real(delay));
    json_decref(histograms);
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}
