/* The echo workload on one subject: test_echo SUBJECT, "poll" unless named. A subject that this
 * system does not have ends with status 77, or 1 when REQUIRE_BACKENDS names it. That the right
 * bytes come back is checked by the generator in every trial. */
#include "tests/harness/workloads/subject_trial.h"

#include "harness/contract/echo_ops.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHORT " seconds=0.02"

static int run(const char *params)
{
    return run_trial((struct trial_request){.mode = "closed"}, params);
}

/* Messages came back, and were counted at both ends. */
static void messages_came_back(void)
{
    assert_true(counter("operations") > 0);
    assert_true(metric("server_cpu_ns_per_message") > 0);
    /* The usage is of the region, and of reading the clocks at its ends. */
    double rate_per_s = counter("operations") * 1e9 / usage("wall_ns");
    assert_true(metric("messages_per_s") >= 0.999 * rate_per_s);
    double cost_ns = metric("server_cpu_ns_per_message") * counter("operations");
    assert_true(cost_ns <= 1.01 * usage("cpu_ns") + 1e6);
    no_connection_failed();
    /* A floor has one more feature here than accept has. */
    if (!subject_is_floor(subject->name))
        granted_as_announced();
}

static void one_connection_has_its_messages_one_after_the_other(void **state)
{
    (void)state;
    assert_int_equal(run("connections=1 active=0 bytes=64 pipeline=1 transport=tcp" SHORT), 0);
    messages_came_back();
    assert_int_equal(outcome.generator.connections, 1);
}

static void every_message_of_the_window_has_its_latency(void **state)
{
    (void)state;
    assert_int_equal(run("connections=8 active=0 bytes=64 pipeline=1 transport=tcp seconds=0.2"),
                     0);
    messages_came_back();
    /* The generator's window has the server's within it; under way were at most eight. */
    struct histogram latency = distribution("message_latency_ns");
    assert_true((double)latency.count + 2 * 8 >= counter("operations"));
    assert_true(latency.minimum_ns > 0);
}

static void of_many_connections_a_few_talk(void **state)
{
    (void)state;
    /* More than one portion of connections. */
    assert_int_equal(run("connections=300 active=3 bytes=64 pipeline=1 transport=tcp" SHORT), 0);
    messages_came_back();
    assert_int_equal(outcome.generator.connections, 300);
}

static void messages_of_one_byte_and_of_many_come_back(void **state)
{
    (void)state;
    static const char *const sizes[] = {"1", "1000", "16384", "65536", "1048576"};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char params[128];
        snprintf(params, sizeof params,
                 "connections=4 active=0 bytes=%s pipeline=1 transport=tcp" SHORT, sizes[i]);
        assert_int_equal(run(params), 0);
        messages_came_back();
    }
}

static void several_messages_are_under_way_on_each_connection(void **state)
{
    (void)state;
    assert_int_equal(run("connections=8 active=0 bytes=64 pipeline=16 transport=tcp" SHORT), 0);
    messages_came_back();
    /* More than sockets and buffers hold. */
    assert_int_equal(run("connections=2 active=0 bytes=1048576 pipeline=16 transport=tcp" SHORT),
                     0);
    messages_came_back();
}

/* Each of them is a message that waits for room at the server: nothing may be lost, nobody may wait
 * for good. */
static void few_and_small_buffers_are_enough(void **state)
{
    (void)state;
    assert_int_equal(run("connections=20 active=0 bytes=1000 pipeline=4 transport=tcp buffers=2 "
                         "buffer_bytes=100" SHORT),
                     0);
    messages_came_back();
    assert_int_equal(run("connections=20 active=0 bytes=65536 pipeline=4 transport=tcp buffers=1 "
                         "buffer_bytes=4096" SHORT),
                     0);
    messages_came_back();
}

/* Entries of a folder. */
static unsigned entries(const char *folder)
{
    unsigned count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count - 2;
}

static void unix_sockets_leave_nothing_behind(void **state)
{
    (void)state;
    char folder[] = "/tmp/pollbench-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    setenv("TMPDIR", folder, 1);
    assert_int_equal(run("connections=200 active=0 bytes=64 pipeline=1 transport=unix" SHORT), 0);
    messages_came_back();
    assert_int_equal(run("connections=4 active=0 bytes=65536 pipeline=4 transport=unix" SHORT), 0);
    messages_came_back();
    assert_int_equal(entries(folder), 0);
    unsetenv("TMPDIR");
    assert_int_equal(rmdir(folder), 0);
}

static void a_path_that_is_too_long_is_refused_with_a_sentence(void **state)
{
    (void)state;
    char folder[] = "/tmp/pollbench-test-XXXXXX", longer[256];
    assert_non_null(mkdtemp(folder));
    snprintf(longer, sizeof longer, "%s/%0100d", folder, 0);
    assert_int_equal(mkdir(longer, 0700), 0);
    setenv("TMPDIR", longer, 1);
    assert_int_equal(run("connections=2 active=0 bytes=64 pipeline=1 transport=unix" SHORT),
                     -ENAMETOOLONG);
    assert_non_null(strstr(problem, "TMPDIR"));
    assert_int_equal(entries(longer), 0);
    unsetenv("TMPDIR");
    assert_int_equal(rmdir(longer), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(int argc, char **argv)
{
    int r = subject_trial_choose(&echo_workload, argc, argv);
    if (r != 0)
        return r;
    const struct CMUnitTest tests[] = {
        WITH_GENERATOR(one_connection_has_its_messages_one_after_the_other),
        WITH_GENERATOR(every_message_of_the_window_has_its_latency),
        WITH_GENERATOR(of_many_connections_a_few_talk),
        WITH_GENERATOR(messages_of_one_byte_and_of_many_come_back),
        WITH_GENERATOR(several_messages_are_under_way_on_each_connection),
        WITH_GENERATOR(few_and_small_buffers_are_enough),
        WITH_GENERATOR(unix_sockets_leave_nothing_behind),
        WITH_GENERATOR(a_path_that_is_too_long_is_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
