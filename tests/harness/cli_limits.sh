#!/usr/bin/env bash
# Limits of the system: a cell that does not fit is skipped by name, the others run; what runs out in
# mid-trial is a sentence in the file.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

a_cell_beyond_the_limit_of_files_is_skipped_and_the_others_run() {
    status=0
    (ulimit -n 300 && exec "$pollbench" run "${small[@]}" --set budget=1 --rounds 2 --out r \
        --set idle=0,400) >out 2>err || status=$?
    expect_status 2 || return 1 # idle is given twice; in the next line it is not
    status=0
    (ulimit -n 300 && exec "$pollbench" run accept --set mode=drain --set queue=20 --set budget=1 \
        --set idle=0,400 --backends poll --rounds 2 --out r) >out 2>err || status=$?
    expect_status 0 && expect_error "SKIPPED accept drain" "RLIMIT_NOFILE" "is 300" "ulimit -Hn" &&
        expect_run r 'cells[0]["skipped"] is None and "300" in cells[1]["skipped"]' &&
        expect_run r 'len(cells[0]["trials"]) >= 2 and cells[1]["trials"] == []'
}

with_no_cell_left_it_ends_with_3() {
    status=0
    (ulimit -n 40 && exec "$pollbench" run "${small[@]}" --rounds 1 --out r) >out 2>err || status=$?
    expect_status 3 && expect_error "nothing is left to run" || return 1
    [ ! -e r ] || fail "a folder was made for nothing"
}

a_queue_beyond_somaxconn_is_skipped_with_the_remedy() {
    local limit
    limit=$(cat /proc/sys/net/core/somaxconn 2>/dev/null) || { skip_test "no net.core.somaxconn here"; return; }
    [ "$limit" -lt 65535 ] || { skip_test "net.core.somaxconn is the largest queue"; return; }
    [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -gt $((limit + 200)) ] ||
        { skip_test "the limit of files is in the way"; return; }
    pb run accept --set mode=drain --set idle=0 --set queue=20,$((limit + 1)) --backends poll --rounds 1 \
        --out r
    expect_status 0 && expect_error "sysctl -w net.core.somaxconn=$((limit + 1))" &&
        expect_run r '[bool(c["skipped"]) for c in cells] == [False, True]'
}

# In a network of its own, where only a handful of ports can be connected from.
ports_that_run_out_are_a_sentence() {
    unshare -rn true 2>/dev/null || { skip_test "unshare -rn is not allowed here"; return; }
    status=0
    unshare -rn bash -c 'ip link set lo up 2>/dev/null || ifconfig lo up || exit 77
        echo "40000 40001" >/proc/sys/net/ipv4/ip_local_port_range || exit 77
        exec "$@"' bash "$pollbench" run accept --set mode=drain --set queue=400 --set idle=0 \
        --backends poll --rounds 2 --out r >out 2>err || status=$?
    [ $status != 77 ] || { skip_test "no network of its own can be set up here"; return; }
    expect_status 3 && expect_error "FAILED poll" "port" &&
        expect_run r 'all(not t["valid"] and t["why_invalid"] for t in trials)'
}

# With as little memory as the backend alone needs, many connections are too many.
memory_that_runs_out_is_a_sentence() {
    local limit_kib=1000
    until (ulimit -d $limit_kib && "$pollbench" list) >out 2>err; grep -q '^poll .* yes ' out; do
        limit_kib=$((limit_kib + 500))
        [ $limit_kib -lt 20000 ] || { skip_test "this build needs more memory than is usual"; return; }
    done
    [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -gt 17000 ] ||
        { skip_test "the limit of files is in the way"; return; }
    status=0
    (ulimit -d $limit_kib && exec "$pollbench" run accept --set mode=drain --set queue=100 \
        --set idle=16000 --backends poll --rounds 1 --out r) >out 2>err || status=$?
    expect_status 3 && expect_error "FAILED poll" "memory" &&
        expect_run r 'all(not t["valid"] and "memory" in t["why_invalid"] for t in trials)'
}

# A group of a fifth of a CPU; fails where none can be made.
make_slow_group() {
    local name=pollbench-test-$$
    if [ -w /sys/fs/cgroup/cpu/cgroup.procs ]; then
        group=/sys/fs/cgroup/cpu/$name
        mkdir "$group" && echo 20000 >"$group/cpu.cfs_quota_us"
    else
        group=/sys/fs/cgroup/$name
        grep -qw cpu /sys/fs/cgroup/cgroup.subtree_control && mkdir "$group" && echo 20000 100000 >"$group/cpu.max"
    fi 2>/dev/null
}

trials_that_a_quota_of_cpu_time_stopped_do_not_count() {
    local group
    make_slow_group || { skip_test "no control group with a quota can be made here"; return; }
    status=0
    (echo "$BASHPID" >"$group/cgroup.procs" && exec "$pollbench" run pool --set mode=throughput --set seconds=0.2 \
        --backends epoll --rounds 1 --out r) >out 2>err || status=$?
    rmdir "$group" || fail "a process is left in the group" || return 1
    expect_run r 'run["manifest"]["limits"]["cpu_quota"] == 0.2' &&
        expect_run r 'trials and all(not t["valid"] and "quota of CPU time" in t["why_invalid"] for t in trials)' || return 1
    follows_the_schema r
}

run_tests trials_that_a_quota_of_cpu_time_stopped_do_not_count a_cell_beyond_the_limit_of_files_is_skipped_and_the_others_run \
    with_no_cell_left_it_ends_with_3 a_queue_beyond_somaxconn_is_skipped_with_the_remedy \
    ports_that_run_out_are_a_sentence memory_that_runs_out_is_a_sentence
