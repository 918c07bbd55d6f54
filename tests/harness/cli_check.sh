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
    a_crash_is_a_failure a_skip_is_shown_with_its_reason_and_is_no_failure json_has_every_result \
    an_unknown_case_is_refused_with_the_nearest_one without_the_conformance_program_it_says_how_to_get_it
