#include "harness/system/usage.h"

#include "backends/clock.h"

#include <errno.h>
#include <sys/resource.h>
#include <time.h>

static int read_clocks(uint64_t *wall_ns, uint64_t *cpu_ns)
{
    struct timespec cpu;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) != 0)
        return -errno;
    *cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
    *wall_ns = clock_now_ns();
    return 0;
}

static uint64_t microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static uint64_t peak_kib(const struct rusage *totals)
{
#ifdef __APPLE__
    return (uint64_t)totals->ru_maxrss / 1024; /* bytes there, KiB everywhere else */
#else
    return (uint64_t)totals->ru_maxrss;
#endif
}

/* The clocks come first and last: the stretch that ends here ends before the slow part (/proc), and
 * the one that begins here begins after it. */
int usage_now(struct usage *usage)
{
    *usage = (struct usage){0};
    int r = read_clocks(&usage->wall_ns, &usage->cpu_ns);
    if (r < 0)
        return r;

    struct rusage totals;
    if (getrusage(RUSAGE_SELF, &totals) != 0)
        return -errno;
    usage->user_us = microseconds(totals.ru_utime);
    usage->system_us = microseconds(totals.ru_stime);
    usage->voluntary = (uint64_t)totals.ru_nvcsw;
    usage->involuntary = (uint64_t)totals.ru_nivcsw;
    usage->maxrss_kib = peak_kib(&totals);
    usage->migrations_known = usage_migrations(&usage->migrations, &usage->threads) == 0;
    usage->steal_known = usage_steal_us(&usage->steal_us) == 0;

    uint64_t wall_ns, cpu_ns;
    r = read_clocks(&wall_ns, &cpu_ns);
    if (r < 0)
        return r;
    usage->own_wall_ns = wall_ns - usage->wall_ns;
    usage->own_cpu_ns = cpu_ns - usage->cpu_ns;
    return 0;
}

/* Scaling by ticks may move the division between user and system time backwards by a hair, and
 * steal time is known to do so on migrated virtual machines. */
static uint64_t growth(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

struct usage usage_between(const struct usage *begin, const struct usage *end)
{
    bool steal_known = begin->steal_known && end->steal_known;
    /* A thread that ends takes its count along: what is left would be too few. */
    bool migrations_known =
        begin->migrations_known && end->migrations_known && begin->threads <= end->threads;
    return (struct usage){
        .wall_ns = growth(begin->wall_ns + begin->own_wall_ns, end->wall_ns),
        .cpu_ns = growth(begin->cpu_ns + begin->own_cpu_ns, end->cpu_ns),
        .user_us = growth(begin->user_us, end->user_us),
        .system_us = growth(begin->system_us, end->system_us),
        .voluntary = growth(begin->voluntary, end->voluntary),
        .involuntary = growth(begin->involuntary, end->involuntary),
        .migrations_known = migrations_known,
        .migrations = migrations_known ? growth(begin->migrations, end->migrations) : 0,
        .threads = end->threads,
        .steal_known = steal_known,
        .steal_us = steal_known ? growth(begin->steal_us, end->steal_us) : 0,
        .maxrss_kib = end->maxrss_kib,
    };
}

void usage_add(struct usage *sum, const struct usage *stretch)
{
    bool is_first = sum->wall_ns == 0;
    bool steal_known = stretch->steal_known && (sum->steal_known || is_first);
    bool migrations_known = stretch->migrations_known && (sum->migrations_known || is_first);
    *sum = (struct usage){
        .wall_ns = sum->wall_ns + stretch->wall_ns,
        .cpu_ns = sum->cpu_ns + stretch->cpu_ns,
        .user_us = sum->user_us + stretch->user_us,
        .system_us = sum->system_us + stretch->system_us,
        .voluntary = sum->voluntary + stretch->voluntary,
        .involuntary = sum->involuntary + stretch->involuntary,
        .migrations_known = migrations_known,
        .migrations = migrations_known ? sum->migrations + stretch->migrations : 0,
        .threads = stretch->threads,
        .steal_known = steal_known,
        .steal_us = steal_known ? sum->steal_us + stretch->steal_us : 0,
        .maxrss_kib = stretch->maxrss_kib > sum->maxrss_kib ? stretch->maxrss_kib : sum->maxrss_kib,
    };
}
