#!/usr/bin/env bash
# A disk that fills up in mid-run: the last good file stays, and no finished round is lost.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

# The files in KEPT are whole, and nothing is beside them. It may lack rounds at the end; of them RESCUED has all.
nothing_is_lost() { # KEPT RESCUED
    PYTHONPATH=$sources/tests/harness/record "$python" - "$1" "$2" <<'PYTHON' || fail "rounds are missing"
import json, os, run_folder, sys
kept, rescued = map(run_folder.load, sys.argv[1:])
assert sorted(os.listdir(sys.argv[1])) == ["run.json", "trials.jsonl"], os.listdir(sys.argv[1])
assert open(sys.argv[1] + "/trials.jsonl", "rb").read().endswith(b"}\n")
def rounds(run):
    return {trial["round"] for trial in run["cells"][0]["trials"]}
print(f"{len(rounds(kept))} rounds in the folder, {len(rounds(rescued))} rescued")
assert rounds(rescued) == set(range(rescued["rounds"]))
assert rounds(kept) == set(range(len(rounds(kept))))
assert len(rounds(rescued)) >= len(rounds(kept)) > 0
assert run_folder.lines(sys.argv[2])[:len(run_folder.lines(sys.argv[1]))] == run_folder.lines(sys.argv[1])
assert rescued["ended"] == "the result folder takes no more"
assert rescued["cells"][0]["summary"]
PYTHON
}

a_full_disk_stops_the_run_and_the_rounds_are_rescued() {
    unshare -rm true 2>/dev/null || { skip_test "unshare -rm is not allowed here"; return; }
    mkdir disk kept
    status=0
    unshare -rm bash -c 'mount -t tmpfs -o size=128k none disk || exit 77
        "$@"; status=$?; cp -a disk/r kept; exit $status' bash \
        "$pollbench" run "${endless[@]}" --out disk/r >out 2>err || status=$?
    [ $status != 77 ] || { skip_test "no tmpfs can be mounted here"; return; }
    expect_status 3 && expect_error "could not be written: No space left" "disk/r/" \
        "$TMPDIR/pollbench-" || return 1
    nothing_is_lost kept/r "$TMPDIR"/pollbench-* &&
        pb report "$TMPDIR"/pollbench-* && expect_status 0
    local result=$?
    rm -rf "$TMPDIR"/pollbench-*
    return $result
}

a_limit_of_file_sizes_stops_the_run_and_the_rounds_are_rescued_in_parts() {
    status=0
    (ulimit -f 64 && exec "$pollbench" run "${endless[@]}" --out r) >out 2>err || status=$?
    expect_status 3 && expect_error "r/trials.jsonl could not be written: File too large" "parts" || return 1
    # As the sentence says.
    (cd "$TMPDIR"/pollbench-* && { [ -s run.json ] || cat run.json.* >run.json; } &&
        cat trials.jsonl.* >trials.jsonl && rm -f run.json.* trials.jsonl.*) || fail "no parts" || return 1
    nothing_is_lost r "$TMPDIR"/pollbench-* && pb report "$TMPDIR"/pollbench-* && expect_status 0
    local result=$?
    rm -rf "$TMPDIR"/pollbench-*
    return $result
}

# With no other folder to go to, what was written before stays. /tmp is one of them, and hidden here; so the test is
# elsewhere then.
when_no_folder_takes_it_the_finished_rounds_stay_and_that_is_said() {
    unshare -rm true 2>/dev/null || { skip_test "unshare -rm is not allowed here"; return; }
    case $pollbench in /tmp/*) skip_test "pollbench itself is below /tmp"; return ;; esac
    mkdir disk kept
    status=0
    unshare -rm bash -c 'mount --bind . /mnt && mount -t tmpfs -o ro none /tmp &&
        mount -t tmpfs -o size=128k none /mnt/disk && cd /mnt/disk || exit 77
        TMPDIR=/nonexistent "$@"; status=$?; cp -a r /mnt/kept; exit $status' bash \
        "$pollbench" run "${endless[@]}" --out r >out 2>err || status=$?
    [ $status != 77 ] || { skip_test "no tmpfs can be mounted here"; return; }
    expect_status 3 && expect_error "No other folder takes it" "r has the rounds up to the last" || return 1
    pb report kept/r
    expect_status 0
}

run_tests a_full_disk_stops_the_run_and_the_rounds_are_rescued \
    a_limit_of_file_sizes_stops_the_run_and_the_rounds_are_rescued_in_parts \
    when_no_folder_takes_it_the_finished_rounds_stay_and_that_is_said
