/* What each kind of job does. Times are compared with each other, in CPU time of this thread; no
 * test has an absolute limit. */
#include "backends/clock.h"
#include "harness/workloads/pool_jobs.h"
#include "harness/workloads/workloads.h"
#include "tests/harness/workloads/params_of.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/pollbench-test-XXXXXX";
static struct pool_jobs jobs;
static char problem[PROBLEM_BYTES];

static int open_jobs(const char *kind, const char *params_text)
{
    struct named_values params = params_of(params_text);
    problem[0] = '\0';
    int r = pool_jobs_open(&jobs, pool_job_kind(kind), &params, problem);
    named_values_free(&params);
    return r;
}

static uint64_t cpu_of_a_run(void)
{
    uint64_t begin_ns = pool_thread_cpu_ns();
    assert_int_equal(pool_jobs_run(&jobs, 1), 0);
    return pool_thread_cpu_ns() - begin_ns;
}

/* ---- CPU ---- */

static void kinds_have_the_names_of_the_parameter(void **state)
{
    (void)state;
    const struct parameter *parameter = pool_workload.parameters;
    while (strcmp(parameter->name, "job") != 0)
        parameter++;
    assert_string_equal(parameter->choices, "spin,pbkdf2,file,sleep,getaddrinfo");
    assert_int_equal(pool_job_kind("spin"), JOB_SPIN);
    assert_int_equal(pool_job_kind("pbkdf2"), JOB_PBKDF2);
    assert_int_equal(pool_job_kind("file"), JOB_FILE);
    assert_int_equal(pool_job_kind("sleep"), JOB_SLEEP);
    assert_int_equal(pool_job_kind("getaddrinfo"), JOB_GETADDRINFO);
    assert_true(pool_job_is_slow(JOB_GETADDRINFO));
    assert_false(pool_job_is_slow(JOB_PBKDF2));
}

static void a_spin_job_takes_its_share_of_cpu_time(void **state)
{
    (void)state;
    assert_int_equal(open_jobs("spin", "job_us=20000"), 0);
    /* Calibrated on the fastest of several stretches: a job takes that long or longer. A third is
     * left to calibrations that were all disturbed. */
    assert_true(cpu_of_a_run() > 20 * NS_PER_MS / 3);
    pool_jobs_close(&jobs);
}

static void the_work_of_a_spin_job_is_in_proportion_to_its_length(void **state)
{
    (void)state;
    assert_int_equal(open_jobs("spin", "job_us=100"), 0);
    double few = (double)jobs.rounds;
    assert_int_equal(open_jobs("spin", "job_us=10000"), 0);
    double ratio = (double)jobs.rounds / few;
    assert_true(ratio > 30 && ratio < 300); /* 100, and what two calibrations may differ by */
}

static void a_pbkdf2_job_does_as_many_iterations_as_it_is_told(void **state)
{
    (void)state;
    assert_int_equal(open_jobs("pbkdf2", "iterations=100"), 0);
    uint64_t few_ns = cpu_of_a_run();
    assert_int_equal(open_jobs("pbkdf2", "iterations=20000"), 0);
    assert_true(cpu_of_a_run() > 20 * few_ns);
    assert_int_equal(open_jobs("pbkdf2", ""), 0);
    assert_int_equal(jobs.iterations, 1000);
}

/* ---- sleep, look up ---- */

static void a_sleep_job_sleeps_its_time_and_uses_no_cpu(void **state)
{
    (void)state;
    assert_int_equal(open_jobs("sleep", "job_us=20000"), 0);
    uint64_t begin_ns = clock_now_ns();
    uint64_t cpu_ns = cpu_of_a_run();
    assert_true(clock_now_ns() - begin_ns >= 20 * NS_PER_MS);
    assert_true(cpu_ns < 20 * NS_PER_MS);
}

static void looking_localhost_up_works_or_says_what_fails(void **state)
{
    (void)state;
    int r = open_jobs("getaddrinfo", "");
    if (r == 0)
        assert_int_equal(pool_jobs_run(&jobs, 0), 0);
    else
        assert_non_null(strstr(problem, "getaddrinfo of localhost fails: "));
}

/* ---- files ---- */

static unsigned folders_left(void)
{
    unsigned count = 0;
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(stream);
    return count;
}

static void files_are_made_for_the_jobs_and_removed_with_them(void **state)
{
    (void)state;
    struct stat file;
    char path[POOL_PATH_BYTES + 8];
    assert_int_equal(folders_left(), 0);
    assert_int_equal(open_jobs("file", "cache=warm"), 0);
    assert_int_equal(folders_left(), 1);
    assert_ptr_equal(strstr(jobs.file.path, folder), jobs.file.path);
    for (unsigned i = 0; i < POOL_FILES; i++) {
        snprintf(path, sizeof path, "%s/%u", jobs.file.path, i);
        assert_int_equal(stat(path, &file), 0);
        assert_int_equal(file.st_size, POOL_FILE_BYTES);
    }
    for (uint32_t number = 0; number < 3 * POOL_FILES; number++)
        assert_int_equal(pool_jobs_run(&jobs, number), 0);
    pool_jobs_close(&jobs);
    assert_int_equal(folders_left(), 0);
}

static void files_are_removed_when_the_process_is_killed(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        if (open_jobs("file", "") == 0 && folders_left() == 1)
            raise(SIGKILL);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    /* The keeper is on its way; CTest's limit ends a wait for nothing. */
    while (folders_left() > 0)
        usleep(1000);
}

static void a_named_file_is_read_and_left_alone(void **state)
{
    (void)state;
    char params[512], path[256];
    snprintf(params, sizeof params, "path=%s/named", folder);
    snprintf(path, sizeof path, "%s/named", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("something", file);
    fclose(file);
    assert_int_equal(open_jobs("file", params), 0);
    assert_int_equal(pool_jobs_run(&jobs, 12345), 0);
    pool_jobs_close(&jobs);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(unlink(path), 0);
}

static void a_file_that_vanishes_is_an_error_of_the_job(void **state)
{
    (void)state;
    char path[POOL_PATH_BYTES + 8], words[256];
    assert_int_equal(open_jobs("file", ""), 0);
    snprintf(path, sizeof path, "%s/5", jobs.file.path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(pool_jobs_run(&jobs, 4), 0);
    assert_int_equal(pool_jobs_run(&jobs, 5), -ENOENT);
    assert_non_null(strstr(pool_jobs_describe(&jobs, words, sizeof words), jobs.file.path));
    pool_jobs_close(&jobs);
    assert_int_equal(folders_left(), 0);
}

static void a_file_that_cannot_be_read_is_refused_by_name(void **state)
{
    (void)state;
    char params[256];
    assert_int_equal(open_jobs("file", "path=/nonexistent/file"), -ENOENT);
    assert_non_null(strstr(problem, "/nonexistent/file"));
    snprintf(params, sizeof params, "path=%s", folder);
    assert_int_equal(open_jobs("file", params), -EISDIR);
    assert_non_null(strstr(problem, folder));
}

static void a_temporary_folder_that_cannot_be_had_is_said(void **state)
{
    (void)state;
    assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
    int r = open_jobs("file", "");
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
    assert_int_equal(r, -ENOENT);
    assert_non_null(strstr(problem, "TMPDIR"));
}

/* Where the kernel keeps pages (tmpfs), or cannot be asked, that is said and nothing is left. */
static void a_dropped_file_is_out_of_the_cache_or_refused(void **state)
{
    (void)state;
    int r = open_jobs("file", "cache=dropped");
    if (r < 0) {
        assert_true(r == -EBUSY || r == -ENOTSUP);
        assert_non_null(strstr(problem, "page cache"));
    } else {
        for (uint32_t number = 0; number < POOL_FILES; number++)
            assert_int_equal(pool_jobs_run(&jobs, number), 0);
        pool_jobs_close(&jobs);
    }
    assert_int_equal(folders_left(), 0);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || setenv("TMPDIR", folder, 1) < 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_have_the_names_of_the_parameter),
        cmocka_unit_test(a_spin_job_takes_its_share_of_cpu_time),
        cmocka_unit_test(the_work_of_a_spin_job_is_in_proportion_to_its_length),
        cmocka_unit_test(a_pbkdf2_job_does_as_many_iterations_as_it_is_told),
        cmocka_unit_test(a_sleep_job_sleeps_its_time_and_uses_no_cpu),
        cmocka_unit_test(looking_localhost_up_works_or_says_what_fails),
        cmocka_unit_test(files_are_made_for_the_jobs_and_removed_with_them),
        cmocka_unit_test(files_are_removed_when_the_process_is_killed),
        cmocka_unit_test(a_named_file_is_read_and_left_alone),
        cmocka_unit_test(a_file_that_vanishes_is_an_error_of_the_job),
        cmocka_unit_test(a_file_that_cannot_be_read_is_refused_by_name),
        cmocka_unit_test(a_temporary_folder_that_cannot_be_had_is_said),
        cmocka_unit_test(a_dropped_file_is_out_of_the_cache_or_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
