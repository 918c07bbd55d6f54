#!/usr/bin/env bash
# echo, as people use it.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

echo=(echo --set seconds=0.03)

# Those of the system and the build: a backend that CI demands may not be missing.
every_backend_sends_all_messages_back() {
    pb run "${echo[@]}" --set connections=20 --rounds 1 --profile standard --out r
    expect_status 0 &&
        expect_run r 'all(t["valid"] for t in trials)' &&
        expect_run r 'all(t["metrics"]["server_cpu_ns_per_message"] > 0 and t["metrics"]["messages_per_s"] > 0
            and t["histograms"]["message_latency_ns"]["count"] >= 0 and not t["generator"]["errors"]
            and t["generator"]["connections"] == 20 for t in trials)' &&
        expect_run r '{"select", "poll"} <= {t["subject"] for t in trials}' || return 1
    local name
    for name in ${REQUIRE_BACKENDS:-}; do
        expect_run r "'$name' in {t['subject'] for t in trials} or '$name' not in ('epoll', 'io_uring')" || return 1
    done
    pb report r
    expect_status 0 && grep -q 'server_cpu_ns_per_message' out || fail "no table" || return 1
    [ -s r/report.html ] || fail "no page"
}

it_follows_the_schema() {
    pb run "${echo[@]}" --set connections=4 --set active=0,2 --set transport=tcp,unix \
        --set bytes=64,100000 --backends select,poll --rounds 1 --out r
    expect_status 0 && expect_run r 'len(cells) == 8' && follows_the_schema r
}

# What has no counters of its own does not say 0.
counters_are_there_where_they_are_counted() {
    pb run "${echo[@]}" --set connections=4 --backends poll,peer:libuv,peer:libevent,peer:libev --rounds 1 --out r
    expect_status 0 &&
        expect_run r 'all(("waits" in t["counters"]) == (t["subject"] == "poll") for t in trials)' &&
        expect_run r 'all(t["counters"]["operations"] > 0 for t in trials)'
}

a_library_that_is_missing_is_skipped_with_the_reason() {
    pb run "${echo[@]}" --set connections=2 --backends poll,peer:libuv,peer:libevent,peer:libev,null --rounds 1 --out r
    expect_status 0 && expect_error "SKIPPED null" "nothing can connect" || return 1
    local peer
    for peer in libuv libevent libev; do
        if "$pollbench" list | grep -q "^peer:$peer .* yes "; then
            expect_run r "any(t['subject'] == 'peer:$peer' for t in trials)" || return 1
        else
            expect_error "SKIPPED peer:$peer" || return 1
        fi
    done
}

refused() { # TEXT SETTING...
    local text=$1
    shift
    pb run echo "$@" --backends poll --rounds 1 --out r
    expect_status 2 && expect_error "$text" || return 1
    [ ! -e r ] || fail "it ran"
}

what_makes_no_sense_is_refused_by_name() {
    refused "bytes cannot be" --set bytes=0 &&
        refused "bytes cannot be" --set bytes=1G &&
        refused "connections cannot be" --set connections=0 &&
        refused "pipeline cannot be" --set pipeline=0 &&
        refused "pipeline cannot be" --set pipeline=257 &&
        refused '"tcp"' --set transport=tpc &&
        refused "seconds cannot be" --set seconds=0
}

skipped() { # TEXT SETTING...
    local text=$1
    shift
    pb run echo --set seconds=0.02 "$@" --backends poll --rounds 1 --out r
    expect_error "SKIPPED echo" "$text" || return 1
    [ ! -d r ] || expect_run r 'not trials'
    rm -rf r
}

what_cannot_be_run_here_is_said_before_it_begins() {
    skipped "more connections would talk" --set connections=5 --set active=6 &&
        skipped "256 MiB" --set connections=1000 --set bytes=1M &&
        skipped "power of two" --set buffers=3 &&
        (
            ulimit -n 100 && skipped "open files" --set connections=200
        )
}

a_path_that_is_too_long_is_said_and_nothing_is_left() {
    local long
    long=$PWD/$(printf 'x%.0s' {1..120})
    mkdir "$long" || return 1
    TMPDIR=$long pb run "${echo[@]}" --set transport=unix --set connections=2 --backends poll --rounds 1 --out r
    expect_error "set TMPDIR to a shorter one" || return 1
    [ -z "$(ls -A "$long")" ] || fail "something is left behind"
}

run_tests every_backend_sends_all_messages_back it_follows_the_schema counters_are_there_where_they_are_counted \
    a_library_that_is_missing_is_skipped_with_the_reason what_makes_no_sense_is_refused_by_name \
    what_cannot_be_run_here_is_said_before_it_begins a_path_that_is_too_long_is_said_and_nothing_is_left
