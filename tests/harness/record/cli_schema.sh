#!/usr/bin/env bash
# results/schema.json: it takes what pollbench writes, and nothing that is nearly so.
set -uo pipefail
source "$(dirname "$0")/../cli.sh" "$1"

validator=$sources/tests/harness/record/validate_schema.py
has_jsonschema || skip "the Python module jsonschema is missing"

validate() { # FILE
    status=0
    "$python" "$validator" "$1" >err 2>&1 || status=$?
}

# Changes whole/run.json by Python statements over run, cell and trial; the schema must refuse the field.
refused() { # FIELD STATEMENT
    "$python" - "$2" <<'PYTHON' || return 1
import json, sys
run = json.load(open("whole/run.json"))
cell = run["cells"][0]
trial = cell["trials"][0]
exec(sys.argv[1])
json.dump(run, open("changed.json", "w"))
PYTHON
    validate changed.json
    expect_status 1 && expect_error "$1"
}

a_run_follows_the_schema() {
    pb run accept --set mode=drain,steady --set queue=20,65535 --set idle=0 --set conns=4 \
        --set seconds=0.05 --backends poll,null --rounds 2 --out r
    expect_status 0 && follows_the_schema r/run.json
}

a_run_of_every_subject_follows_the_schema() {
    pb run accept --set mode=drain --set queue=20 --set idle=0 --rounds 1 --out r
    expect_status 0 && follows_the_schema r/run.json
}

a_run_of_timers_and_jobs_follows_the_schema() {
    pb run timer --set mode=accuracy,scale --set timers=2 --set interval_us=1000 --set seconds=0.02 \
        --set slack=default --backends poll,floor:nanosleep --rounds 2 --out timer
    expect_status 0 && follows_the_schema timer/run.json || return 1
    expect_run timer 'cells[0]["excess"] and not cells[1]["excess"]' || return 1
    # Jobs so short that a busy machine ends enough of them.
    pb run pool --set threads=2 --set job=spin --set job_us=1 --set load=0.5 --set queue_limit=64 \
        --set mode=saturate,throughput --set seconds=0.2 --backends poll --rounds 2 --out pool
    follows_the_schema pool/run.json
}

names_of_another_mode_are_refused() {
    pb run timer --set mode=accuracy --set interval_us=1000 --set seconds=0.02 --set slack=default \
        --backends poll,floor:nanosleep --rounds 2 --out whole
    expect_status 0 && follows_the_schema whole/run.json || return 1
    refused "cells[0].trials[0].metrics: 'ns_per_fire'" 'trial["metrics"]["ns_per_fire"] = 1' &&
        refused "cells[0].trials[0].histograms: 'service_ns'" \
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
    until grep -qs '"round":1' r/run.json || ! kill -0 $process 2>/dev/null; do
        sleep 0.1
    done
    cp r/run.json unfinished.json
    kill -TERM $process
    wait $process
    follows_the_schema unfinished.json && follows_the_schema r/run.json || return 1
    expect_run r 'run["ended"] == "interrupted"'
}

what_is_wrong_is_refused_by_its_path() {
    pb run "${small[@]}" --rounds 2 --out whole
    expect_status 0 && follows_the_schema whole/run.json || return 1
    refused schema 'run["schema"] = 2' &&
        refused schema 'run["schema"] = "1"' &&
        refused "'seed' is a required property" 'del run["seed"]' &&
        refused "cells[0].trials[0]: 'round'" 'del trial["round"]' &&
        refused "cells[0].trials[0].metrics.ns_per_accept:" 'trial["metrics"]["ns_per_accept"] = "3"' &&
        refused "cells[0].trials[0].metrics.ns_per_accept:" 'trial["metrics"]["ns_per_accept"] = -1' &&
        refused "cells[0].trials[0].usage: 'user_us'" 'del trial["usage"]["user_us"]' &&
        refused "cells[0].trials[0].generator.bound:" 'trial["generator"]["bound"] = None' &&
        refused "cells[0].trials[0].generator:" 'trial["generator"] = None' &&
        refused "cells[0].trials[0].why_invalid:" 'trial["valid"] = False' &&
        refused "cells[0].trials[0].round:" 'trial["round"] = 0.5' &&
        refused "cells[0].summary[0].better:" 'cell["summary"][0]["better"] = "bigger"' &&
        refused "subjects[0].tier:" 'run["subjects"][0]["tier"] = "other"' &&
        refused "manifest: 'kernel'" 'del run["manifest"]["kernel"]' &&
        refused "'surprise' was unexpected" 'run["surprise"] = 1' &&
        refused "cells[0]: Additional" 'cell["surprise"] = 1' &&
        refused "cells[0].trials[0]: Additional" 'trial["surprise"] = 1' &&
        refused "'ended' is a dependency of 'rounds'" 'del run["ended"]'
}

what_is_not_json_is_refused() {
    printf '{"schema": 1, "seed": NaN}' >nan.json
    validate nan.json
    expect_status 1 && expect_error NaN || return 1
    printf '{"schema": 1, "schema": 1}' >twice.json
    validate twice.json
    expect_status 1 && expect_error "twice" || return 1
    validate nowhere.json
    expect_status 2
}

run_tests a_run_follows_the_schema a_run_of_timers_and_jobs_follows_the_schema \
    names_of_another_mode_are_refused a_run_of_every_subject_follows_the_schema \
    an_interrupted_run_follows_the_schema what_is_wrong_is_refused_by_its_path \
    what_is_not_json_is_refused
