/* The programs about timers, jobs and what is a one-shot check callback here. */
#include "tests/semantics/orders_libuv.h"

#include <unistd.h>

static void main_program(unsigned lasts_ms)
{
    timer("timer", 1, say_timer);
    immediate("immediate", say_name);
    virtual_clock_advance(lasts_ms);
    say("End");
    run();
}

static void main_program_timer_due(void)
{
    main_program(2);
}

static void main_program_timer_not_due(void)
{
    main_program(0);
}

static void start_both(void)
{
    timer("timer", 1, say_timer);
    immediate("immediate", say_name);
    virtual_clock_advance(2);
}

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    static char bytes[16];
    (void)handle;
    (void)size;
    *buffer = uv_buf_init(bytes, sizeof bytes);
}

static void read_then_start_both(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
    (void)bytes;
    (void)buffer;
    say("read");
    uv_read_stop(stream);
    start_both();
}

static void io_callback(void)
{
    int peer;
    require(uv_read_start(stream(&peer), give_buffer, read_then_start_both), "read");
    require((int)write(peer, "x", 1), "write");
    run();
    close(peer);
}

static void file_was_read(uv_fs_t *request)
{
    say(request->result == 1 ? "read" : "not read");
    uv_fs_req_cleanup(request);
    start_both();
}

static void file_read_callback(void)
{
    static char byte;
    uv_fs_t open, *request = NEW(uv_fs_t), close;
    uv_buf_t buffer = uv_buf_init(&byte, 1);
    int file = uv_fs_open(&loop, &open, "/dev/zero", UV_FS_O_RDONLY, 0, NULL);
    require(file, "open");
    require(uv_fs_read(&loop, request, file, &buffer, 1, -1, file_was_read), "read");
    run();
    uv_fs_close(&loop, &close, file, NULL);
}

static uv_sem_t begun;

static void work_nothing(uv_work_t *work)
{
    (void)work;
}

static void say_job(uv_work_t *work, int status)
{
    say("%s", status == 0 ? (const char *)work->data : "failed");
}

static void post_begun(uv_work_t *work)
{
    (void)work;
    uv_sem_post(&begun);
}

static void jobs_of_one_thread(void)
{
    static const char *const names[] = {"job1", "job2", "job3"};
    require(uv_os_setenv("UV_THREADPOOL_SIZE", "1"), "setenv");
    require(uv_sem_init(&begun, 0), "semaphore");
    immediate("immediate", say_name);
    for (int i = 0; i < 3; i++) {
        uv_work_t *work = NEW(uv_work_t);
        work->data = (void *)names[i];
        require(uv_queue_work(&loop, work, work_nothing, say_job), "submit");
    }
    require(uv_queue_work(&loop, NEW(uv_work_t), post_begun, NULL), "submit");
    uv_sem_wait(&begun);
    run();
    uv_sem_destroy(&begun);
}

/* ---- timers ---- */

static void say_with_time(uv_timer_t *timer)
{
    say("%s@%u", (const char *)timer->data, elapsed_ms());
}

static void timers_blocked_until_250(void)
{
    timer("timer100", 100, say_with_time);
    timer("timer200", 200, say_with_time);
    timer("timer300", 300, say_with_time);
    timer("timer400", 400, say_with_time);
    immediate("immediate", say_name);
    virtual_clock_advance(250);
    run();
}

static uv_timer_t *other;

static void stop_other(uv_timer_t *timer)
{
    say_timer(timer);
    uv_timer_stop(other);
}

static void stop_a_due_timer(void)
{
    timer("timer1", 1, stop_other);
    other = timer("timer2", 2, say_timer);
    timer("timer3", 3, say_timer);
    virtual_clock_advance(5);
    run();
}

static void unreferenced_timer(void)
{
    timer("timer10", 10, say_timer);
    uv_unref((uv_handle_t *)timer("timer20", 20, say_timer));
    run();
    say("End");
}

static void referenced_again(void)
{
    timer("timer10", 10, say_timer);
    uv_handle_t *last = (uv_handle_t *)timer("timer20", 20, say_timer);
    uv_unref(last);
    uv_ref(last);
    run();
    say("End");
}

static void last_ten_ms(uv_timer_t *timer)
{
    say_timer(timer);
    virtual_clock_advance(10);
}

static void falls_due_while_timers_run(void)
{
    timer("timer1", 1, last_ten_ms);
    timer("timer5", 5, say_timer);
    check("check", say_check_once);
    virtual_clock_advance(1);
    run();
}

static void start_another(uv_timer_t *first)
{
    say_timer(first);
    timer("again", 0, say_timer);
}

static void no_delay_started_in_a_timer(void)
{
    timer("timer", 1, start_another);
    check("check", say_check_once);
    virtual_clock_advance(1);
    run();
}

static unsigned calls;

static void repeat_three_times(uv_timer_t *timer)
{
    say_with_time(timer);
    calls++;
    if (calls == 1) {
        virtual_clock_advance(15);
        immediate("immediate", say_name);
    }
    if (calls == 3)
        uv_timer_stop(timer);
}

static void repeating_timer(void)
{
    uv_timer_t *repeating = timer("timer", 10, repeat_three_times);
    uv_timer_set_repeat(repeating, 10);
    run();
    say("End");
}

static void restart(uv_timer_t *timer)
{
    say_with_time(timer);
    if (++calls < 3)
        require(uv_timer_start(timer, restart, 5, 0), "timer");
}

static void restart_in_its_own_callback(void)
{
    timer("timer", 10, restart);
    run();
    say("End");
}

static void queue_third(const char *name)
{
    say_name(name);
    immediate("immediate3", say_name);
}

static void queue_second(const char *name)
{
    say_name(name);
    immediate("immediate2", queue_third);
    timer("timer", 1, say_timer);
    virtual_clock_advance(2);
}

static void immediates_queue_immediates(void)
{
    immediate("immediate1", queue_second);
    run();
}

const struct order timer_orders[] = {
    {"main_program_timer_due", main_program_timer_due},
    {"main_program_timer_not_due", main_program_timer_not_due},
    {"io_callback", io_callback},
    {"file_read_callback", file_read_callback},
    {"jobs_of_one_thread", jobs_of_one_thread},
    {"timers_blocked_until_250", timers_blocked_until_250},
    {"stop_a_due_timer", stop_a_due_timer},
    {"unreferenced_timer", unreferenced_timer},
    {"referenced_again", referenced_again},
    {"falls_due_while_timers_run", falls_due_while_timers_run},
    {"no_delay_started_in_a_timer", no_delay_started_in_a_timer},
    {"repeating_timer", repeating_timer},
    {"restart_in_its_own_callback", restart_in_its_own_callback},
    {"immediates_queue_immediates", immediates_queue_immediates},
    {NULL, NULL},
};
