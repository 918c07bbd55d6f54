#!/usr/bin/env bash
# pollbench calibrate, as people use it.
set -uo pipefail
set -m # or else the shell has its background jobs ignore SIGINT
source "$(dirname "$0")/../cli.sh" "$1"

# The shortest one, made once, where `calibrate` writes when it is not told where: what it printed and its folder.
shortest=(calibrate accept-drain --comparisons 1 --rounds 10 --backend poll --seed 1)
measured() {
    [ -d "$work/measured" ] || (
        mkdir "$work/measured" && cd "$work/measured" || exit 1
        pb "${shortest[@]}"
        expect_status 0
    ) || return 1
    cp "$work/measured/out" first && cp -r "$work/measured/results/calibration" c
}

# A Python expression over file, the calibration in a folder.
expect_calibration() { # FOLDER EXPRESSION
    "$python" - "$1" "$2" <<'PYTHON' || fail "not so in $1: $2"
import json, sys
file = json.load(open(sys.argv[1] + "/calibration.json"))
results, designs = file["results"], file["designs"]
sys.exit(0 if eval("(" + sys.argv[2] + ")") else 1)
PYTHON
}

it_says_how_often_it_was_right_and_keeps_all_rounds() {
    measured &&
        expect_calibration c '[r["planted"] for r in results] == [0, 0.05, 0, 0.02]' &&
        expect_calibration c 'all(r["comparisons"] == 1 and r["rounds_per_comparison"] == 10
            and r["subject"] == "poll" and 0 <= r["ci_low"] <= r["share"] <= r["ci_high"] <= 1
            and r["seconds_per_comparison"] > 0 for r in results)' &&
        expect_calibration c '[(s["variant"], s["drains"]) for s in designs[0]["series"]] ==
            [(v, d) for d in (1, 3, 9) for v in ("A", "B", "planted")]' &&
        expect_calibration c 'all(len(s["values"]) == 1 and len(s["values"][0]) == 10
            for d in designs for s in d["series"])' || return 1
    grep -q 'falsely named: .* of 1 ' first && grep -q 'planted 2 % found: .* of 1 ' first ||
        fail "no shares in the output" || return 1
    pb calibrate --report c
    expect_status 0 && diff <(sed 's,results/calibration,c,' first) out >err || fail "not the same again"
}

what_it_prints_as_json_is_what_later_runs_on_this_machine_carry() {
    measured || return 1
    pb calibrate --report c --json
    expect_status 0 && mv out printed || return 1
    mkdir results && mv c results/calibration
    expect_calibration results/calibration 'json.load(open("printed"))["results"] == results != []' || return 1
    pb run "${small[@]}" --rounds 1 --out after
    expect_status 0 && expect_run after 'run["calibration"]["cells"] == json.load(open("printed"))["results"]' || return 1
    follows_the_schema after || return 1
    sed -i 's/"memory_kib":[0-9]*/"memory_kib":1/' results/calibration/calibration.json
    pb run "${small[@]}" --rounds 1 --out elsewhere
    expect_status 0 && expect_run elsewhere 'run["calibration"] is None'
}

bad_words_are_refused_before_anything_runs() {
    refused() { # TEXT ARGUMENT...
        local text=$1
        shift
        pb calibrate "$@" --out c
        expect_status 2 && expect_error "$text" && [ ! -e c ] || fail "not refused: $*"
    }
    refused '"accept-drain"' accept-drian &&
        refused 'from 10' --rounds 9 &&
        refused 'from 1' --comparisons 0 &&
        refused '"epoll"' --backend epol &&
        refused '"--rounds"' --round 10 || return 1
    pb calibrate --report nowhere
    expect_status 3 && expect_error nowhere/calibration.json || return 1
    mkdir b && echo '{"schema": 1, "designs": [{"name": "x"}]}' >b/calibration.json
    pb calibrate --report b
    expect_status 3 && expect_error b/calibration.json "schema: "
}

what_was_taken_out_of_the_file_is_missed() {
    measured && sed -i 's/"seconds_per_comparison"/"seconds"/g' c/calibration.json || return 1
    pb calibrate --report c
    expect_status 3 && expect_error c/calibration.json "results[0].seconds_per_comparison: "
}

one_that_is_interrupted_keeps_its_comparisons() {
    "$pollbench" calibrate pool-saturate --comparisons 1000 --rounds 10 --backend poll --json \
        --out c >out 2>err &
    local process=$! tries=0
    until grep -q 'calibrating' err || [ $((tries += 1)) = 600 ]; do sleep 0.1; done
    kill -INT $process
    wait $process
    status=$?
    expect_status 3 && expect_error "interrupted" || return 1
    expect_calibration c 'len(designs) == 1 and all(len(s["values"]) < 1000
        for d in designs for s in d["series"])' || return 1
    "$python" -c 'import json; json.load(open("out"))["results"]' || fail "not JSON" || return 1
    pb calibrate --report c
    expect_status 0
}

run_tests it_says_how_often_it_was_right_and_keeps_all_rounds \
    what_it_prints_as_json_is_what_later_runs_on_this_machine_carry bad_words_are_refused_before_anything_runs \
    what_was_taken_out_of_the_file_is_missed one_that_is_interrupted_keeps_its_comparisons
