#include "harness/subjects/floor_sleep.h"

#include "backends/clock.h"
#include "backends/syscalls.h"

#include <errno.h>
#include <stdlib.h>

struct timer_bed {
    struct timer_setup setup;
    struct sleeper sleeper;
    int fd;
    uint64_t sleeps;
};

int sleep_open(struct timer_bed **out, const struct timer_setup *setup,
               const struct sleeper *sleeper, const char **what)
{
    *what = "allocating the timers";
    struct timer_bed *bed = calloc(1, sizeof *bed);
    if (bed == NULL)
        return -ENOMEM;
    bed->setup = *setup;
    bed->sleeper = *sleeper;
    bed->fd = -1;
    int r = sleeper->open != NULL ? sleeper->open(&bed->fd, what) : 0;
    if (r < 0)
        sleep_close(bed);
    else
        *out = bed;
    return r;
}

/* The plans of all timers make one: their first times, again with each interval. Nobody sleeps for
 * a time that has passed. */
int sleep_run(struct timer_bed *bed, const struct timer_plan *plan, struct timer_record *record)
{
    struct timer_plan turn = *plan;
    for (; turn.begin_ns < plan->end_ns; turn.begin_ns += bed->setup.interval_ns) {
        for (unsigned i = 0; i < bed->setup.timers; i++) {
            uint64_t due_ns = timer_first_due_ns(&bed->setup, &turn, i);
            if (due_ns >= plan->end_ns)
                break;
            uint64_t now_ns = clock_now_ns();
            if (now_ns < due_ns) {
                int r = bed->sleeper.until(bed->fd, due_ns);
                if (r < 0)
                    return r;
                bed->sleeps++;
                now_ns = clock_now_ns();
            }
            timer_record_fired(record, due_ns, now_ns);
            timer_burn(now_ns, bed->setup.busy_ns);
        }
    }
    return 0;
}

void sleep_counters(const struct timer_bed *bed, struct backend_counters *counters)
{
    *counters = (struct backend_counters){.waits = bed->sleeps};
}

uint32_t sleep_granted(const struct timer_bed *bed)
{
    (void)bed;
    return 0;
}

void sleep_close(struct timer_bed *bed)
{
    if (bed->fd >= 0)
        sys.close(bed->fd);
    free(bed);
}
