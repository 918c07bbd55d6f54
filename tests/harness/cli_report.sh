#!/usr/bin/env bash
# pollbench report on what is not a run: exit status 3, the place of the mistake, nothing written.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

# Damages a copy of the run in whole by a command of the shell, in the folder r; the report must name FILE and the place.
refused() { # FILE COMMAND SENTENCE...
    local before
    rm -rf r && cp -r whole r && (cd r && eval "$2") || return 1
    before=$(ls -A r)
    pb report r
    expect_status 3 && expect_error "r/$1" "${@:3}" || return 1
    [ "$(ls -A r)" = "$before" ] || fail "it left files: $(ls -A r)"
}

# A run whose files are damaged afterwards, without what its report wrote.
make_whole() {
    pb run "${small[@]}" --rounds 2 --out whole
    expect_status 0 && rm -r whole/charts whole/*.csv whole/report.html
}

a_truncated_file_is_refused_with_its_line_and_column() {
    make_whole && refused run.json 'truncate -s 1000 run.json' "line 1, column 1001" || return 1
    refused run.json ': >run.json' "line 1" || return 1
    refused trials.jsonl "sed -i '2s/.\{40\}\$//' trials.jsonl" "line 2: column"
}

a_foreign_file_is_refused_with_the_field_that_is_wrong() {
    mkdir whole && : >whole/trials.jsonl
    refused run.json "echo '{\"name\": \"something else\", \"version\": \"1.0\"}' >run.json" schema || return 1
    refused run.json "echo '<html></html>' >run.json" "line 1" || return 1
    refused run.json "echo '{\"schema\": 1}' >run.json" "schema" "version 1" "an older pollbench wrote it" || return 1
    refused run.json "echo '{\"schema\": 3}' >run.json" "schema" "version 3" "a newer pollbench wrote it"
}

a_damaged_field_is_named() {
    make_whole && refused trials.jsonl "sed -i '2s/\"round\":[0-9]*/\"round\":\"one\"/' trials.jsonl" "line 2: round:" ||
        return 1
    refused trials.jsonl "sed -i '1s/\"ns_per_accept\":/\"ns_per_jump\":/' trials.jsonl" "line 1: metrics.ns_per_jump" ||
        return 1
    refused trials.jsonl "sed -i '1{p}' trials.jsonl" "line 2" || return 1
    refused run.json "sed -i 's/\"seed\":[0-9]*/\"seed\":\"one\"/' run.json" "seed:"
}

a_folder_without_a_run_is_named() {
    make_whole && refused run.json 'rm run.json' && refused trials.jsonl 'rm trials.jsonl' || return 1
    pb report nowhere
    expect_status 3 && expect_error "nowhere/run.json"
}

# A line that a kill has cut off is no damage.
a_last_line_that_was_cut_off_is_left_out() {
    make_whole && printf '{"run":"2026' >>whole/trials.jsonl && pb report whole
    expect_status 0 && grep -q '^1 line of trials.jsonl was cut off, and is left out.$' out || fail "it is not told"
}

a_report_tells_the_same_again() {
    pb run "${small[@]}" --rounds 3 --verbose --out r
    grep -v '^1 question, ' out | sed '/^Nothing is compared/,$d' >first
    [ -s first ] || fail "no tables" || return 1
    pb report r
    expect_status 0 && cmp -s out first || fail "the report differs from what the run printed"
}

the_answer_of_a_run_can_be_had_again() {
    pb run accept --set mode=drain --set queue=20 --set idle=0 --backends select,poll --rounds 3 --out r
    cp out first
    touch before
    pb report r/ --answer
    expect_status 0 && grep -q '^1 question' out && grep -qx 'page: r/report.html' out || fail "no answer" || return 1
    cmp out first || fail "another answer" || return 1
    [ -z "$(find r -newer before)" ] || fail "it wrote $(find r -newer before)" || return 1
    pb report r --answer --json
    expect_status 2 && expect_error "the answer alone"
}

tables_are_as_wide_as_the_terminal() {
    local width
    pb run accept --set mode=drain,steady --set queue=20 --set idle=0 --set conns=4 --set seconds=0.02 --rounds 2 --out r
    for width in 60 80 100 120; do
        COLUMNS=$width pb report r
        expect_status 0 || return 1
        ! grep -E ".{$((width + 1))}" out || fail "a line is wider than $width columns" || return 1
    done
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
    "$python" "$sources/tests/harness/record/mutate_run.py" "$pollbench" r 12 >err 2>&1 ||
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
    [ -n "$gnuplot" ] || { skip_test "gnuplot is missing"; return; }
    pb run "${small[@]}" --rounds 2 --out '|touch injected;'
    expect_status 0 && PYTHONPATH=$sources/tests/harness/record "$python" - <<'PYTHON' || return 1
import run_folder
path = "|touch injected;"
run = run_folder.load(path)
evil = "'.system(\"touch injected\").'`touch injected`\"; system(\"touch injected\") @evil _{a}\\n<&"
name = "`touch injected`'.system(\"touch injected\").'"
run["manifest"]["cpu"] = run["manifest"]["kernel"] = evil
for trial in run["cells"][0]["trials"] + run["cells"][0]["counting_trials"]:
    trial["subject"] = name
run["subjects"][0].update(name=name, summary=evil)
run["cells"][0]["params"]["budget"] = evil
run_folder.save(path, run)
PYTHON
    pb report '|touch injected;'
    expect_status 0 || return 1
    [ ! -e injected ] || fail "a string of the file was run" || return 1
    "$python" -c 'import glob, xml.dom.minidom as xml
charts = glob.glob("|touch injected;/charts/*.svg")
assert charts and all(xml.parse(chart) for chart in charts)' || fail "no chart, or not XML"
}

# A spreadsheet runs a field that begins with one of these, quoted or not.
no_string_of_the_file_is_a_formula_in_a_spreadsheet() {
    pb run "${small[@]}" --rounds 2 --out r
    expect_status 0 && PYTHONPATH=$sources/tests/harness/record "$python" - <<'PYTHON' || return 1
import run_folder
run = run_folder.load("r")
cell = run["cells"][0]
evil = "=cmd|' /C calc'!A0"
for trial in cell["trials"] + cell["counting_trials"]:
    trial["subject"] = evil
cell["trials"][0].update(valid=False, why_invalid="@SUM(1+1)")
run["subjects"] = [{**run["subjects"][0], "name": name} for name in (evil, "+1", "-1")]
cell["skipped_subjects"] = [{"subject": "+1", "reason": "=1+1"}, {"subject": "-1", "reason": "-1+1"}]
run_folder.save("r", run)
PYTHON
    pb report r
    expect_status 0 && "$python" - <<'PYTHON' || fail "a formula, or no numbers"
import csv, glob
found = set()
for name in glob.glob("r/*.csv"):
    for row in csv.DictReader(open(name, newline="")):
        for column, text in row.items():
            assert column is not None, (name, row)
            found.add(text)
            try:
                float(text)
            except ValueError:
                assert text[:1] not in ("=", "+", "-", "@"), (name, column, text)
assert {"'=cmd|' /C calc'!A0", "'@SUM(1+1)", "'+1", "'=1+1", "'-1+1"} <= found, found
PYTHON
}

# A folder may come from anybody, and its links may lead anywhere.
no_link_in_the_folder_is_followed() {
    pb run "${small[@]}" --rounds 2 --out r
    expect_status 0 && echo precious >precious || return 1
    local name
    for name in trials.csv summary.csv verdicts.csv skipped.csv report.html; do
        rm -f "r/$name" && ln -s ../precious "r/$name" && ln -s ../precious "r/.$name.new" || return 1
    done
    pb report r
    expect_status 0 || return 1
    [ "$(cat precious)" = precious ] || fail "a link was followed" || return 1
    for name in trials.csv summary.csv verdicts.csv skipped.csv report.html; do
        [ -f "r/$name" ] && [ ! -L "r/$name" ] && [ -s "r/$name" ] || fail "$name is not a file" || return 1
    done
    [ -z "$(find r -name '.*.new')" ] || fail "it left files: $(ls -A r)"
}

a_file_that_cannot_be_written_is_named() {
    pb run "${small[@]}" --rounds 2 --out r
    expect_status 0 && rm r/ratios.csv && mkdir r/ratios.csv && pb report r
    expect_status 3 && expect_error "r/ratios.csv cannot be written: Is a directory" || return 1
    [ -z "$(find r -name '.*.new')" ] || fail "it left files: $(ls -A r)"
}

run_tests without_gnuplot_there_are_tables_and_csv_and_the_name_of_the_package \
    a_folder_without_the_scripts_is_named no_string_of_the_file_is_run_as_a_command \
    any_damage_to_a_run_is_survived a_truncated_file_is_refused_with_its_line_and_column \
    a_foreign_file_is_refused_with_the_field_that_is_wrong a_damaged_field_is_named \
    a_folder_without_a_run_is_named \
    a_last_line_that_was_cut_off_is_left_out no_string_of_the_file_is_a_formula_in_a_spreadsheet \
    no_link_in_the_folder_is_followed a_file_that_cannot_be_written_is_named a_report_tells_the_same_again the_answer_of_a_run_can_be_had_again \
    tables_are_as_wide_as_the_terminal a_run_of_every_mode_can_be_reported_again
