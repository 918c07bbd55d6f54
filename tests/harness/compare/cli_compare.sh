#!/usr/bin/env bash
# pollbench compare on made-up runs of which the truth is known (make_compare.py).
set -uo pipefail
source "$(dirname "$0")/../cli.sh" "$1"

make() { # FOLDER NAME=VALUE...
    "$python" -ES "$sources/tests/harness/compare/make_compare.py" "$@" || fail "no run was made"
}

# A Python expression over the comparison c and its verdicts by subject, v; only JSON may be in out.
expect_json() { # EXPRESSION...
    "$python" -ES - "$@" <<'PYTHON' || fail "not so: $(cat wrong)"
import json, sys
c = json.load(open("out"))
v = {verdict["subject"]: verdict for verdict in c["verdicts"]}
for expression in sys.argv[1:]:
    if not eval(expression):
        open("wrong", "w").write(expression)
        sys.exit(1)
PYTHON
}

compare_json() { # STATUS ARGUMENT...
    local expected=$1
    shift
    pb compare "$@" --json
    expect_status "$expected"
}

expect_out() { # TEXT...
    local text
    for text in "$@"; do
        grep -qF -- "$text" out || fail "no \"$text\" on standard output" || return 1
    done
}

runs_that_were_measured_can_be_compared() {
    pb run "${small[@]}" --rounds 2 --out a
    pb run "${small[@]}" --rounds 2 --out b
    compare_json 0 a b && expect_json 'v["poll"]["verdict"] == "INCONCLUSIVE" and "10 rounds" in v["poll"]["why"]' \
        'not c["same_run"] and not c["differences"]'
}

the_same_run_twice_differs_in_nothing() {
    make a
    compare_json 0 a a && expect_json 'c["same_run"] and not c["differences"]' \
        'all(verdict["ratio"] == 1 and verdict["p"] == 1 for verdict in c["verdicts"])' || return 1
    pb compare a a
    expect_out "the same run" "nothing that is recorded" && ! grep -qE 'FASTER|SLOWER' out
}

a_slower_subject_is_named_and_no_other() {
    make a seed=1 -- b seed=2 epoll=1.25 manifest.commit:='"bbbb"'
    compare_json 0 a b && expect_json 'v["epoll"]["verdict"] == "SLOWER" and 1.15 < v["epoll"]["ratio"] < 1.35' \
        'v["poll"]["verdict"] == "INCONCLUSIVE" and c["counts"]["SLOWER"] == 1' \
        'c["verdicts"][0]["subject"] == "epoll"' || return 1
    compare_json 0 b a && expect_json 'v["epoll"]["verdict"] == "FASTER" and v["epoll"]["ratio"] < 0.9'
}

named_verdicts_come_first_the_largest_effect_before_the_others() {
    make a seed=1 subjects=floor:epoll,select,epoll,poll -- b seed=2 subjects=floor:epoll,select,epoll,poll epoll=1.3 poll=2
    compare_json 0 a b && expect_json '[w["subject"] for w in c["verdicts"]][:2] == ["poll", "epoll"]' \
        '[w["verdict"] for w in c["verdicts"]] == ["SLOWER", "SLOWER", "INCONCLUSIVE", "INCONCLUSIVE"]' || return 1
    compare_json 0 b a && expect_json '[w["subject"] for w in c["verdicts"]][:2] == ["poll", "epoll"]'
}

a_metric_of_which_more_is_better_is_read_that_way() {
    make a seed=1 -- b seed=2 epoll=1.25
    "$python" - <<'PYTHON' || return 1
import json
for name in "ab":
    run = json.load(open(name + "/run.json"))
    run["cells"][0].update(workload="pool", mode="throughput", params={"threads": 1, "batch": 256, "seconds": 0.5})
    for trial in run["cells"][0]["trials"]:
        trial["metrics"] = {"jobs_per_s": trial["metrics"]["ns_per_accept"]}
    json.dump(run, open(name + "/run.json", "w"))
PYTHON
    compare_json 0 a b && expect_json 'v["epoll"]["verdict"] == "FASTER" and v["epoll"]["better"] == "higher"'
}

fail_on_makes_the_exit_status_1() {
    make a seed=1 -- b seed=2 epoll=1.25
    pb compare a b --fail-on slower
    expect_status 1 && expect_out SLOWER || return 1
    pb compare a b --fail-on faster
    expect_status 0 || return 1
    pb compare a b --fail-on faster,inconclusive
    expect_status 1 || return 1
    pb compare a b --backends epoll --fail-on inconclusive,invalid --fail-on faster
    expect_status 0
}

# 2 % with trials of 1 %: told apart, but smaller than what was asked for.
within_the_minimum_effect_is_no_difference() {
    make a seed=1 noise=0.01 rounds=60 -- b seed=2 noise=0.01 rounds=60 epoll=1.02
    compare_json 0 a b --min-effect 6% && expect_json 'v["epoll"]["verdict"] == "EQUIVALENT"' || return 1
    compare_json 0 a b && expect_json 'v["epoll"]["verdict"] == "INCONCLUSIVE" and v["epoll"]["why"]' || return 1
    compare_json 0 a b --min-effect 0.5% && expect_json 'v["epoll"]["verdict"] == "SLOWER"' || return 1
    compare_json 0 a b --min-effect 1% --run-offset 3% && expect_json 'v["epoll"]["verdict"] == "INCONCLUSIVE"'
}

# All rounds of NEW take 1.3 times as long, as on a machine that is busier: nobody has become slower.
a_busier_machine_is_not_taken_for_a_slower_program() {
    make a seed=1 -- b seed=2 offset=1.3
    compare_json 0 a b && expect_json 'c["counts"]["SLOWER"] == 0 and v["epoll"]["control"] == "floor:epoll"' \
        'v["floor:epoll"]["control"] is None and v["floor:epoll"]["run_offset"] == 1' || return 1
    compare_json 0 a b --control none && expect_json 'c["counts"]["SLOWER"] == 0' || return 1
    compare_json 0 a b --control none --run-offset 0% && expect_json 'c["counts"]["SLOWER"] == 3'
}

# Eighty subjects of one program, forty controls, and a machine that wanders.
runs_of_one_program_are_hardly_ever_told_apart() {
    make a seed=1 cells=40 drift=0.2 -- b seed=2 cells=40 drift=0.2 offset=0.8
    compare_json 0 a b && expect_json 'c["counts"]["SLOWER"] + c["counts"]["FASTER"] == 0' \
        'c["method"]["pairs"] == 120 and max(w["p_adjusted"] for w in c["verdicts"]) == 1'
}

with_another_kernel_no_control_is_taken_unless_it_is_named() {
    make a seed=1 -- b seed=2 epoll=1.25 manifest.kernel:='"Linux 7.0.0"'
    compare_json 0 a b && expect_json 'v["epoll"]["control"] is None and v["epoll"]["verdict"] == "INCONCLUSIVE"' \
        '"system" in c["method"]["why_no_control"] and c["differences"][0]["new"] == "Linux 7.0.0"' ||
        return 1
    compare_json 0 a b --control floor:epoll && expect_json 'v["epoll"]["verdict"] == "SLOWER"' || return 1
    make c seed=3 epoll=4 manifest.kernel:='"Linux 7.0.0"'
    compare_json 0 a c && expect_json 'v["epoll"]["verdict"] == "SLOWER" and c["counts"]["SLOWER"] == 1'
}

what_differs_is_said_first() {
    make a seed=1 -- b seed=2 manifest.commit:='"bbbb"' manifest.mitigations.meltdown:='"Vulnerable"' \
        manifest.sysctl.new_one:=1 'cells.*.params.budget:=32' profile:='"standard"' placement.subject_cpu:=0 \
        manifest.flags:='"-O2 -Wall -Werror"' manifest.memory_kib:=8000100 subjects.1.granted:='["EPOLL_PWAIT2"]'
    pb compare a b
    expect_status 3 && expect_error "nothing to compare" && expect_out "commit: aaaa -> bbbb" \
        "mitigations.meltdown: Not affected -> Vulnerable" "sysctl.new_one: unknown -> 1" \
        "accept drain budget: 64 -> 32" "profile: quick -> standard" "placement.subject_cpu: 1 -> 0" "-Werror" \
        "memory_kib: 8000000 -> 8000100" 'epoll granted: [] -> ["EPOLL_PWAIT2"]' "only in BASE" "only in NEW"
}

another_machine_is_refused() {
    make a seed=1
    local change changes=(manifest.cpu:='"Other"' manifest.cpus:=8 manifest.virtualization:=null
        manifest.memory_kib:=16000000)
    for change in "${changes[@]}"; do
        rm -rf b
        make b seed=2 epoll=4 "$change"
        pb compare a b
        expect_status 3 && expect_error "different machines" "--force" && expect_out "ANOTHER MACHINE" || return 1
        ! grep -qE 'SLOWER|FASTER|INCONCLUSIVE' out || fail "a verdict was given" || return 1
    done
    compare_json 3 a b && expect_json 'c["refused"] and c["other_machine"] and not c["verdicts"]' || return 1
    pb compare a b --force
    expect_status 0 && expect_out "ANOTHER MACHINE" SLOWER || return 1
    grep -E 'ANOTHER|SLOWER' out | head -n 1 | grep -q ANOTHER || fail "it is not said first"
}

what_only_one_run_has_is_listed() {
    make a seed=1 cells=3 subjects=floor:epoll,epoll,poll,null -- \
        b seed=2 cells=2 subjects=floor:epoll,epoll,select,null
    compare_json 0 a b && expect_json \
        '[(e["subject"], e["params"]["idle"]) for e in c["only_base"]] == [("poll", 0), ("poll", 1), (None, 2)]' \
        '[e["subject"] for e in c["only_new"]] == ["select", "select"]' \
        '{e["subject"] for e in c["left_out"]} == {"null"} and set(v) == {"epoll", "floor:epoll"}' || return 1
    pb compare a b
    expect_out "only in BASE" "only in NEW" "idle=2" "it has no kernel behind it"
}

a_skipped_subject_is_listed_with_the_reason() {
    make a seed=1 -- b seed=2 subjects=floor:epoll,epoll
    "$python" - <<'PYTHON' || return 1
import json
run = json.load(open("b/run.json"))
run["cells"][0]["skipped_subjects"] = [{"subject": "poll", "reason": "it is tired"}]
json.dump(run, open("b/run.json", "w"))
PYTHON
    compare_json 0 a b && expect_json 'c["only_base"][0]["why"] == "it is tired"'
}

subjects_and_workloads_can_be_chosen() {
    make a seed=1 -- b seed=2 epoll=1.25
    compare_json 0 a b --backends poll && expect_json 'list(v) == ["poll"] and v["poll"]["control"] == "floor:epoll"' ||
        return 1
    compare_json 3 a b --workload timer && expect_error "nothing to compare"
}

fewer_than_ten_rounds_give_no_verdict() {
    make a seed=1 rounds=30 -- b seed=2 rounds=1 epoll=9
    compare_json 0 a b && expect_json \
        'all(w["verdict"] == "INCONCLUSIVE" and "10 rounds" in w["why"] for w in c["verdicts"])' || return 1
    make d seed=3 rounds=9 epoll=9
    compare_json 0 a d && expect_json 'c["counts"]["INCONCLUSIVE"] == 3'
}

trials_that_do_not_count_give_no_verdict() {
    make a seed=1 -- b seed=2 epoll=9 'cells.*.trials.*.valid:=false' 'cells.*.trials.*.why_invalid:="stolen"'
    compare_json 3 a b && expect_error "every pair is INVALID" && expect_json \
        'c["counts"]["INVALID"] == 3 and "no trial of epoll in NEW is valid" == v["epoll"]["why"]' || return 1
    make d seed=3 epoll=9
    "$python" - <<'PYTHON' || return 1
import json
for name, value in ("d", 0), ("e", -5):
    run = json.load(open("d/run.json"))
    run["cells"][0]["trials"][1]["metrics"]["ns_per_accept"] = value
    import os; os.makedirs(name, exist_ok=True)
    json.dump(run, open(name + "/run.json", "w"))
PYTHON
    compare_json 0 a d && expect_json 'v["epoll"]["verdict"] == "INVALID" and "above 0" in v["epoll"]["why"]' ||
        return 1
    pb compare a e
    expect_status 3 && expect_error "e/run.json" "ns_per_accept" "not a negative number"
}

timers_before_their_time_give_no_verdict() {
    local name
    for name in a b; do
        "$python" "$sources/tests/harness/record/make_run.py" accuracy $name 12
    done
    "$python" - <<'PYTHON' || return 1
import json
run = json.load(open("b/run.json"))
run["id"] = "other"
for trial in run["cells"][0]["trials"]:
    trial["metrics"]["early"] = int(trial["subject"] == "select" and trial["round"] == 3)
json.dump(run, open("b/run.json", "w"))
PYTHON
    compare_json 0 a b && expect_json '[(w["subject"], w["verdict"], w["why"]) for w in c["verdicts"]
        if w["verdict"] == "INVALID"] == [("select", "INVALID", "timers of select ran before their time in NEW")]'
}

a_file_of_another_version_or_of_nothing_is_refused() {
    make a seed=1 -- b seed=2 schema:=2
    pb compare a b
    expect_status 3 && expect_error "b/run.json" "of version 2" && [ ! -s out ] || return 1
    make c seed=3 'cells.0.trials.1.metrics.ns_per_accept:=NaN'
    pb compare a c
    expect_status 3 && expect_error "c/run.json" || return 1
    pb compare a nowhere
    expect_status 3 && expect_error "nowhere/run.json"
}

# 7 of each are enough for 3 pairs without a control; 3 of each are not.
several_runs_are_compared_as_runs_where_nothing_divides() {
    local i base="" new="" runs=()
    for i in 1 2 3 4 5 6 7; do
        runs+=(a$i seed=$i rounds=10 offset=1.0$i --)
        runs+=(b$i seed=1$i rounds=10 offset=1.0$i epoll=1.5 manifest.kernel:='"Linux 7.0.0"' --)
        base=$base,a$i new=$new,b$i
    done
    make "${runs[@]}" spare
    compare_json 0 ${base#,} ${new#,} && expect_json 'v["epoll"]["compared"] == "runs" and v["epoll"]["n"] == 7' \
        'v["epoll"]["verdict"] == "SLOWER" and v["poll"]["verdict"] != "SLOWER"' || return 1
    compare_json 0 a1,a2,a3 b1,b2,b3 && expect_json 'v["epoll"]["compared"] == "rounds" and v["epoll"]["n"] == 30' \
        'v["epoll"]["verdict"] == "INCONCLUSIVE" and c["method"]["runs_needed"] == 6' || return 1
    pb compare a1,b2 a2
    expect_status 3 && expect_error "BASE are not of one kind" "kernel" || return 1
    pb compare a1,a2,a1 b1
    expect_status 3 && expect_error "twice"
}

markdown_is_a_table_that_a_name_cannot_break() {
    make a seed=1 -- b seed=2 epoll=1.25 manifest.commit:='"b|b](http://x)\u001b[31m"'
    pb compare a b --markdown
    expect_status 0 && expect_out '| **SLOWER** | epoll |' 'b\|b\]\(http' || return 1
    "$python" - <<'PYTHON' || fail "rows differ in their columns, or a control character is there"
import re
text = open("out").read()
tables = [block for block in text.split("\n\n") if block.startswith("|")]
assert len(tables) == 2 and "\x1b" not in text
for table in tables:
    widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
    assert len(widths) == 1, widths
PYTHON
}

json_follows_the_schema() {
    make a seed=1 cells=2 -- b seed=2 epoll=1.25 subjects=floor:epoll,epoll,select -- \
        other seed=3 manifest.cpus:=4 -- bad seed=4 'cells.*.trials.*.valid:=false' 'cells.*.trials.*.why_invalid:="stolen"'
    local words
    for words in "a b" "a a" "a other" "a other --force" "a bad" "a b --control none --run-offset 5%"; do
        # shellcheck disable=SC2086
        pb compare $words --json
        follows_the_schema out "$sources/results/compare.schema.json" ||
            fail "compare $words --json is not as the schema says" || return 1
    done
}

mistakes_are_bad_usage_with_the_nearest_name() {
    make a seed=1 -- b seed=2
    local line
    while IFS='|' read -r words text; do
        # shellcheck disable=SC2086
        pb compare $words
        expect_status 2 && expect_error "$text" && [ ! -s out ] || return 1
    done <<'LINES'
a|pollbench compare BASE NEW
a b c|one too many
a b --fail-of slower|--fail-on
a b --fail-on slow|"slower"
a b --min-effect 3|as 3%
a b --min-effect -1%|as 3%
a b --backends epol|"epoll"
a b --control flor:epoll|"floor:epoll"
a b --workload acept|"accept"
a b --json --markdown|exclude
a,,b b|empty
LINES
}

help_says_what_is_assumed() {
    pb compare --help
    expect_status 0 && expect_out "--fail-on" "--run-offset" "factor of 2" "Exit status"
}

run_tests runs_that_were_measured_can_be_compared the_same_run_twice_differs_in_nothing \
    a_slower_subject_is_named_and_no_other named_verdicts_come_first_the_largest_effect_before_the_others \
    a_metric_of_which_more_is_better_is_read_that_way \
    fail_on_makes_the_exit_status_1 within_the_minimum_effect_is_no_difference \
    a_busier_machine_is_not_taken_for_a_slower_program runs_of_one_program_are_hardly_ever_told_apart \
    with_another_kernel_no_control_is_taken_unless_it_is_named what_differs_is_said_first \
    another_machine_is_refused what_only_one_run_has_is_listed a_skipped_subject_is_listed_with_the_reason \
    subjects_and_workloads_can_be_chosen fewer_than_ten_rounds_give_no_verdict \
    trials_that_do_not_count_give_no_verdict timers_before_their_time_give_no_verdict \
    a_file_of_another_version_or_of_nothing_is_refused several_runs_are_compared_as_runs_where_nothing_divides \
    markdown_is_a_table_that_a_name_cannot_break json_follows_the_schema \
    mistakes_are_bad_usage_with_the_nearest_name help_says_what_is_assumed
