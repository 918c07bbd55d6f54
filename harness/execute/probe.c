#include "harness/execute/probe.h"

#include "backends/clock.h"
#include "harness/contract/parameters.h"
#include "harness/execute/headroom.h"
#include "harness/generator/open_loop.h"
#include "harness/workloads/workloads.h"

#include <errno.h>
#include <math.h>

#define FIRST_RATE 2000.0
/* Of less than that a short trial has no requests to speak of. */
#define LOWEST_RATE 1000.0
/* Long enough for 100 requests at the first rate. */
#define RATE_SECONDS 0.05

enum { NOISE_TRIALS = 12, NOISE_DRAINS = 3 };

/* From the mean of an absolute normal deviate to the standard deviation. */
#define NORMAL_MEAN 0.7979

void probe_free(struct probe *probe)
{
    trial_batch_free(&probe->trials);
    *probe = (struct probe){0};
}

/* ---- the generator's rate ---- */

static int set_number(struct cell *cell, const char *name, double number)
{
    const struct value value = {.kind = VALUE_REAL, .real = number};
    return named_values_set(&cell->params, "", name, &value);
}

/* Whether one of three trials proves it: on a shared machine a single one may be somebody else's
 * fault. false as well when the time is over. */
static int prove_rate(struct probe *probe, const struct launch *launch, size_t cell, double rate,
                      uint64_t deadline_ns, bool *proved)
{
    char why[PROBLEM_BYTES];
    int r = headroom_attempt(launch, cell, deadline_ns, &probe->trials, proved, why);
    if (r < 0)
        return r;
    if (*proved && rate > probe->rate_per_s) {
        probe->rate_per_s = rate;
        probe->proof = probe->trials.count - 1;
        probe->against = launch->subject->name;
    }
    return 0;
}

static int try_rate(struct probe *probe, struct launch *launch, struct cell *cell, size_t place,
                    double rate, uint64_t deadline_ns, bool *proved)
{
    int r = set_number(cell, "rate", rate);
    probe->lowest_per_s = fmin(probe->lowest_per_s, rate);
    return r == 0 ? prove_rate(probe, launch, place, rate, deadline_ns, proved) : r;
}

static int search(struct probe *probe, struct launch *launch, struct cell *cell, size_t place,
                  uint64_t deadline_ns)
{
    double rate = FIRST_RATE;
    bool proved = false;
    int r = try_rate(probe, launch, cell, place, rate, deadline_ns, &proved);
    if (r == 0 && !proved) {
        while (r == 0 && !proved && rate / 2 >= LOWEST_RATE && clock_now_ns() < deadline_ns)
            r = try_rate(probe, launch, cell, place, rate /= 2, deadline_ns, &proved);
        return r;
    }
    while (r == 0 && proved && 2 * rate <= OPEN_LOOP_RATE_MAX && clock_now_ns() < deadline_ns)
        r = try_rate(probe, launch, cell, place, rate *= 2, deadline_ns, &proved);
    if (r == 0 && !proved && clock_now_ns() < deadline_ns)
        r = try_rate(probe, launch, cell, place, rate * M_SQRT1_2, deadline_ns, &proved);
    return r;
}

int probe_rate(struct probe *probe, const struct launch *like, size_t cell, uint64_t deadline_ns)
{
    struct launch launch = *like;
    struct cell probed = {0};
    int r = cell_copy(&probed, like->cell);
    probe->lowest_per_s = FIRST_RATE;
    if (r == 0)
        r = set_number(&probed, "seconds", RATE_SECONDS);
    launch.cell = &probed;
    launch.subject = headroom_cheapest_server(&probed, like->subject);
    if (r == 0)
        r = search(probe, &launch, &probed, cell, deadline_ns);
    cell_free(&probed);
    return r;
}

/* ---- the machine's noise ---- */

double probe_deviation(const double *values, size_t count)
{
    double sum = 0;
    if (count < 3)
        return 0;
    for (size_t i = 0; i + 1 < count; i++)
        sum += fabs(log(values[i] / values[i + 1]));
    return sum / (double)(count - 1) / NORMAL_MEAN;
}

/* As a run has it that nobody gave parameters to, but short. */
static int make_drain(struct cell *cell)
{
    char unused[PROBLEM_BYTES];
    const struct value drains = {.kind = VALUE_INTEGER, .integer = NOISE_DRAINS};
    cell->workload = workload_find("accept");
    cell->mode = workload_mode(cell->workload, "drain");
    int r = 0;
    for (const struct parameter *p = cell->workload->parameters; p->name != NULL && r == 0; p++) {
        if (!p->optional && name_in_list(p->modes, cell->mode))
            r = parameter_read(p, p->fallback, &cell->params, unused);
    }
    return r == 0 ? named_values_set(&cell->params, "", "drains", &drains) : r;
}

/* A trial that fails or is disturbed by the hypervisor has no value: its neighbours are not
 * neighbours of each other then, but nearly. */
static int drain_repeatedly(const struct launch *launch, double *values, size_t *count,
                            uint64_t deadline_ns)
{
    struct trial trial = {0};
    int r = 0;
    *count = 0;
    for (unsigned i = 0; i < NOISE_TRIALS && r == 0 && clock_now_ns() < deadline_ns; i++) {
        double value;
        r = launch_trial(launch, &trial);
        if (r == 0 && trial.valid && figures_get(&trial.outcome.metrics, "ns_per_accept", &value) &&
            value > 0)
            values[(*count)++] = value;
    }
    trial_free(&trial);
    return r;
}

int probe_noise(struct probe *probe, const struct launch *like, uint64_t deadline_ns)
{
    struct launch launch = *like;
    struct cell cell = {0};
    double values[NOISE_TRIALS];
    size_t count = 0;
    int r = make_drain(&cell);
    launch.cell = &cell;
    launch.subject = r == 0 ? headroom_cheapest_server(&cell, NULL) : NULL;
    if (r == 0 && launch.subject != NULL)
        r = drain_repeatedly(&launch, values, &count, deadline_ns);
    cell_free(&cell);
    probe->deviation = probe_deviation(values, count);
    probe->ratios = count < 3 ? 0 : (unsigned)count - 1;
    return r;
}
