/* What a connection costs in this process: the loop's memory and the backend's, with the stream
 * itself. */
#include "harness/system/allocated.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/loop_side.h"
#include "tests/conformance/network.h"
#include "tests/sanitized.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES_EACH_MOST 512

/* The client is a process of its own, because one process may not have both ends of so many. It
 * goes when its end of the pipe does. */
static pid_t start_clients(const struct sockaddr_in *address, unsigned count, int *hold)
{
    int ends[2];
    expect_equal(pipe(ends), 0);
    pid_t pid = fork();
    expect_that(pid, >=, 0);
    if (pid > 0) {
        close(ends[0]);
        *hold = ends[1];
        return pid;
    }
    char byte;
    close(ends[1]);
    alarm(case_limit_s());
    for (unsigned i = 0; i < count; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        /* By RST, or the ports would be used up for a minute. */
        struct linger at_once = {.l_onoff = 1};
        if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ||
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0)
            _exit(1);
    }
    _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
}

static void on_connection_lean(struct loop_listener *listener, int status)
{
    struct loop_side *side = listener->handle.data;
    struct loop_stream **streams = side->context;
    struct loop_stream *stream = malloc(sizeof *stream);
    expect(stream != NULL, "memory for the case");
    expect_equal(status, 0);
    loop_stream_init(side->loop, stream);
    expect_equal(loop_accept(listener, stream), 0);
    expect_equal(loop_read_start(stream, served_read), 0);
    streams[side->connections++] = stream;
}

static void free_stream(struct loop_handle *handle)
{
    free(list_owner(handle, struct loop_stream, handle));
}

void through_the_loop_a_connection_costs_less_than_512_bytes(struct fixture *f)
{
    struct loop_side side;
    size_t before, after;
    int hold, status;
    /* Ten thousand is the promise; a rung of a ladder differs from its backend in nothing that is
     * kept for a connection, and what a sanitizer looks for shows with fewer as well. */
    unsigned count = f->variant->rung || SANITIZED ? 2000 : 10000;
    struct rlimit limit;
    if (!allocated_bytes(&before))
        case_skip(f, "the C library does not tell how much memory is allocated");
    skip_emulated(f, "what a kernel would keep for a connection is memory of this process");
    need_descriptors(f, 600);
    expect_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < count + 64)
        count = (unsigned)limit.rlim_cur - 64;
    struct loop_stream **streams = calloc(count, sizeof(struct loop_stream *));
    loop_side_begin(f, &side, 64);
    side.context = streams;
    loop_side_listen(&side, 1024, on_connection_lean);
    loop_side_run_for(&side, 2);
    allocated_bytes(&before);
    pid_t clients = start_clients(&side.address, count, &hold);
    for (uint64_t limit_ns = clock_now_ns() + 3 * stall_ns(); side.connections < count;)
        loop_side_step(&side, limit_ns, "all connections");
    loop_side_run_for(&side, 2);
    allocated_bytes(&after);
    double each = (double)(after - before) / count;
    printf("%s: %u connections, %.0f bytes each, of which %zu are struct loop_stream\n",
           f->variant->name, count, each, sizeof(struct loop_stream));
    for (unsigned i = 0; i < count; i++)
        loop_close(&streams[i]->handle, free_stream);
    loop_side_end(&side);
    close(hold);
    expect_equal(waitpid(clients, &status, 0), clients);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "the process of the clients to have ended well");
    free(streams);
    expect_that(each, <, BYTES_EACH_MOST);
}
