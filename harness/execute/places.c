#include "harness/execute/places.h"

#include "harness/base/problem.h"
#include "harness/system/placement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CPUS_MAX = 1024 };

/* A CPU that was asked for has to be one of those that this process may use. */
static int take_wanted(const struct placement_cpu *cpus, size_t count, int wanted, int *cpu,
                       char *problem)
{
    for (size_t i = 0; i < count && wanted >= 0; i++) {
        if (cpus[i].number == wanted) {
            *cpu = wanted;
            return 0;
        }
    }
    if (wanted < 0)
        return 0;
    return problem_say(problem, -EINVAL,
                       "CPU %d is not one that this process may use; `taskset -cp $$` says which "
                       "are",
                       wanted);
}

/* Where a process may not choose, it runs where the kernel puts it. What was asked for is not given
 * up in silence. */
static int check_pinning(bool wanted, struct places *places, char *problem)
{
    int r = placement_may_pin();
    if (r < 0 && wanted)
        return problem_say(problem, r,
                           "this system refuses to put a process on a CPU (%s); leave out "
                           "--server-cpu and --generator-cpu to run where the kernel puts it",
                           strerror(-r));
    if (r < 0)
        places->subject_cpu = places->generator_cpu = -1;
    return 0;
}

int places_choose(int wanted_server, int wanted_generator, struct places *places, char *problem)
{
    struct placement_cpu *cpus = calloc(CPUS_MAX, sizeof *cpus);
    if (cpus == NULL)
        return problem_say(problem, -ENOMEM, "there is no memory for the list of CPUs");
    int found = placement_cpus("", cpus, CPUS_MAX);
    size_t count = found <= 0 ? 0 : found < CPUS_MAX ? (size_t)found : CPUS_MAX;
    placement_choose(cpus, count, &places->subject_cpu, &places->generator_cpu);
    int r = take_wanted(cpus, count, wanted_server, &places->subject_cpu, problem);
    if (r == 0)
        r = take_wanted(cpus, count, wanted_generator, &places->generator_cpu, problem);
    if (r == 0)
        r = check_pinning(wanted_server >= 0 || wanted_generator >= 0, places, problem);
    places->one_core =
        placement_shares_core(cpus, count, places->subject_cpu, places->generator_cpu);
    free(cpus);
    return r;
}
