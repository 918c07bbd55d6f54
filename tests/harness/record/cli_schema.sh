#!/usr/bin/env bash
# The schemas in results/: they take what pollbench writes, and nothing that is nearly so.
set -uo pipefail
source "$(dirname "$0")/../cli.sh" "$1"

validator=$sources/tests/harness/record/validate_schema.py
has_jsonschema || skip "the Python module jsonschema is missing"

validate() { # FOLDER
    status=0
    "$python" "$validator" "$1" >err 2>&1 || status=$?
}

follows_the_schema() { # FOLDER
    validate "$1"
    [ "$status" = 0 ] || fail "$1 is not as the schema says"
}

# Changes the run in whole by Python statements over run, cell, and the line of the first trial; the schemas must refuse
# the field.
refused() { # FIELD STATEMENT
    PYTHONPATH=$sources/tests/harness/record "$python" - "$2" <<'PYTHON' || return 1
import json, run_folder, sys
run, lines = run_folder.split(run_folder.load("whole"))
cell = run["cells"][0]
lines = [line for line in lines if line["kind"] == "measured"]
trial = lines[0]
exec(sys.argv[1])
json.dump(run, open("changed/run.json", "w"))
with open("changed/trials.jsonl", "w") as file:
    file.writelines(json.dumps(line) + "\n" for line in lines)
PYTHON
    validate changed
    expect_status 1 && expect_error "$1"
}

a_run_follows_the_schema() {
    pb run accept --set mode=drain,steady --set queue=20,65535 --set idle=0 --set conns=4 \
        --set seconds=0.05 --backends poll,null --rounds 2 --out r
    expect_status 0 && follows_the_schema r
}

a_run_of_every_subject_follows_the_schema() {
    pb run accept --set mode=drain --set queue=20 --set idle=0 --rounds 1 --out r
    expect_status 0 && follows_the_schema r
}

a_run_of_timers_and_jobs_follows_the_schema() {
    pb run timer --set mode=accuracy,scale --set timers=2 --set interval_us=1000 --set seconds=0.02 \
        --set slack=default --backends poll,floor:nanosleep --rounds 2 --out timer
    expect_status 0 && follows_the_schema timer || return 1
    expect_run timer 'cells[0]["excess"] and not cells[1]["excess"]' || return 1
    # Jobs so short that a busy machine ends enough of them.
    pb run pool --set threads=2 --set job=spin --set job_us=1 --set load=0.5 --set queue_limit=64 \
        --set mode=saturate,throughput --set seconds=0.2 --backends poll --rounds 2 --out pool
    follows_the_schema pool
}

names_of_another_mode_are_refused() {
    pb run timer --set mode=accuracy --set interval_us=1000 --set seconds=0.02 --set slack=default \
        --backends poll,floor:nanosleep --rounds 2 --out whole
    expect_status 0 && mkdir changed && follows_the_schema whole || return 1
    refused "trials.jsonl:1: metrics: 'ns_per_fire'" 'trial["metrics"]["ns_per_fire"] = 1' &&
        refused "trials.jsonl:1: histograms: 'service_ns'" \
            'trial["histograms"]["service_ns"] = trial["histograms"]["lateness_ns"]' &&
        refused "cells[0].params: 'queue'" 'cell["params"]["queue"] = 1' &&
        refused "cells[0]: " 'cell["mode"] = "drain"' &&
        refused "cells[0]: " 'cell["workload"] = "sleep"' &&
        refused "cells[0].excess[0].unit" 'cell["excess"][0]["unit"] = "us"' &&
        refused "cells[0].excess[0]: 'n'" 'del cell["excess"][0]["n"]' &&
        refused "cells[0].pooled[0].samples" 'cell["pooled"][0]["samples"] = 0'
}

an_interrupted_run_follows_the_schema() {
    local process
    "$pollbench" run "${endless[@]}" --out r >out 2>err &
    process=$!
    # However long the first round takes: the test's own time-out bounds it.
    until grep -qs '"round":1' r/trials.jsonl || ! kill -0 $process 2>/dev/null; do
        sleep 0.1
    done
    cp -r r unfinished
    kill -TERM $process
    wait $process
    follows_the_schema unfinished && follows_the_schema r || return 1
    expect_run r 'run["ended"] == "interrupted"'
}

what_is_wrong_is_refused_by_its_path() {
    pb run "${small[@]}" --rounds 2 --out whole
    expect_status 0 && mkdir changed && follows_the_schema whole || return 1
    refused schema 'run["schema"] = 1' &&
        refused schema 'run["schema"] = "2"' &&
        refused "'seed' is a required property" 'del run["seed"]' &&
        refused "trials.jsonl:1: 'round'" 'del trial["round"]' &&
        refused "trials.jsonl:1: metrics.ns_per_accept:" 'trial["metrics"]["ns_per_accept"] = "3"' &&
        refused "trials.jsonl:1: metrics.ns_per_accept:" 'trial["metrics"]["ns_per_accept"] = -1' &&
        refused "trials.jsonl:1: usage: 'user_us'" 'del trial["usage"]["user_us"]' &&
        refused "trials.jsonl:1: generator.bound:" 'trial["generator"]["bound"] = None' &&
        refused "trials.jsonl:1: generator:" 'trial["generator"] = None' &&
        refused "trials.jsonl:1: why_invalid:" 'trial["valid"] = False' &&
        refused "trials.jsonl:1: round:" 'trial["round"] = 0.5' &&
        refused "cells[0].summary[0].better:" 'cell["summary"][0]["better"] = "bigger"' &&
        refused "subjects[0].tier:" 'run["subjects"][0]["tier"] = "other"' &&
        refused "manifest: 'kernel'" 'del run["manifest"]["kernel"]' &&
        refused "'surprise' was unexpected" 'run["surprise"] = 1' &&
        refused "cells[0]: Additional" 'cell["surprise"] = 1' &&
        refused "trials.jsonl:1: Additional" 'trial["surprise"] = 1' &&
        refused "trials.jsonl:1: 'run'" 'del trial["run"]' &&
        refused "trials.jsonl:1: run: not the id" 'trial["run"] = "20000101-000000-0000"' &&
        refused "trials.jsonl:1: cell: run.json has 1 cells" 'trial["cell"] = 1' &&
        refused "trials.jsonl:1: kind:" 'trial["kind"] = "other"' &&
        refused "trials.jsonl:1: kind: its cell has no headroom" 'trial["kind"] = "headroom"' &&
        refused "trials.jsonl:1: subject: run.json has none" 'trial["subject"] = "nobody"' &&
        refused "cells[0]: 'baseline'" 'del cell["baseline"]' &&
        refused "cells[0]: 'verdicts'" 'del cell["verdicts"]; del run["ended"], run["rounds"]' &&
        refused "cells[0]: 'verdicts' is a required" \
            'for name in ("baseline", "summary", "ratios", "verdicts", "percentiles", "pooled", "excess"):
    cell.pop(name, None)' &&
        refused "calibration" 'run["calibration"] = {}' &&
        refused "manifest.limits.nofile_soft" 'run["manifest"]["limits"]["nofile_soft"] = "many"' &&
        refused "'rounds' is a dependency of 'ended'" 'del run["rounds"]'
}

what_is_not_json_is_refused() {
    mkdir r && : >r/trials.jsonl
    printf '{"schema": 2, "seed": NaN}' >r/run.json
    validate r
    expect_status 1 && expect_error NaN || return 1
    printf '{"schema": 2, "schema": 2}' >r/run.json
    validate r
    expect_status 1 && expect_error "twice" || return 1
    validate nowhere
    expect_status 2
}

# A kill may cut the last line off; any other has to be whole.
only_the_last_line_may_be_cut_off() {
    pb run "${small[@]}" --rounds 2 --out r
    expect_status 0 && printf '{"run":"2026' >>r/trials.jsonl && follows_the_schema r || return 1
    printf '\n' >>r/trials.jsonl
    validate r
    expect_status 1 && expect_error "trials.jsonl:$(wc -l <r/trials.jsonl): not JSON"
}

run_tests a_run_follows_the_schema a_run_of_timers_and_jobs_follows_the_schema \
    names_of_another_mode_are_refused a_run_of_every_subject_follows_the_schema \
    an_interrupted_run_follows_the_schema what_is_wrong_is_refused_by_its_path \
    what_is_not_json_is_refused only_the_last_line_may_be_cut_off
