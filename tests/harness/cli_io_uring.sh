#!/usr/bin/env bash
# io_uring where it is refused, and where it is asked for what it cannot give.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"
deny=("$2" io_uring_setup EPERM)

"$pollbench" list | grep -q '^io_uring .* yes ' || skip "this system has no io_uring"
"${deny[@]}" true || skip "no seccomp filter can be set here"

drain=(accept --set mode=drain --set queue=20 --set idle=0)

denied() {
    status=0
    "${deny[@]}" "$pollbench" "$@" >out 2>err || status=$?
}

a_list_says_that_it_is_refused_and_why() {
    denied list --json
    expect_status 0 || return 1
    "$python" - <<'PYTHON' || fail "not refused in the list"
import json
subjects = {s["name"]: s for s in json.load(open("out"))["subjects"]}
for name, subject in subjects.items():
    if "io_uring" in name and ":+zc" not in name:
        assert not subject["available"], name
        assert "Operation not permitted" in subject["reason"], subject
        assert subject["granted"] == [], subject
assert subjects["epoll"]["available"]
PYTHON
}

refused_it_is_skipped_by_name_and_nothing_runs_in_its_place() {
    denied run "${drain[@]}" --backends io_uring,io_uring-poll,epoll --rounds 2 --out r
    expect_status 0 && expect_error "SKIPPED io_uring" "SKIPPED io_uring-poll" "Operation not permitted" &&
        expect_run r '{t["subject"] for t in trials} == {"epoll"}' &&
        expect_run r 'all(not s["available"] and s["reason"] for s in run["subjects"] if s["name"] != "epoll")'
}

refused_and_alone_it_ends_with_3() {
    denied run "${drain[@]}" --backends io_uring,floor:io_uring --rounds 2 --out r
    expect_status 3 && expect_error "SKIPPED io_uring" "SKIPPED floor:io_uring" "nothing is left to run"
}

a_variant_that_loopback_makes_meaningless_is_refused_with_the_reason() {
    pb run "${drain[@]}" --backends io_uring:+zc,epoll --rounds 1 --out r
    expect_status 0 && expect_error "SKIPPED io_uring:+zc" "loopback" &&
        expect_run r '{t["subject"] for t in trials} == {"epoll"}'
}

depths_that_no_kernel_takes_are_bad_usage() {
    pb run "${drain[@]}" --set submissions=32769 --backends io_uring --out r
    expect_status 2 && expect_error "submissions" "1 to 32768" || return 1
    pb run "${drain[@]}" --set completions=0 --backends io_uring --out r
    expect_status 2 && expect_error "completions" "1 to 65536" || return 1
    pb run "${drain[@]}" --set buffers=32769 --backends io_uring --out r
    expect_status 2 && expect_error "buffers" "1 to 32768"
}

combinations_that_no_kernel_takes_skip_their_cell_alone() {
    pb run "${drain[@]}" --set submissions=256 --set completions=64,512 --backends io_uring --rounds 1 --out r
    expect_status 0 && expect_error "completion queue cannot be smaller" &&
        expect_run r '[bool(c["skipped"]) for c in cells] == [True, False]' || return 1
    pb run "${drain[@]}" --set buffers=3,4 --backends io_uring --rounds 1 --out s
    expect_status 0 && expect_error "power of two" &&
        expect_run s '[bool(c["skipped"]) for c in cells] == [True, False]'
}

more_connections_than_direct_descriptors_say_how_many_it_takes() {
    pb run "${drain[@]}" --set direct_descriptors=10 --backends io_uring:+direct,epoll --rounds 1 --out r
    expect_status 0 && expect_error "SKIPPED io_uring:+direct" "direct_descriptors=21" &&
        expect_run r '{t["subject"] for t in trials} == {"epoll"}'
}

a_completion_queue_that_overflows_loses_no_connection() {
    pb run accept --set mode=drain --set idle=0 --set queue=300 --set submissions=2 --set completions=4 \
        --backends io_uring --rounds 2 --out r
    expect_status 0 && expect_run r 'all(map(sound, trials)) and {t["round"] for t in trials} == {0, 1}' &&
        expect_run r 'all(t["counters"]["overflows"] + t["counters"]["rearms"] > 0 for t in trials)'
}

run_tests a_list_says_that_it_is_refused_and_why \
    refused_it_is_skipped_by_name_and_nothing_runs_in_its_place \
    refused_and_alone_it_ends_with_3 \
    a_variant_that_loopback_makes_meaningless_is_refused_with_the_reason \
    depths_that_no_kernel_takes_are_bad_usage \
    combinations_that_no_kernel_takes_skip_their_cell_alone \
    more_connections_than_direct_descriptors_say_how_many_it_takes \
    a_completion_queue_that_overflows_loses_no_connection
