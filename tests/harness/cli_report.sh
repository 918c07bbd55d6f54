#!/usr/bin/env bash
# pollbench report on what is not a run: exit status 3, the place of the mistake, nothing written.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

refused() { # SENTENCE...
    pb report r
    expect_status 3 && expect_error r/run.json "$@" || return 1
    [ "$(ls -A r)" = run.json ] || fail "it left files: $(ls -A r)"
}

a_truncated_file_is_refused_with_its_line_and_column() {
    pb run "${small[@]}" --rounds 2 --out whole
    expect_status 0 && mkdir r && head -c 1000 whole/run.json >r/run.json &&
        refused "line 1, column" || return 1
    : >r/run.json
    refused "line 1"
}

a_foreign_file_is_refused_with_the_field_that_is_wrong() {
    mkdir r
    echo '{"name": "something else", "version": "1.0"}' >r/run.json
    refused schema || return 1
    echo '<html></html>' >r/run.json
    refused "line 1" || return 1
    echo '{"schema": 2}' >r/run.json
    refused "schema" "version"
}

a_damaged_field_is_named() {
    pb run "${small[@]}" --rounds 2 --out whole
    expect_status 0 && mkdir r && python3 - <<'PYTHON' && refused 'cells[0].trials[1].round'
import json
run = json.load(open("whole/run.json"))
run["cells"][0]["trials"][1]["round"] = "one"
json.dump(run, open("r/run.json", "w"))
PYTHON
}

a_folder_without_a_run_is_named() {
    mkdir r
    pb report r
    expect_status 3 && expect_error "r/run.json"
    pb report nowhere
    expect_status 3 && expect_error "nowhere/run.json"
}

a_report_tells_the_same_again() {
    pb run "${small[@]}" --rounds 3 --out r
    cp out first
    pb report r
    expect_status 0 && cmp -s out first || fail "the report differs from what the run printed"
}

run_tests a_truncated_file_is_refused_with_its_line_and_column \
    a_foreign_file_is_refused_with_the_field_that_is_wrong a_damaged_field_is_named \
    a_folder_without_a_run_is_named a_report_tells_the_same_again
