#!/usr/bin/env bash
# pollbench check, with a stand-in for the conformance program beside a copy of pollbench.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

# STAND_IN: the body of the script for a case; $1 is the case, $2 the backend.
set_up() { # STAND_IN
    cp "$pollbench" ./pollbench
    cat >pollbench-conformance <<END
#!/bin/sh
if [ "\$1" = --list ]; then echo first_case; echo second_case; exit 0; fi
if [ "\$1" = --limit ]; then echo 30; exit 0; fi
$1
END
    chmod +x pollbench-conformance
    pollbench_copied=$PWD/pollbench
}

check() {
    status=0
    "$pollbench_copied" check "$@" >out 2>err || status=$?
}

all_cases_run_on_all_backends() {
    set_up 'echo "$1 $2" >>ran'
    check
    expect_status 0 || return 1
    grep -qx "first_case poll" ran && grep -qx "second_case select" ran || fail "not all cases ran" || return 1
    check --backends poll --case second_case
    expect_status 0 && grep -q "second_case .*ok" out && ! grep -q first_case out || fail "not the chosen one"
}

a_failure_is_shown_with_its_reason_and_is_exit_status_1() {
    set_up 'if [ "$1$2" = second_casepoll ]; then echo "lost a byte" >&2; exit 1; fi'
    check --backends poll,select
    expect_status 1 && grep -q "FAIL second_case poll: .*lost a byte" out || fail "no reason"
}

a_failure_shows_the_expectation_that_failed_and_no_noise() {
    set_up 'echo "tests/conformance/wait.c:271: expected 0 to 8 waits; it is 10" >&2; exit 1'
    check --backends poll --case first_case
    expect_status 1 && grep -qx "FAIL first_case poll: tests/conformance/wait.c:271: expected 0 to 8 waits; it is 10" out ||
        fail "not the expectation alone"
}

# Each of two cases waits for the other one to have started.
with_jobs_cases_run_side_by_side_and_keep_their_order() {
    set_up 'mkdir "began.$1.$2"
for i in $(seq 500); do
    [ -d began.first_case.poll ] && [ -d began.first_case.select ] && break
    sleep 0.02
done
[ "$i" != 500 ] || exit 1
[ "$2" = select ] || sleep 0.3'
    check --backends poll,select --jobs 2
    expect_status 0 || return 1
    [ "$(sed -n '2s/ .*//p;3s/ .*//p' out | tr '\n' ' ')" = "first_case second_case " ] || fail "not in their order"
}

without_jobs_one_case_runs_at_a_time() {
    set_up 'mkdir busy || exit 1; sleep 0.05; rmdir busy'
    check --backends poll,select
    expect_status 0 && mkdir busy && check --backends poll --case first_case && expect_status 1
}

a_time_limit_factor_reaches_the_program() {
    set_up 'echo "$*" >>ran'
    check --backends poll --case first_case --time-limit-factor 2.5
    expect_status 0 && grep -qx "first_case poll --time-limit-factor 2.5" ran || fail "no factor"
}

# The stand-in says a limit of its own; pollbench gives 30 s more, which nobody waits for here.
a_program_that_says_no_limit_is_refused() {
    set_up 'exit 0'
    sed -i.bak 's/echo 30/echo/' pollbench-conformance
    check --backends poll
    expect_status 3 && expect_error "build it again"
}

bad_values_are_refused() {
    local value
    set_up 'exit 0'
    for value in 0 -1 65 two ""; do
        check --jobs "$value"
        expect_status 2 && expect_error --jobs || return 1
    done
    for value in 0 0.05 1001 1e3 fast ""; do
        check --time-limit-factor "$value"
        expect_status 2 && expect_error "--time-limit-factor" || return 1
    done
}

progress_is_shown_on_a_terminal_alone() {
    set_up 'sleep 0.05'
    check --backends poll
    expect_status 0 && [ ! -s err ] || fail "something on standard error" || return 1
    "$python" - "$pollbench_copied" <<'PYTHON' || fail "no progress on a terminal"
import os, pty, sys
master, terminal = pty.openpty()
pid = os.fork()
if pid == 0:
    os.dup2(os.open("out", os.O_WRONLY | os.O_TRUNC), 1)
    os.dup2(terminal, 2)
    os.execv(sys.argv[1], [sys.argv[1], "check", "--backends", "poll"])
os.close(terminal)
seen = b""
try:
    while chunk := os.read(master, 4096):
        seen += chunk
except OSError:
    pass
os.waitpid(pid, 0)
assert b"%" in seen and b"second_case" in seen, seen
PYTHON
}

an_interrupted_check_ends_the_cases_that_run() {
    set_up 'echo $$ >>pids; sleep 100'
    "$pollbench_copied" check --backends poll,select --jobs 2 >out 2>err &
    local check_pid=$!
    for i in $(seq 500); do
        [ "$(wc -l 2>/dev/null <pids)" = 2 ] && break
        sleep 0.02
    done
    kill -TERM $check_pid
    status=0
    wait $check_pid || status=$?
    expect_status 3 && expect_error interrupted || return 1
    for pid in $(cat pids); do
        ! kill -0 "$pid" 2>/dev/null || fail "process $pid still runs" || return 1
    done
}

a_full_disk_is_told() {
    [ -e /dev/full ] || return 0
    set_up 'exit 0'
    status=0
    "$pollbench_copied" check --backends poll >/dev/full 2>err || status=$?
    expect_status 3 && expect_error "standard output"
}

a_crash_is_a_failure() {
    set_up 'kill -SEGV $$'
    check --backends poll --case first_case
    expect_status 1 && grep -q "signal 11" out || fail "no signal"
}

a_skip_is_shown_with_its_reason_and_is_no_failure() {
    set_up 'echo noise; echo "needs another kernel"; exit 77'
    check --backends poll
    expect_status 0 && grep -q "skip poll: needs another kernel" out || fail "no reason"
}

json_has_every_result() {
    set_up 'if [ "$1" = first_case ]; then exit 77; fi'
    check --backends poll,select --json
    expect_status 0 && "$python" - <<'PYTHON' || fail "not the JSON of a check"
import json
results = json.load(open("out"))["cases"]
assert [(r["case"], r["backend"], r["status"]) for r in results] == [
    ("first_case", "poll", "skip"), ("first_case", "select", "skip"),
    ("second_case", "poll", "ok"), ("second_case", "select", "ok")], results
PYTHON
}

an_unknown_case_is_refused_with_the_nearest_one() {
    set_up 'exit 0'
    check --case frist_case
    expect_status 2 && expect_error '"first_case"'
}

without_the_conformance_program_it_says_how_to_get_it() {
    set_up 'exit 0'
    rm pollbench-conformance
    check
    expect_status 3 && expect_error pollbench-conformance POLLBENCH_TESTS
}

run_tests all_cases_run_on_all_backends a_failure_is_shown_with_its_reason_and_is_exit_status_1 \
    a_failure_shows_the_expectation_that_failed_and_no_noise \
    with_jobs_cases_run_side_by_side_and_keep_their_order without_jobs_one_case_runs_at_a_time \
    a_time_limit_factor_reaches_the_program a_program_that_says_no_limit_is_refused bad_values_are_refused \
    progress_is_shown_on_a_terminal_alone an_interrupted_check_ends_the_cases_that_run a_full_disk_is_told \
    a_crash_is_a_failure a_skip_is_shown_with_its_reason_and_is_no_failure json_has_every_result \
    an_unknown_case_is_refused_with_the_nearest_one without_the_conformance_program_it_says_how_to_get_it
