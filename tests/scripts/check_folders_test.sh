#!/usr/bin/env bash
# check_folders.sh against breaches of every rule, each planted in a small tree that keeps them all.
# shellcheck source=tests/scripts/cases.sh
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

file() { # PATH: its text is standard input
    mkdir -p "$scratch/$(dirname "$1")"
    cat >"$scratch/$1"
}

clean_tree() {
    file backends/backend.h <<<'#include <stdint.h>'
    file backends/poll.c <<'END'
#include "backends/backend.h"
#include "backends/poll_set.h"
#include <poll.h>
const struct backend_ops poll_ops = {
END
    file backends/poll_set.h <<<'#include "backends/backend.h"'
    file backends/epoll.c <<'END'
#include "backends/backend.h"
#include <sys/epoll.h>
const struct backend_ops epoll_ops = {
int r = epoll_ctl(1, 2, 3, NULL);
END
    file backends/io_uring_ring.h <<<'#include <liburing.h>'
    file backends/io_uring.c <<'END'
#include "backends/io_uring_ring.h"
const struct backend_ops io_uring_ops = {
END
    file backends/io_uring_poll.c <<'END'
#include "backends/io_uring_ring.h"
const struct backend_ops io_uring_poll_ops = {
END
    file backends/syscalls.c <<<'int fd = accept4(1, NULL, NULL, 0);'
    file loop/loop.c <<'END'
#include "backends/backend.h"
#include "loop/loop.h"
/* A comment may name accept4() and
 * #include "harness/run.h"
 * epoll_wait(...) as it likes; */
const char *text = "so may a string: /* eventfd() // gettid()"; // and sched_setaffinity()
int r = sys.accept4(1) + my_epoll_wait(2);
END
    file harness/build.c <<<'#include "generated_build_info.h"'
    file loop/loop.h <<<'int (*epoll_wait)(int);'
    file harness/main.c <<'END'
#include "backends/poll_set.h"
#include "harness/run.h"
#include "loop/loop.h"
END
    file harness/pin_linux.c <<<'int r = sched_setaffinity(0, 1, NULL);'
    file harness/base/text.h <<<'int text(void);'
    file harness/record/run.c <<'END'
#include "harness/base/text.h"
#include "harness/record/run.h"
#include <jansson.h>
int run_read(int fd)
{
    return run_other(fd) + own(fd) + self->run_write(fd);
}
END
    file harness/record/run.h <<<'#include <jansson.h>'
    file harness/record/other.c <<'END'
static int own(int fd)
{
    return fd;
}

int run_other(int fd,
              int (*ask)(int))
{
    /* run_read() calls this */
    return own(fd) + ask(fd);
}
END
    file harness/record/twin_linux.c <<'END'
int twin(void)
{
    return twin();
}
END
    cp "$scratch/harness/record/twin_linux.c" "$scratch/harness/record/twin_other.c"
    file harness/analysis/analysis.c <<'END'
#include "harness/record/run.h"
#include "loop/loop.h"
END
    file tests/harness/record/test_run.c <<<'#include "harness/hello/hello.h"'
    file tests/loop/test_loop.c <<<'#include "tests/fakes/fake.h"'
}

# The tree with one more line in FILE breaks RULE, at that line and nowhere else.
breaks() { # FILE LINE RULE
    clean_tree
    mkdir -p "$scratch/$(dirname "$1")"
    printf '%s\n' "$2" >>"$scratch/$1"
    observe "$root/scripts/check_folders.sh" "$scratch"
    expect_status 1
    expect_output "$1:$(wc -l <"$scratch/$1" | tr -d ' '): "
    expect_output "$3"
    expect_same "the number of breaches" 1 "$(grep -c . <<<"$output")"
}

case_a_tree_that_keeps_the_rules_passes() {
    clean_tree
    observe "$root/scripts/check_folders.sh" "$scratch"
    expect_status 0
    expect_same "what is printed" "" "$output"
}

case_a_tree_without_sources_is_an_error() {
    observe "$root/scripts/check_folders.sh" "$scratch"
    expect_status 2
}

case_the_loop_may_not_include_the_harness() {
    breaks loop/loop.c '#include "harness/run.h"' "loop may not include harness"
}

case_a_backend_may_not_include_the_loop() {
    breaks backends/poll.c '  #  include "loop/loop.h"' "backends may not include loop"
}

case_a_backend_may_not_include_the_harness() {
    breaks backends/backend.h '#include "harness/run.h" /* why not */' "backends may not include harness"
}

case_the_harness_may_not_include_tests() {
    breaks harness/main.c '#include "tests/fakes/fake.h"' "nothing includes tests"
}

case_a_backend_may_not_include_another_mechanism() {
    breaks backends/epoll.c '#include "backends/poll_set.h"' "a backend includes no other mechanism"
}

case_a_shared_helper_may_not_include_a_mechanism() {
    breaks backends/readiness.c '#include "backends/poll_set.h"' "a backend includes no other mechanism"
}

case_the_loop_may_not_include_a_mechanism() {
    breaks loop/loop.c '#include "backends/poll_set.h"' "the loop includes the contract"
}

case_an_include_that_is_not_written_from_the_top_is_found() {
    breaks loop/loop.c '#include "loop.h"' "not written from the top"
}

case_an_include_through_the_parent_folder_is_found() {
    breaks loop/loop.c '#include "../harness/run.h"' "not written from the top"
}

case_a_linux_header_in_a_portable_file_is_found() {
    breaks loop/loop.c '#include <sys/eventfd.h>' "only Linux has <sys/eventfd.h>"
}

case_a_kernel_header_in_a_portable_file_is_found() {
    breaks harness/main.c '#include <linux/perf_event.h>' "only Linux has <linux/perf_event.h>"
}

case_liburing_in_a_portable_file_is_found() {
    breaks tests/loop/test_loop.c '#include <liburing.h>' "only Linux has <liburing.h>"
}

case_a_header_named_for_linux_in_a_portable_file_is_found() {
    breaks harness/main.c '#include "harness/pin_linux.h"' "only Linux has <harness/pin_linux.h>"
}

case_a_linux_call_in_a_portable_file_is_found() {
    breaks harness/main.c 'x(1); if (sched_setaffinity (0, 1, NULL)) y("/*");' "only Linux has this call"
}

case_a_name_that_only_linux_has_in_a_portable_file_is_found() {
    breaks harness/main.c 'return -EREMOTEIO;' "only Linux has this name"
}

case_code_after_a_comment_is_looked_at() {
    breaks loop/loop.c '/* " */ int fd = eventfd(0, 0);' "only Linux has this call"
}

case_a_call_that_macos_lacks_is_found() {
    breaks harness/main.c 'int fd = accept4(1, NULL, NULL, 0);' "not every Unix has this call"
}

case_a_header_that_only_linux_has_in_a_test_for_all_systems_is_found() {
    breaks tests/main.c '#include <sys/sysmacros.h>' "only Linux has <sys/sysmacros.h>"
}

case_a_kqueue_call_outside_its_file_is_found() {
    breaks backends/poll.c 'int fd = kqueue();' "only BSD and macOS have this call"
}

case_a_room_may_not_include_one_that_comes_after_it() {
    breaks harness/record/run.h '#include "harness/analysis/analysis.h"' \
        "harness/record may not include harness/analysis, which comes after it"
}

case_a_room_may_not_include_what_lies_on_top() {
    breaks harness/record/run.h '#include "harness/run.h"' \
        "a room may not include what lies on top of harness/"
}

case_a_room_that_is_in_no_order_may_not_be_included() {
    breaks harness/record/run.h '#include "harness/attic/old.h"' "harness/attic is no room"
}

case_a_folder_that_is_no_room_is_found_once() {
    breaks harness/attic/old.c '#include "harness/base/text.h"' "harness/attic is no room"
}

case_tests_of_a_room_that_there_is_not_are_found() {
    breaks tests/harness/attic/test_old.c '#include "harness/base/text.h"' "tests/harness mirrors the rooms"
}

case_json_beyond_its_rooms_is_found() {
    breaks harness/analysis/analysis.c '#include <jansson.h>' "a run is typed"
}

case_json_in_another_file_of_a_room_that_prints_it_is_found() {
    breaks harness/compare/pairs.c '#include <jansson.h>' "a run is typed"
}

# The breach stands where the circle is closed, in the middle of a file.
finds_circle() { # FILE:LINE CIRCLE
    observe "$root/scripts/check_folders.sh" "$scratch"
    expect_status 1
    expect_output "$1: these files call each other in a circle: $2"
    expect_same "the number of breaches" 1 "$(grep -c . <<<"$output")"
}

case_two_files_that_call_each_other_are_found() {
    clean_tree
    printf 'int back(int fd)\n{\n    return run_read(fd);\n}\n' >>"$scratch/harness/record/other.c"
    finds_circle harness/record/run.c:6 \
        "harness/record/other.c -> harness/record/run.c -> harness/record/other.c"
}

case_a_circle_of_three_files_is_found() {
    clean_tree
    printf 'int more(int fd)\n{\n    if (third(fd))\n        return 1;\n}\n' >>"$scratch/harness/record/other.c"
    printf 'int third(int fd)\n{\n    return run_read(fd);\n}\n' >"$scratch/harness/record/third.c"
    finds_circle harness/record/run.c:6 \
        "harness/record/other.c -> harness/record/third.c -> harness/record/run.c -> harness/record/other.c"
}

case_files_of_two_folders_may_call_each_other() {
    clean_tree
    printf 'int far(int fd)\n{\n    return run_read(fd) + near(fd);\n}\n' >>"$scratch/harness/analysis/analysis.c"
    printf 'int near(int fd)\n{\n    return far(fd);\n}\n' >"$scratch/harness/record/near.c"
    observe "$root/scripts/check_folders.sh" "$scratch"
    expect_status 0
}

run_case "$@"
