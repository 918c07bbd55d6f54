/* What starting, cancelling and firing a timer costs in loop/heap.h, by how many wait and in which
 * order they fall due. Built once for each HEAP_ARITY; not a test.
 *
 *   random     due times all over the next hour: a start rises hardly, a fire sinks to the bottom
 *   monotone   all have the same timeout, as of idle connections: a start never rises
 *
 * A restart is a cancel and a start of the same timer, as after a request on a connection. Fire is
 * all at once; turn is a few at a time, each of which is started again, as in a loop that goes on.
 */
#include "backends/clock.h"
#include "loop/heap.h"

#include <stdio.h>
#include <stdlib.h>

#define OPERATIONS_MIN 2000000u /* in all, so that small heaps are measured long enough */
#define PASSES 5
#define TURN_TIMERS 4

/* xorshift64* (Vigna, public domain). */
static uint64_t random_state = 88172645463325252u;

static uint64_t next_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(2685821657736338717);
}

enum order { RANDOM, MONOTONE };

struct costs {
    double start_ns, cancel_ns, fire_ns, restart_ns, turn_ns;
};

struct bench {
    struct heap heap;
    struct loop_timer *timers;
    uint32_t *shuffled; /* in which order timers are cancelled */
    uint32_t count;
    uint64_t clock_ns;
};

static uint64_t due(struct bench *bench, enum order order)
{
    return order == RANDOM ? bench->clock_ns + next_random() % (3600 * NS_PER_S)
                           : ++bench->clock_ns + 30 * NS_PER_S;
}

static void fill(struct bench *bench, enum order order)
{
    for (uint32_t i = 0; i < bench->count; i++)
        heap_insert(&bench->heap, &bench->timers[i], due(bench, order));
}

/* Empties the heap: all fall due at once. */
static void fire_all(struct bench *bench)
{
    heap_take_due(&bench->heap, UINT64_MAX);
    while (heap_next_due(&bench->heap) != NULL)
        ;
}

static void cancel_all(struct bench *bench)
{
    for (uint32_t i = 0; i < bench->count; i++)
        heap_remove(&bench->heap, &bench->timers[bench->shuffled[i]]);
}

static void restart_all(struct bench *bench, enum order order)
{
    for (uint32_t i = 0; i < bench->count; i++) {
        struct loop_timer *timer = &bench->timers[bench->shuffled[i]];
        heap_remove(&bench->heap, timer);
        heap_insert(&bench->heap, timer, due(bench, order));
    }
}

/* As many turns as timers, about TURN_TIMERS of them due at a time. */
static void turn_all(struct bench *bench, enum order order)
{
    uint64_t step_ns = 3600 * NS_PER_S / bench->count * TURN_TIMERS;
    for (uint32_t turned = 0; turned < bench->count;) {
        struct loop_timer *timer;
        bench->clock_ns += order == RANDOM ? step_ns : TURN_TIMERS;
        uint64_t now_ns =
            order == RANDOM ? bench->clock_ns : heap_first(&bench->heap).due_ns + TURN_TIMERS;
        heap_take_due(&bench->heap, now_ns);
        for (; (timer = heap_next_due(&bench->heap)) != NULL; turned++)
            heap_insert(&bench->heap, timer, due(bench, order));
    }
}

static double per_operation(uint64_t *mark_ns, uint64_t operations)
{
    uint64_t now_ns = clock_now_ns();
    double cost_ns = (double)(now_ns - *mark_ns) / (double)operations;
    *mark_ns = clock_now_ns();
    return cost_ns;
}

static void measure_once(struct bench *bench, enum order order, struct costs *costs)
{
    uint64_t mark_ns = clock_now_ns();
    fill(bench, order);
    costs->start_ns += per_operation(&mark_ns, bench->count);
    restart_all(bench, order);
    costs->restart_ns += per_operation(&mark_ns, bench->count);
    turn_all(bench, order);
    costs->turn_ns += per_operation(&mark_ns, bench->count);
    fire_all(bench);
    costs->fire_ns += per_operation(&mark_ns, bench->count);
    fill(bench, order);
    per_operation(&mark_ns, bench->count);
    cancel_all(bench);
    costs->cancel_ns += per_operation(&mark_ns, bench->count);
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* The best of several passes: what disturbs a pass only ever makes it slower. */
static struct costs measure(struct bench *bench, enum order order)
{
    unsigned repeats = OPERATIONS_MIN / bench->count / PASSES + 1;
    struct costs best = {1e9, 1e9, 1e9, 1e9, 1e9};
    for (unsigned pass = 0; pass < PASSES; pass++) {
        struct costs sum = {0};
        for (unsigned i = 0; i < repeats; i++)
            measure_once(bench, order, &sum);
        best.start_ns = least(best.start_ns, sum.start_ns / repeats);
        best.cancel_ns = least(best.cancel_ns, sum.cancel_ns / repeats);
        best.fire_ns = least(best.fire_ns, sum.fire_ns / repeats);
        best.restart_ns = least(best.restart_ns, sum.restart_ns / repeats);
        best.turn_ns = least(best.turn_ns, sum.turn_ns / repeats);
    }
    return best;
}

static int open_bench(struct bench *bench, uint32_t count)
{
    *bench = (struct bench){.count = count};
    bench->timers = calloc(count, sizeof *bench->timers);
    bench->shuffled = calloc(count, sizeof *bench->shuffled);
    if (bench->timers == NULL || bench->shuffled == NULL || heap_reserve(&bench->heap, count) < 0)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t j = (uint32_t)(next_random() % (i + 1));
        bench->shuffled[i] = bench->shuffled[j];
        bench->shuffled[j] = i;
    }
    return 0;
}

static void close_bench(struct bench *bench)
{
    heap_close(&bench->heap);
    free(bench->timers);
    free(bench->shuffled);
}

int main(void)
{
    printf("# arity timers due start_ns restart_ns cancel_ns fire_ns turn_ns\n");
    for (uint32_t count = 1000; count <= 1000000; count *= 10) {
        struct bench bench;
        if (open_bench(&bench, count) < 0) {
            fprintf(stderr, "bench_heap: no memory for %u timers\n", count);
            return 3;
        }
        for (enum order order = RANDOM; order <= MONOTONE; order++) {
            struct costs costs = measure(&bench, order);
            printf("%u %7u %-8s %7.1f %7.1f %7.1f %7.1f %7.1f\n", HEAP_ARITY, count,
                   order == RANDOM ? "random" : "monotone", costs.start_ns, costs.restart_ns,
                   costs.cancel_ns, costs.fire_ns, costs.turn_ns);
        }
        close_bench(&bench);
    }
    return 0;
}
