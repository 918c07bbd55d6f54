#include "harness/report/designs.h"

#include <string.h>

#define US 1e-3 /* from ns */
#define ANSWERED "accepts_per_s"

static const struct column rate_columns[] = {
    {"n", COLUMN_ROUNDS, "server_cpu_us_per_accept", .scale = 1},
    {"CPU us/request", COLUMN_INTERVAL, "server_cpu_us_per_accept", .scale = 1},
    {"", COLUMN_RATIO, "server_cpu_us_per_accept", .scale = 1},
    {"verdict", COLUMN_VERDICT, "server_cpu_us_per_accept", .scale = 1},
    {"answered/s", COLUMN_MEDIAN, ANSWERED, .scale = 1},
    {"p50, us", COLUMN_LATENCY, "response_latency_ns", .scale = US, .percentile = PERCENT_50,
     .other = ANSWERED},
    {"p99", COLUMN_LATENCY, "response_latency_ns", .scale = US, .percentile = PERCENT_99,
     .other = ANSWERED},
    {"p99.9", COLUMN_LATENCY, "response_latency_ns", .scale = US, .percentile = PERCENT_99_9,
     .other = ANSWERED},
    {"uncorrected p99", COLUMN_LATENCY, "response_latency_uncorrected_ns", .scale = US,
     .percentile = PERCENT_99, .other = ANSWERED, .spare = true},
    {.heading = NULL},
};

static const struct column accuracy_columns[] = {
    {"n", COLUMN_ROUNDS, "lateness_p50_ns", .scale = 1},
    {"late p50, us", COLUMN_INTERVAL, "lateness_p50_ns", .scale = US},
    {"p99", COLUMN_PERCENTILE, "lateness_ns", .scale = US, .percentile = PERCENT_99},
    {"p99.9", COLUMN_PERCENTILE, "lateness_ns", .scale = US, .percentile = PERCENT_99_9},
    {"", COLUMN_RATIO, "lateness_p50_ns", .scale = 1},
    {"verdict", COLUMN_VERDICT, "lateness_p50_ns", .scale = 1},
    {"excess p50, us", COLUMN_EXCESS, "lateness_p50_ns", .scale = US},
    {"early", COLUMN_EARLY, "early", .scale = 1, .spare = true},
    {"drift us/s", COLUMN_MEDIAN, "drift_ns_per_s", .scale = US, .spare = true},
    {.heading = NULL},
};

static const struct column scale_columns[] = {
    {"n", COLUMN_ROUNDS, "ns_per_start_and_fire", .scale = 1},
    {"start+fire, ns", COLUMN_INTERVAL, "ns_per_start_and_fire", .scale = 1},
    {"", COLUMN_RATIO, "ns_per_start_and_fire", .scale = 1},
    {"verdict", COLUMN_VERDICT, "ns_per_start_and_fire", .scale = 1},
    {"start", COLUMN_MEDIAN, "ns_per_start", .scale = 1, .spare = true},
    {"fire", COLUMN_MEDIAN, "ns_per_fire", .scale = 1, .spare = true},
    {"restart", COLUMN_MEDIAN, "ns_per_restart", .scale = 1, .spare = true},
    {"cancel", COLUMN_MEDIAN, "ns_per_cancel", .scale = 1},
    {"cancel ", COLUMN_RATIO, "ns_per_cancel", .scale = 1, .spare = true},
    {"bytes", COLUMN_MEDIAN, "bytes_per_timer", .scale = 1, .spare = true},
    {.heading = NULL},
};

static const struct column saturate_columns[] = {
    {"n", COLUMN_ROUNDS, "jobs_per_s", .scale = 1},
    {"delivered/s", COLUMN_INTERVAL, "jobs_per_s", .scale = 1},
    {"", COLUMN_RATIO, "jobs_per_s", .scale = 1},
    {"verdict", COLUMN_VERDICT, "jobs_per_s", .scale = 1},
    {"offered/s", COLUMN_MEDIAN, "offered_per_s", .scale = 1},
    {"refused, %", COLUMN_MEDIAN, "refused_share", .scale = 100},
    {"wait p50, us", COLUMN_PERCENTILE, "queue_wait_ns", .scale = US, .percentile = PERCENT_50},
    {"p99", COLUMN_PERCENTILE, "queue_wait_ns", .scale = US, .percentile = PERCENT_99},
    {"lag p99, us", COLUMN_PERCENTILE, "loop_lag_ns", .scale = US, .percentile = PERCENT_99},
    {"CPU us/job", COLUMN_MEDIAN, "cpu_us_per_job", .scale = 1, .spare = true},
    {.heading = NULL},
};

static const struct column mixed_columns[] = {
    {"n", COLUMN_ROUNDS, "fast_queue_wait_p50_ns", .scale = 1},
    {"p50, us", COLUMN_INTERVAL, "fast_queue_wait_p50_ns", .scale = US},
    {"", COLUMN_RATIO, "fast_queue_wait_p50_ns", .scale = 1},
    {"verdict", COLUMN_VERDICT, "fast_queue_wait_p50_ns", .scale = 1},
    {"alone", COLUMN_MEDIAN, "alone_queue_wait_p50_ns", .scale = US},
    {"factor", COLUMN_FACTOR, "fast_queue_wait_p50_ns", .scale = 1,
     .other = "alone_queue_wait_p50_ns"},
    {"p99, us", COLUMN_MEDIAN, "fast_queue_wait_p99_ns", .scale = US},
    {"alone", COLUMN_MEDIAN, "alone_queue_wait_p99_ns", .scale = US},
    {"factor", COLUMN_FACTOR, "fast_queue_wait_p99_ns", .scale = 1,
     .other = "alone_queue_wait_p99_ns", .spare = true},
    {"refused, %", COLUMN_MEDIAN, "refused_share", .scale = 100, .spare = true},
    {.heading = NULL},
};

static const struct column throughput_columns[] = {
    {"n", COLUMN_ROUNDS, "jobs_per_s", .scale = 1},
    {"jobs/s", COLUMN_INTERVAL, "jobs_per_s", .scale = 1},
    {"", COLUMN_RATIO, "jobs_per_s", .scale = 1},
    {"verdict", COLUMN_VERDICT, "jobs_per_s", .scale = 1},
    {"CPU us/job", COLUMN_MEDIAN, "cpu_us_per_job", .scale = 1},
    {.heading = NULL},
};

static const struct design designs[] = {
    {"accept", "rate", "rate", "server_cpu_us_per_accept", rate_columns, DESIGN_RATE},
    {"timer", "accuracy", "interval_us", "lateness_p50_ns", accuracy_columns, DESIGN_ACCURACY},
    {"timer", "scale", "timers", "ns_per_start_and_fire", scale_columns, DESIGN_PLAIN},
    {"pool", "saturate", "load", "jobs_per_s", saturate_columns, DESIGN_KNEE},
    {"pool", "mixed", "load", "fast_queue_wait_p50_ns", mixed_columns, DESIGN_PLAIN},
    {"pool", "throughput", "threads", "jobs_per_s", throughput_columns, DESIGN_PLAIN},
};

const struct design *report_find_design(const struct cell *cell)
{
    for (size_t i = 0; i < sizeof designs / sizeof designs[0]; i++) {
        if (strcmp(designs[i].workload, cell->workload->name) == 0 &&
            strcmp(designs[i].mode, cell->mode) == 0)
            return &designs[i];
    }
    return NULL;
}
