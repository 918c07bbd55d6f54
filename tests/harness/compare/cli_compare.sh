#!/usr/bin/env bash
# What pollbench compare reads, prints and returns, on made-up runs (make_compare.py). Its verdicts are tested in
# test_compare.c.
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
    pb compare a a
    expect_out "the same run" "nothing that is recorded" && ! grep -qE 'FASTER|SLOWER' out
}

a_slower_subject_is_named_and_no_other() {
    make a seed=1 -- b seed=2 epoll=1.25 manifest.commit:='"bbbb"'
    compare_json 0 a b && expect_json 'v["epoll"]["verdict"] == "SLOWER" and 1.15 < v["epoll"]["ratio"] < 1.35' \
        'v["poll"]["verdict"] == "INCONCLUSIVE" and c["counts"]["SLOWER"] == 1' \
        'c["verdicts"][0]["subject"] == "epoll" and v["epoll"]["control"] == "floor:epoll"' || return 1
    compare_json 0 a b --control none --backends epoll && expect_json 'list(v) == ["epoll"]' \
        'v["epoll"]["control"] is None and v["epoll"]["run_offset"] == 1' || return 1
    compare_json 0 a b --min-effect 40% --run-offset 0% && expect_json 'v["epoll"]["verdict"] == "EQUIVALENT"' \
        'c["method"]["minimum_effect"] == 0.4 and c["method"]["run_offset"] == 0' || return 1
    compare_json 0 b a && expect_json 'v["epoll"]["verdict"] == "FASTER" and v["epoll"]["ratio"] < 0.9'
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

what_differs_is_said_first() {
    make a seed=1 -- b seed=2 manifest.commit:='"bbbb"' manifest.mitigations.meltdown:='"Vulnerable"' \
        manifest.sysctl.new_one:=1 'cells.*.params.budget:=32' profile:='"standard"' placement.subject_cpu:=0 \
        manifest.flags:='"-O2 -Wall -Werror"' manifest.memory_kib:=8000100 placement.generator_cpu:=-1 \
        manifest.limits:='{"nofile_soft": 1024}' subjects.1.granted:='["EPOLL_PWAIT2"]'
    pb compare a b
    expect_status 3 && expect_error "nothing to compare" && expect_out "commit: aaaa -> bbbb" \
        "limits.nofile_soft: unknown -> 1024" \
        "mitigations.meltdown: Not affected -> Vulnerable" "sysctl.new_one: unknown -> 1" \
        "accept drain budget: 64 -> 32" "profile: quick -> standard" "placement.subject_cpu: 1 -> 0" "-Werror" \
        "placement.generator_cpu: 0 -> anywhere" \
        "memory_kib: 8000000 -> 8000100" "epoll granted: none -> EPOLL_PWAIT2" "only in BASE" "only in NEW"
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
    make a seed=1 -- b seed=2 subjects=floor:epoll,epoll,poll 'cells.0.trials:=[]' \
        'cells.0.skipped_subjects:=[{"subject": "poll", "reason": "it is tired"}]'
    compare_json 3 a b && expect_json '[e["subject"] for e in c["only_base"]] == ["floor:epoll", "epoll", "poll"]' \
        '[e["why"] for e in c["only_base"]] == [None, None, "it is tired"]' || return 1
    pb compare a b
    expect_out "accept drain: floor:epoll, epoll" "accept drain: poll: it is tired"
}

a_workload_can_be_chosen() {
    make a seed=1 -- b seed=2
    compare_json 3 a b --workload timer && expect_error "nothing to compare" || return 1
    compare_json 0 a b --workload timer,accept && expect_json 'len(v) == 3'
}

trials_that_do_not_count_give_no_verdict() {
    make a seed=1 -- b seed=2 'cells.*.trials.*.valid:=false' 'cells.*.trials.*.why_invalid:="stolen"' -- \
        c seed=3 epoll=9 cells.0.trials.1.metrics.ns_per_accept:=0 -- \
        d seed=4 cells.0.trials.1.metrics.ns_per_accept:=-5
    compare_json 3 a b && expect_error "every pair is INVALID" && expect_json 'c["counts"]["INVALID"] == 3' || return 1
    compare_json 0 a c && expect_json 'v["epoll"]["verdict"] == "INVALID" and "above 0" in v["epoll"]["why"]' ||
        return 1
    pb compare a d
    expect_status 3 && expect_error "d/trials.jsonl" "ns_per_accept"
}

a_killed_run_says_how_many_rounds_it_kept() {
    make a seed=1 -- b seed=2 rounds:= ended:=
    pb compare a b
    expect_status 0 && expect_out "30 rounds (all rounds are done)" "30 rounds (it was killed)" || return 1
    compare_json 0 a b && expect_json 'c["base"][0]["rounds"] == 30 and c["base"][0]["ended"] == "all rounds are done"' \
        'c["new"][0]["ended"] is None and c["new"][0]["rounds"] == 30'
}

a_file_of_another_version_or_of_nothing_is_refused() {
    make a seed=1 -- b seed=2 schema:=1
    pb compare a b
    expect_status 3 && expect_error "b/run.json" "of version 1" && [ ! -s out ] || return 1
    make c seed=3 'cells.0.trials.1.metrics.ns_per_accept:=NaN'
    pb compare a c
    expect_status 3 && expect_error "c/trials.jsonl" || return 1
    pb compare a nowhere
    expect_status 3 && expect_error "nowhere/run.json"
}

runs_of_one_side_are_of_one_kind_and_each_counts_once() {
    make a1 seed=1 rounds=10 -- a2 seed=2 rounds=10 -- b1 seed=3 rounds=10 manifest.kernel:='"Linux 7.0.0"'
    compare_json 0 a1,a2 b1 && expect_json 'v["epoll"]["base"]["runs"] == 2 and v["epoll"]["base"]["n"] == 20' \
        'len(c["base"]) == 2 and c["method"]["runs_needed"] == 6' || return 1
    pb compare a1,b1 a2
    expect_status 3 && expect_error "BASE are not of one kind" "kernel" || return 1
    pb compare a1,b1 a2 --force
    expect_status 0 || return 1
    pb compare a1,a2,a1 b1
    expect_status 3 && expect_error "twice"
}

markdown_is_a_table_that_a_name_cannot_break() {
    make a seed=1 -- b seed=2 epoll=1.25 manifest.commit:='"b|b](http://x)\u001b[31m"'
    pb compare a b --markdown
    expect_status 0 && expect_out '| **SLOWER** | epoll |' 'b\|b\](http' || return 1
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
a b --min-effect 3x|as 3%
a b --min-effect -1%|as 3%
a b --run-offset 1001%|to 1000%
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
    a_slower_subject_is_named_and_no_other fail_on_makes_the_exit_status_1 what_differs_is_said_first \
    another_machine_is_refused what_only_one_run_has_is_listed a_skipped_subject_is_listed_with_the_reason \
    a_workload_can_be_chosen trials_that_do_not_count_give_no_verdict a_killed_run_says_how_many_rounds_it_kept \
    a_file_of_another_version_or_of_nothing_is_refused runs_of_one_side_are_of_one_kind_and_each_counts_once \
    markdown_is_a_table_that_a_name_cannot_break json_follows_the_schema \
    mistakes_are_bad_usage_with_the_nearest_name help_says_what_is_assumed
