#!/usr/bin/env bash
# A disk that fills up in mid-run: the last good file stays, and no finished round is lost.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

# run.json in FOLDER is whole, has no temporary file beside it, and lacks at least the last round, of
# which RESCUED has all.
nothing_is_lost() { # FOLDER RESCUED
    "$python" - "$1" "$2" <<'PYTHON' || fail "rounds are missing"
import json, os, sys
kept = json.load(open(sys.argv[1] + "/run.json"))
rescued = json.load(open(sys.argv[2]))
assert os.listdir(sys.argv[1]) == ["run.json"], os.listdir(sys.argv[1])
rounds = lambda run: {trial["round"] for trial in run["cells"][0]["trials"]}
assert rounds(rescued) == set(range(rescued["rounds"])), rounds(rescued)
assert rounds(kept) == set(range(len(rounds(kept)))), rounds(kept)
assert len(rounds(rescued)) >= len(rounds(kept)) > 0
assert rescued["cells"][0]["summary"]
PYTHON
}

a_full_disk_stops_the_run_and_the_rounds_are_rescued() {
    unshare -rm true 2>/dev/null || { skip_test "unshare -rm is not allowed here"; return; }
    mkdir disk kept
    status=0
    unshare -rm bash -c 'mount -t tmpfs -o size=64k none disk || exit 77
        "$@"; status=$?; cp -a disk/r kept; exit $status' bash \
        "$pollbench" run "${endless[@]}" --out disk/r >out 2>err || status=$?
    [ $status != 77 ] || { skip_test "no tmpfs can be mounted here"; return; }
    expect_status 3 && expect_error "disk/r/run.json could not be written: No space left" \
        "$TMPDIR/pollbench-" || return 1
    nothing_is_lost kept/r "$TMPDIR"/pollbench-*/run.json &&
        pb report "$(dirname "$TMPDIR"/pollbench-*/run.json)" && expect_status 0
    local result=$?
    rm -rf "$TMPDIR"/pollbench-*
    return $result
}

a_limit_of_file_sizes_stops_the_run_and_the_rounds_are_rescued_in_parts() {
    status=0
    (ulimit -f 32 && exec "$pollbench" run "${endless[@]}" --out r) >out 2>err || status=$?
    expect_status 3 && expect_error "r/run.json could not be written: File too large" "parts" || return 1
    cat "$TMPDIR"/pollbench-*/run.json.* >joined
    rm -rf "$TMPDIR"/pollbench-*
    nothing_is_lost r joined
}

run_tests a_full_disk_stops_the_run_and_the_rounds_are_rescued \
    a_limit_of_file_sizes_stops_the_run_and_the_rounds_are_rescued_in_parts
