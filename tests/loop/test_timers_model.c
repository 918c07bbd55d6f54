/* Random programs of timer operations, on the loop and on a model of it that is too simple to be
 * wrong: an array, searched from end to end. Both must run the same timers at the same times in the
 * same order. The seed is printed when they differ; POLLBENCH_SEED=N repeats that program. */
#include "tests/loop/fixture.h"

#define TIMERS_MAX 1500
#define RUNS_MAX 200000

/* How large a program is. Few timers are taken out of the heap one by one, many at once. */
static unsigned timer_count, steps, operations_in_step;
static bool spread; /* due times are all over a second, so that most are left when many are due */

struct model_timer {
    bool active, due_now;
    uint64_t due_ns, repeat_ns, order;
};

struct run {
    unsigned timer;
    uint64_t at_ns;
};

struct runs {
    struct run list[RUNS_MAX];
    size_t count;
};

static struct {
    struct model_timer timers[TIMERS_MAX];
    uint64_t now_ns, next_order;
} model;

static struct loop_timer timers[TIMERS_MAX];
static struct runs of_loop, of_model;
static uint64_t seed, state_of_loop, state_of_model, state_of_program;

/* splitmix64 (Vigna, public domain). */
static uint64_t next_random(uint64_t *random)
{
    uint64_t z = (*random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t below(uint64_t *random, uint64_t limit)
{
    return next_random(random) % limit;
}

static void record_run(struct runs *runs, unsigned timer, uint64_t at_ns)
{
    assert_true(runs->count < RUNS_MAX);
    runs->list[runs->count++] = (struct run){timer, at_ns};
}

/* ---- one operation, on both ---- */

enum operation_kind { START, START_AT, STOP };

struct operation {
    enum operation_kind kind;
    unsigned timer;
    uint64_t time_ns, repeat_ns;
};

/* Few distinct times, so that ties are common; now and then a very short or very long one. */
static uint64_t random_time(uint64_t *random)
{
    if (spread && below(random, 2) == 0)
        return MS(1) * below(random, 1000);
    switch (below(random, 8)) {
    case 0:
        return 0;
    case 1:
        return below(random, 10);
    case 2:
        return MS(1000) * below(random, 50);
    default:
        return MS(1) * below(random, 20);
    }
}

static struct operation random_operation(uint64_t *random, uint64_t now_ns)
{
    struct operation operation = {
        .kind = (enum operation_kind)below(random, 3),
        .timer = (unsigned)below(random, timer_count),
        .time_ns = random_time(random),
        .repeat_ns = below(random, 4) == 0 ? MS(1) + random_time(random) : 0,
    };
    if (operation.kind == START_AT)
        operation.time_ns += now_ns - MS(5);
    return operation;
}

static void apply_to_loop(const struct operation *operation)
{
    struct loop_timer *timer = &timers[operation->timer];
    loop_timer_function *callback = timer->callback;
    int r = 0;
    if (operation->kind == START)
        r = loop_timer_start(timer, callback, operation->time_ns, operation->repeat_ns);
    else if (operation->kind == START_AT)
        r = loop_timer_start_at(timer, callback, operation->time_ns, operation->repeat_ns);
    else
        loop_timer_stop(timer);
    assert_int_equal(r, 0);
}

static void apply_to_model(const struct operation *operation)
{
    struct model_timer *timer = &model.timers[operation->timer];
    *timer = (struct model_timer){0};
    if (operation->kind == STOP)
        return;
    timer->active = true;
    timer->due_ns = operation->time_ns + (operation->kind == START ? model.now_ns : 0);
    timer->repeat_ns = operation->repeat_ns;
    timer->order = model.next_order++;
}

/* What a callback does: up to two operations, drawn from a state that both sides keep in step. */
static unsigned operations_in_callback(uint64_t *random)
{
    uint64_t draw = below(random, 6);
    return draw < 4 ? 0 : (unsigned)draw - 3;
}

/* ---- the loop ---- */

static void run_in_loop(struct loop_timer *timer)
{
    unsigned index = (unsigned)(timer - timers);
    record_run(&of_loop, index, loop_now_ns(loop));
    assert_true(loop_now_ns(loop) <= fake_now_ns());
    for (unsigned left = operations_in_callback(&state_of_loop); left > 0; left--) {
        struct operation operation = random_operation(&state_of_loop, loop_now_ns(loop));
        apply_to_loop(&operation);
    }
}

/* ---- the model ---- */

static bool runs_before(const struct model_timer *a, const struct model_timer *b)
{
    return a->due_ns < b->due_ns || (a->due_ns == b->due_ns && a->order < b->order);
}

static int first_of_model(bool due_now)
{
    int first = -1;
    for (int i = 0; i < (int)timer_count; i++) {
        const struct model_timer *timer = &model.timers[i];
        if (!timer->active || (due_now && !timer->due_now))
            continue;
        if (first < 0 || runs_before(timer, &model.timers[first]))
            first = i;
    }
    return first;
}

static void run_model_timers(void)
{
    for (int i = 0; i < (int)timer_count; i++)
        model.timers[i].due_now = model.timers[i].active && model.timers[i].due_ns <= model.now_ns;
    for (int i; (i = first_of_model(true)) >= 0;) {
        struct model_timer *timer = &model.timers[i];
        uint64_t repeat_ns = timer->repeat_ns;
        *timer = (struct model_timer){0};
        if (repeat_ns > 0) {
            struct operation again = {START, (unsigned)i, repeat_ns, repeat_ns};
            apply_to_model(&again);
        }
        record_run(&of_model, (unsigned)i, model.now_ns);
        for (unsigned left = operations_in_callback(&state_of_model); left > 0; left--) {
            struct operation operation = random_operation(&state_of_model, model.now_ns);
            apply_to_model(&operation);
        }
    }
}

/* ---- the program ---- */

#define differs(...)                                                                               \
    do {                                                                                           \
        print_error("POLLBENCH_SEED=%llu: ", (unsigned long long)seed);                            \
        fail_msg(__VA_ARGS__);                                                                     \
    } while (0)

static void compare(unsigned step)
{
    size_t count = of_loop.count < of_model.count ? of_loop.count : of_model.count;
    for (size_t i = 0; i < count; i++) {
        struct run got = of_loop.list[i], want = of_model.list[i];
        if (got.timer != want.timer || got.at_ns != want.at_ns)
            differs("step %u, run %zu: timer %u at %llu ns, the model runs %u at %llu ns", step, i,
                    got.timer, (unsigned long long)got.at_ns, want.timer,
                    (unsigned long long)want.at_ns);
    }
    if (of_loop.count != of_model.count)
        differs("step %u: %zu timers ran, in the model %zu", step, of_loop.count, of_model.count);
    for (unsigned i = 0; i < timer_count; i++)
        if (loop_is_active(&timers[i].handle) != model.timers[i].active)
            differs("step %u: timer %u is%s active", step, i, model.timers[i].active ? " not" : "");
}

/* One iteration of each. The loop sleeps until its nearest timer, or is held up beyond it. */
static void run_iteration(void)
{
    fake_script.oversleep_ns =
        below(&state_of_program, 3) == 0 ? random_time(&state_of_program) : 0;
    bool sleeps = below(&state_of_program, 2) == 0;
    if (!sleeps)
        fake_advance(random_time(&state_of_program));
    int first = first_of_model(false);
    model.now_ns = fake_now_ns();
    if (first < 0) {
        loop_run(loop, LOOP_NOWAIT);
        loop_update_time(loop);
        return;
    }
    run_model_timers();
    assert_in_range(loop_run(loop, sleeps ? LOOP_ONCE : LOOP_NOWAIT), 0, 1);
    model.now_ns = fake_now_ns();
    if (sleeps)
        run_model_timers();
}

static void run_program(void)
{
    state_of_program = seed;
    state_of_loop = state_of_model = ~seed;
    memset(&model, 0, sizeof model);
    model.now_ns = fake_now_ns();
    loop_update_time(loop);
    of_loop.count = of_model.count = 0;
    for (unsigned i = 0; i < timer_count; i++) {
        loop_timer_init(loop, &timers[i]);
        timers[i].callback = run_in_loop;
    }
    for (unsigned step = 0; step < steps; step++) {
        for (unsigned i = 0; i < operations_in_step; i++) {
            struct operation operation = random_operation(&state_of_program, model.now_ns);
            apply_to_loop(&operation);
            apply_to_model(&operation);
        }
        if (below(&state_of_program, 3) == 0) {
            run_iteration();
            fake_forget_calls();
        }
        compare(step);
        of_loop.count = of_model.count = 0;
    }
    for (unsigned i = 0; i < timer_count; i++)
        loop_close(&timers[i].handle, NULL);
    assert_int_equal(loop_run(loop, LOOP_DEFAULT), 0);
}

static void run_programs(unsigned count)
{
    const char *asked = getenv("POLLBENCH_SEED");
    if (asked != NULL) {
        seed = strtoull(asked, NULL, 10);
        run_program();
        return;
    }
    for (seed = 1; seed <= count; seed++)
        run_program();
}

static void a_random_program_runs_the_timers_of_the_model_at_its_times_in_its_order(void **state)
{
    (void)state;
    timer_count = 40;
    steps = 10000;
    operations_in_step = 1;
    spread = false;
    run_programs(10);
}

static void so_does_a_random_program_of_so_many_timers_that_hundreds_fall_due_together(void **state)
{
    (void)state;
    timer_count = TIMERS_MAX;
    steps = 40;
    operations_in_step = TIMERS_MAX / 2;
    spread = true;
    run_programs(10);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        loop_test(a_random_program_runs_the_timers_of_the_model_at_its_times_in_its_order),
        loop_test(so_does_a_random_program_of_so_many_timers_that_hundreds_fall_due_together),
    };
    return run_loop_tests(tests, argc, argv);
}
