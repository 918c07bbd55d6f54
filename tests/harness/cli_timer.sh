#!/usr/bin/env bash
# The timer workload on the command line: what it writes, what it refuses and how.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

accuracy=(timer --set mode=accuracy --set interval_us=1000)
scale=(timer --set mode=scale)

refused() { # SENTENCE SETTING...
    local sentence=$1 settings=() setting
    shift
    for setting in "$@"; do
        settings+=(--set "$setting")
    done
    pb run timer "${settings[@]}"
    expect_status 2 && expect_error "$sentence" || return 1
    [ ! -e results ] || fail "$* made a result folder"
}

# A cell that cannot be run: it is skipped by name, and nothing else was asked for.
impossible() { # SENTENCE SETTING...
    local sentence=$1 settings=() setting
    shift
    for setting in "$@"; do
        settings+=(--set "$setting")
    done
    pb run timer "${settings[@]}" --backends poll --rounds 1 --out r
    expect_status 3 && expect_error SKIPPED "$sentence" "nothing is left to run" || return 1
    [ ! -e r ] || fail "$* made a result folder"
}

accuracy_records_lateness_of_every_subject_and_none_is_early() {
    pb run "${accuracy[@]}" --set slack=default --set seconds=0.02 --set timers=1,3 --profile standard \
        --rounds 1 --out r
    expect_status 0 && follows_the_schema r || return 1
    expect_run r 'len(trials) >= 2 * 4 and all(map(sound, trials))' &&
        expect_run r 'all(t["metrics"]["early"] == 0 for t in trials)' &&
        expect_run r 'all(t["metrics"]["lateness_p50_ns"] > 0 for t in trials)' &&
        expect_run r 'all(t["histograms"]["lateness_ns"]["count"] == t["counters"]["operations"]
            == 20 * c["params"]["timers"] for c in cells for t in c["trials"])' &&
        expect_run r 'all(("drift_ns_per_s" in t["metrics"]) == ("iteration_ns" in t["histograms"])
            == (not t["subject"].startswith("floor:")) for t in trials)' &&
        expect_run r 'all(c["params"] == {"interval_us": 1000, "timers": c["params"]["timers"],
            "slack": "default", "busy_us": 0, "conns": 0, "scheduler": "other", "seconds": 0.02}
            for c in cells)' || return 1
    [ "$(uname)" != Linux ] ||
        expect_run r '{t["subject"] for t in trials} >= {"select", "poll", "epoll", "floor:nanosleep",
            "floor:timerfd"}'
}

the_baseline_runs_in_every_round() {
    pb run "${accuracy[@]}" --set slack=default --set seconds=0.01 --backends poll,floor:nanosleep --rounds 3 --out r
    [ "$status" != 2 ] || { skip_test "no clock_nanosleep here"; return; }
    expect_status 0 && expect_run r '{t["round"] for t in trials
            if t["subject"] == "floor:nanosleep" and sound(t)} == {0, 1, 2}' &&
        expect_run r 'all("drift_ns_per_s" not in t["metrics"] for t in trials
            if t["subject"] == "floor:nanosleep")' || return 1
    expect_run r '{e["baseline"] for e in cells[0]["excess"]} == {"floor:nanosleep"}' || return 1
    COLUMNS=160 pb report r
    grep -q 'excess p50, us' out || fail "no excess over the baseline in the table"
}

a_loop_that_accepts_beside_its_timers_is_measured_and_a_sleeper_refuses() {
    pb run "${accuracy[@]}" --set slack=default --set seconds=0.05 --set conns=4 --backends poll,null,floor:nanosleep \
        --rounds 1 --out r
    expect_status 0 && expect_error "SKIPPED null" "SKIPPED floor:nanosleep" "nobody would accept" &&
        follows_the_schema r &&
        expect_run r 'all(t["generator"]["connections"] >= 0 for t in trials if t["valid"])' &&
        expect_run r 'set(t["subject"] for t in trials) == {"poll"}' || return 1
    pb report r
    expect_status 0
}

slack_is_set_or_refused_with_the_reason() {
    pb run "${accuracy[@]}" --set seconds=0.02 --set slack=default,1 --backends poll --rounds 1 --out r
    if [ "$(uname)" = Linux ]; then
        expect_status 0 && expect_run r '[c["params"]["slack"] for c in cells] == ["default", "1"]' &&
            expect_run r 'all(map(sound, trials))'
    else
        expect_error "SKIPPED" "slack=default"
    fi
}

real_time_scheduling_runs_or_is_refused_with_the_remedy() {
    pb run "${accuracy[@]}" --set slack=default --set seconds=0.02 --set scheduler=fifo --backends poll --rounds 1 --out r
    if [ "$status" = 0 ]; then
        expect_run r 'all(map(sound, trials))' || return 1
    else
        expect_status 3 && expect_error "SCHED_FIFO is not permitted" "ulimit -r 1" || return 1
    fi
    setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice true 2>/dev/null ||
        { skip_test "the right to it cannot be given up here"; return; }
    status=0
    (ulimit -r 0 && exec setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice "$pollbench" run \
        "${accuracy[@]}" --set slack=default --set scheduler=other,fifo --set seconds=0.02 --backends poll --rounds 1 \
        --out refused) >out 2>err || status=$?
    expect_status 0 && expect_error "SKIPPED" "scheduler=fifo" "SCHED_FIFO is not permitted" &&
        expect_run refused '[c["skipped"] is None for c in cells] == [True, False]'
}

scale_compares_the_loop_with_libuv() {
    pb run "${scale[@]}" --set timers=1000,3000 --set due=random,monotone --rounds 1 --out r
    expect_status 0 && follows_the_schema r &&
        expect_run r '[(c["params"]["timers"], c["params"]["due"]) for c in cells] == [(1000, "random"),
            (1000, "monotone"), (3000, "random"), (3000, "monotone")]' &&
        expect_run r 'all(t["metrics"][m] > 0 for t in trials for m in ("ns_per_start_and_fire",
            "ns_per_start", "ns_per_cancel", "ns_per_fire", "ns_per_restart"))' || return 1
    pb report r
    expect_status 0 || return 1
    "$pollbench" list | grep -q '^peer:libuv .* yes ' || { skip_test "libuv is missing"; return; }
    expect_run r 'all({t["subject"] for t in c["trials"]} >= {"peer:libuv"} for c in cells)'
}

libuv_is_not_on_a_plan_and_sleepers_have_no_crowd() {
    "$pollbench" list | grep -q '^peer:libuv .* yes ' || { skip_test "libuv is missing"; return; }
    pb run timer --set interval_us=1000 --set slack=default --set timers=10 --set seconds=0.01 --backends poll,peer:libuv,floor:nanosleep \
        --rounds 1 --out r
    expect_status 0 && expect_error "SKIPPED peer:libuv on timer accuracy" "whole milliseconds" \
        "SKIPPED floor:nanosleep on timer scale" "only sleeps" &&
        expect_run r '[{t["subject"] for t in c["trials"]} for c in cells] == [
            {"poll", "floor:nanosleep"}, {"poll", "peer:libuv"}]'
}

parameters_keep_to_their_range_and_mode() {
    local value
    for value in 0 -1 10000001 1e3 0.5 fast; do
        refused "from 1 to 10000000" mode=accuracy interval_us=$value || return 1
    done
    for value in 0 1001; do
        refused "from 1 to 1000" mode=accuracy timers=$value || return 1
    done
    refused "from 1 to 100000000" mode=scale timers=100000001 &&
        refused "default,1" mode=accuracy slack=2 &&
        refused "other,fifo" mode=accuracy scheduler=rr &&
        refused "random,monotone" mode=scale due=never &&
        refused "from 0 to 10000000" mode=accuracy busy_us=-1 &&
        refused "from 0.01 to 600" mode=accuracy seconds=0 &&
        refused "belongs to mode accuracy" mode=scale interval_us=1000 &&
        refused "belongs to mode scale" mode=accuracy due=random &&
        refused '"interval_us"' interval=1000
}

more_than_the_interval_holds_is_skipped_before_the_run() {
    impossible "timers=101 are more than interval_us=100 can hold" \
        mode=accuracy interval_us=100 timers=101 &&
        impossible "busy_us included" mode=accuracy interval_us=1000 timers=2 busy_us=500 &&
        impossible "busy_us included" mode=accuracy interval_us=1000 busy_us=1000 &&
        impossible "set seconds=0.1 or more" mode=accuracy interval_us=100000 seconds=0.05 || return 1
    # What just fits is run.
    pb run "${accuracy[@]}" --set slack=default --set busy_us=400 --set timers=2 --set seconds=0.01 \
        --backends poll --rounds 1 --out r
    expect_status 0
}

more_timers_than_memory_are_refused_before_the_run() {
    local kib
    kib=$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo 2>/dev/null) || kib=
    [ -n "$kib" ] && [ "$kib" -lt 24000000 ] || { skip_test "this machine has memory enough"; return; }
    impossible "MiB of memory; ask for at most" mode=scale timers=100000000
}

memory_that_runs_out_in_a_trial_is_a_sentence() {
    (ulimit -d 20000 && "$pollbench" list) >out 2>err ||
        { skip_test "this build needs more memory than is usual"; return; }
    status=0
    (ulimit -d 20000 && exec "$pollbench" run "${scale[@]}" --set timers=1000000 --backends poll \
        --rounds 1 --out r) >out 2>err || status=$?
    [ "$status" != 0 ] || { skip_test "this system does not keep to ulimit -d"; return; }
    expect_status 3 && expect_error "FAILED poll" "not enough memory for 1000000 timers" &&
        expect_run r 'all(not t["valid"] and "memory" in t["why_invalid"] for t in trials)'
}

run_tests accuracy_records_lateness_of_every_subject_and_none_is_early \
    the_baseline_runs_in_every_round \
    a_loop_that_accepts_beside_its_timers_is_measured_and_a_sleeper_refuses \
    slack_is_set_or_refused_with_the_reason real_time_scheduling_runs_or_is_refused_with_the_remedy \
    scale_compares_the_loop_with_libuv libuv_is_not_on_a_plan_and_sleepers_have_no_crowd \
    parameters_keep_to_their_range_and_mode more_than_the_interval_holds_is_skipped_before_the_run \
    more_timers_than_memory_are_refused_before_the_run memory_that_runs_out_in_a_trial_is_a_sentence
