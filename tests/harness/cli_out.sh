#!/usr/bin/env bash
# The result folder: what is there already is never touched, and what cannot be kept is not measured.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

a_folder_with_content_is_refused_and_left_as_it_is() {
    mkdir r && echo precious >r/run.json
    pb run "${small[@]}" --rounds 1 --out r
    expect_status 2 && expect_error "has content" || return 1
    [ "$(cat r/run.json)" = precious ] && [ "$(ls -A r)" = run.json ] ||
        fail "the folder was changed" || return 1
    rm r/run.json && echo precious >r/trials.jsonl
    pb run "${small[@]}" --rounds 1 --out r
    expect_status 2 && expect_error "has content" || return 1
    [ "$(cat r/trials.jsonl)" = precious ] && [ "$(ls -A r)" = trials.jsonl ] ||
        fail "the folder was changed"
}

an_empty_folder_is_taken() {
    mkdir r
    pb run "${small[@]}" --rounds 1 --out r
    expect_status 0 && expect_run r 'len(trials) == 1'
}

parents_are_made() {
    pb run "${small[@]}" --rounds 1 --out a/b/c
    expect_status 0 && expect_run a/b/c 'len(trials) == 1'
}

a_file_in_the_way_ends_it_before_anything_is_measured() {
    touch file
    pb run "${small[@]}" --rounds 1 --out file/r
    expect_status 3 && expect_error "file/r" "Not a directory" && expect_no_error measuring || return 1
    pb run "${small[@]}" --rounds 1 --out file
    expect_status 3 && expect_error "Not a directory" && expect_no_error measuring
}

a_folder_that_cannot_be_written_to_ends_it_before_anything_is_measured() {
    unshare -rm true 2>/dev/null || { skip_test "unshare -rm is not allowed here"; return; }
    mkdir mounted
    status=0
    unshare -rm bash -c 'mount -t tmpfs none mounted && mkdir mounted/r &&
        mount -o remount,ro mounted && "$@"' bash "$pollbench" run "${small[@]}" --rounds 1 \
        --out mounted/r >out 2>err || status=$?
    expect_status 3 && expect_error "mounted/r/trials.jsonl" "Read-only" && expect_no_error measuring
}

run_tests a_folder_with_content_is_refused_and_left_as_it_is an_empty_folder_is_taken \
    parents_are_made a_file_in_the_way_ends_it_before_anything_is_measured \
    a_folder_that_cannot_be_written_to_ends_it_before_anything_is_measured
