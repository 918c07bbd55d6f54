#!/usr/bin/env bash
# pollbench list.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"
elsewhere=$(realpath "$2")

every_subject_stands_in_the_table() {
    local name
    pb list
    expect_status 0 || return 1
    for name in null select poll epoll epoll-et epoll-oneshot floor:epoll; do
        grep -q "^$name " out || fail "$name is not listed" || return 1
    done
}

json_says_the_same_and_nothing_else() {
    pb list --json
    expect_status 0 || return 1
    "$python" - <<'PYTHON' || fail "not the JSON of a list"
import json
subjects = json.load(open("out"))["subjects"]
for subject in subjects:
    assert subject["tier"] in ("readiness", "completion", "none"), subject
    assert subject["available"] is (subject["reason"] is None), subject
    assert subject["available"] or subject["reason"], subject
    assert set(subject["granted"]) <= set(subject["asked"]), subject
assert {"null", "select", "poll", "epoll", "floor:epoll"} <= {s["name"] for s in subjects}
PYTHON
}

a_full_pipe_or_disk_is_an_error() {
    [ -e /dev/full ] || { skip_test "there is no /dev/full"; return; }
    status=0
    "$pollbench" list >/dev/full 2>err || status=$?
    expect_status 3
}

the_table_is_as_wide_as_the_terminal() {
    COLUMNS=80 pb list
    expect_status 0 || return 1
    ! grep -E '.{81}' out || fail "a line is wider than 80 columns"
}

a_system_that_it_never_ran_on_is_named_first() {
    status=0
    "$elsewhere" list >out 2>err || status=$?
    expect_status 0 || return 1
    [ "$(head -1 out)" = "Darwin: compiled, never run. \`pollbench check\` shows what works here." ] ||
        fail "the first line is: $(head -1 out)" || return 1
    "$elsewhere" list --json >out 2>err || fail "no JSON" || return 1
    grep -q '"note": "Darwin: compiled, never run' out || fail "not in the JSON"
}

linux_is_no_system_that_it_never_ran_on() {
    [ "$(uname -s)" = Linux ] || { skip_test "this is not Linux"; return; }
    pb list
    expect_status 0 || return 1
    ! grep "never run" out || fail "it was run on Linux" || return 1
    pb list --json
    grep -q '"note": null' out || fail "the JSON has a note"
}

run_tests a_system_that_it_never_ran_on_is_named_first linux_is_no_system_that_it_never_ran_on the_table_is_as_wide_as_the_terminal every_subject_stands_in_the_table json_says_the_same_and_nothing_else \
    a_full_pipe_or_disk_is_an_error
