/* What recording one value costs.
 *
 *   bench_histogram                          nanoseconds per record: the least of several runs
 *   bench_histogram --max-instructions N     counts instructions under valgrind; exit 1 above N, 77
 * without it
 *
 * The first is for people, on a machine that may be busy. The second is the same on every run, so
 * that a test can hold it to a limit.
 */
#include "harness/stats/histogram.h"

#include "backends/clock.h"
#include "harness/stats/random.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VALUES = 1 << 14, PASSES = 64, RUNS = 20, SKIPPED = 77 };

static struct histogram histogram;
static uint64_t values[VALUES];

static void fill(double from_ns, double to_ns)
{
    struct random random;
    random_seed(&random, 1);
    for (size_t i = 0; i < VALUES; i++) {
        double share = (double)(random_next(&random) >> 11) / (double)(UINT64_C(1) << 53);
        values[i] = (uint64_t)(from_ns * pow(to_ns / from_ns, share));
    }
}

static void record_all(void)
{
    for (size_t i = 0; i < VALUES; i++)
        histogram_record(&histogram, values[i]);
}

static double least_ns_per_record(void)
{
    uint64_t least_ns = UINT64_MAX;
    for (unsigned run = 0; run < RUNS; run++) {
        histogram_reset(&histogram);
        uint64_t start_ns = clock_now_ns();
        for (unsigned pass = 0; pass < PASSES; pass++)
            record_all();
        uint64_t taken_ns = clock_now_ns() - start_ns;
        least_ns = taken_ns < least_ns ? taken_ns : least_ns;
    }
    return (double)least_ns / (VALUES * PASSES);
}

/* Instructions of a whole process that makes so many passes. < 0: could not be counted. */
static long long instructions_of(const char *self, unsigned passes)
{
    char command[4096], line[256];
    snprintf(command, sizeof(command),
             "valgrind --tool=callgrind --callgrind-out-file=/dev/null '%s' --passes %u 2>&1", self,
             passes);
    FILE *output = popen(command, "r");
    if (output == NULL)
        return -1;
    long long instructions = -1;
    while (fgets(line, sizeof(line), output) != NULL) {
        const char *collected = strstr(line, "Collected : ");
        if (collected != NULL)
            instructions = atoll(collected + strlen("Collected : "));
    }
    return pclose(output) == 0 ? instructions : -1;
}

static int check_instructions(const char *self, double limit)
{
#ifndef __OPTIMIZE__
    puts("SKIPPED: this build is not optimised, and the limit is for one that is");
    return SKIPPED;
#endif
    if (access(self, X_OK) != 0 || system("valgrind --version >/dev/null 2>&1") != 0) {
        puts("SKIPPED: valgrind is not installed, or the program was not started by its path");
        return SKIPPED;
    }
    const unsigned few = 1, many = 11;
    long long base = instructions_of(self, few), more = instructions_of(self, many);
    if (base < 0 || more <= base) {
        puts("SKIPPED: valgrind cannot run this build: one with a sanitizer, or with debug "
             "information that it cannot read (link with -s)");
        return SKIPPED;
    }
    double each = (double)(more - base) / ((double)VALUES * (many - few));
    printf("instructions per record, with the loop around it: %.1f (limit %.0f)\n", each, limit);
    return each <= limit ? 0 : 1;
}

static int make_passes(unsigned passes)
{
    histogram_reset(&histogram);
    fill(100, 1e11);
    for (unsigned pass = 0; pass < passes; pass++)
        record_all();
    return histogram.count == (uint64_t)passes * VALUES ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--passes") == 0)
        return make_passes((unsigned)atoi(argv[2]));
    if (argc == 3 && strcmp(argv[1], "--max-instructions") == 0)
        return check_instructions(argv[0], atof(argv[2]));
    if (argc != 1) {
        fprintf(stderr, "usage: %s [--max-instructions N]\n", argv[0]);
        return 2;
    }
    fill(100, 1e11);
    printf("ns per record, values over the whole range: %.2f\n", least_ns_per_record());
    fill(20e3, 200e3);
    printf("ns per record, values from 20 to 200 us:    %.2f\n", least_ns_per_record());
    return 0;
}
