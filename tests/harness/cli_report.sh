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
    expect_status 0 && mkdir r && "$python" - <<'PYTHON' && refused 'cells[0].trials[1].round'
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

# What a workload writes, the report has to know: a histogram without its metric is taken for damage.
a_run_of_every_mode_can_be_reported_again() {
    pb run accept --set queue=20 --set idle=0 --set conns=4 --set seconds=0.1 --set rate=500 --backends poll \
        --rounds 1 --out accept
    pb run timer --set timers=2 --set interval_us=1000 --set seconds=0.02 --set slack=default --backends poll \
        --rounds 1 --out timer
    pb run pool --set threads=2 --set job_us=1 --set queue_limit=64 --set seconds=0.1 --backends poll \
        --rounds 1 --out pool
    local run
    for run in accept timer pool; do
        pb report $run
        expect_status 0 || return 1
    done
}

any_damage_to_a_run_is_survived() {
    pb run accept --set mode=drain,steady --set queue=20 --set idle=0,1,2 --set conns=4 \
        --set seconds=0.1 --backends poll,select,null --rounds 2 --out r
    expect_run r 'cells[0]["summary"] and cells[3]["percentiles"]' || return 1
    "$python" "$sources/tests/harness/record/mutate_run.py" "$pollbench" r/run.json 12 >err 2>&1 ||
        fail "a damaged run is not handled"
    tail -n 1 err
}

without_gnuplot_there_are_tables_and_csv_and_the_name_of_the_package() {
    pb run "${small[@]}" --rounds 2 --out r
    rm -r r/charts
    PATH=/nowhere pb report r
    expect_status 0 && expect_error gnuplot-nox || return 1
    grep -q ns_per_accept out && [ -s r/summary.csv ] || fail "no table or no CSV"
}

a_folder_without_the_scripts_is_named() {
    pb run "${small[@]}" --rounds 2 --out r
    pb report r --plots nowhere
    expect_status 3 && expect_error nowhere scripts/plots
}

# Quotes and backquotes are what gnuplot would run; a name that begins with '|' it would open as a pipe.
no_string_of_the_file_is_run_as_a_command() {
    command -v gnuplot >/dev/null || { skip_test "gnuplot is missing"; return; }
    pb run "${small[@]}" --rounds 2 --out '|touch injected;'
    expect_status 0 && "$python" - <<'PYTHON' && pb report '|touch injected;' || return 1
import json
path = "|touch injected;/run.json"
run = json.load(open(path))
evil = "'.system(\"touch injected\").'`touch injected`\"; system(\"touch injected\") @evil _{a}\\n<&"
run["manifest"]["cpu"] = run["manifest"]["kernel"] = run["subjects"][0]["tier"] = evil
for trial in run["cells"][0]["trials"] + run["cells"][0]["counting_trials"]:
    trial["subject"] = evil
run["subjects"][0]["name"] = run["cells"][0]["params"]["budget"] = evil
json.dump(run, open(path, "w"))
PYTHON
    expect_status 0 || return 1
    [ ! -e injected ] || fail "a string of the file was run" || return 1
    "$python" -c 'import glob, xml.dom.minidom as xml
charts = glob.glob("|touch injected;/charts/*.svg")
assert charts and all(xml.parse(chart) for chart in charts)' || fail "no chart, or not XML"
}

run_tests without_gnuplot_there_are_tables_and_csv_and_the_name_of_the_package \
    a_folder_without_the_scripts_is_named no_string_of_the_file_is_run_as_a_command \
    any_damage_to_a_run_is_survived a_truncated_file_is_refused_with_its_line_and_column \
    a_foreign_file_is_refused_with_the_field_that_is_wrong a_damaged_field_is_named \
    a_folder_without_a_run_is_named a_report_tells_the_same_again a_run_of_every_mode_can_be_reported_again
