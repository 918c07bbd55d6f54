/* The scheduling policy that pool_options.background means here. */
#include "tests/loop/pool_fixture.h"

#include <pthread.h>
#include <sched.h>

static int policy_of_worker;

static void note_policy(struct pool_job *job)
{
    struct sched_param ignored;
    (void)job;
    pthread_getschedparam(pthread_self(), &policy_of_worker, &ignored);
}

static void threads_are_in_the_background_only_when_asked(void **state)
{
    (void)state;
    for (int asked = 0; asked < 2; asked++) {
        struct pool_options options = {.threads = 1, .background = asked};
        open_pool_with(&options);
        submit_named("job", note_policy);
        RUN_ALL();
        assert_int_equal(policy_of_worker, asked ? SCHED_IDLE : SCHED_OTHER);
        assert_int_equal(counters().background, asked);
        close_pool();
        RUN_ALL();
    }
    struct sched_param ignored;
    int own;
    pthread_getschedparam(pthread_self(), &own, &ignored);
    assert_int_equal(own, SCHED_OTHER);
    fixture_clear_trace();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        pool_test(threads_are_in_the_background_only_when_asked),
    };
    return run_loop_tests(tests, argc, argv);
}
