#!/usr/bin/env bash
# .ci/run in a small tree where the scripts that it calls are made up: what it makes of their failures.
# shellcheck source=tests/scripts/cases.sh disable=SC2016 # programs are quoted
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

tree=$scratch/tree

# A tree in which everything passes; BAD_... in the environment make one thing in it fail.
make_tree() {
    mkdir -p "$tree"/{.ci,scripts,backends,loop,harness,tests/harness/record}
    cp "$root"/.ci/* "$tree/.ci/"
    cp "$root/scripts/find_program.sh" "$tree/scripts/"
    program "$tree/scripts" check_folders.sh <<<"exit 0"
    program "$tree/scripts" kernels.sh <<<'echo "kernels: $*; required: $REQUIRE_BACKENDS"; exit ${BAD_KERNEL:-0}'
    program "$scratch/path" cmake <<<"exit 0"
    program "$scratch/path" clang-format-14 <<<"echo version 14.0"
    echo "import sys; sys.exit('${BAD_SCHEMA-}' or 0)" >"$tree/tests/harness/record/validate_schema.py"
    program "$tree/scripts" test.sh <<'END'
build=build-test
[ "$4" != address,undefined ] || build=build-test-clang-address-undefined
[ "$4" != thread ] || build=build-test-clang-thread
mkdir -p $build
echo "tools: $REQUIRE_TOOLS"
for backend in $REQUIRE_BACKENDS; do
    [ "$backend" = "${BAD_MISSING-}" ] || echo "1/6 Test #1: conformance.$backend.accepts ... Passed"
done >$build/ctest.out
echo 20 ${BAD_FAILURES:-0} 1 >$build/totals
echo "conformance.${BAD_SKIP:-kqueue}.accepts: not here" >$build/skipped
[ -z "${BAD_LEFT-}" ] || (sleep 60 & echo $! >left) >/dev/null 2>&1
exit ${BAD_FAILURES:-0}
END
    program "$tree/scripts" bench.sh <<'END'
out=${*: -1}
mkdir -p "$out/charts"
echo '{}' >"$out/run.json"
[ -z "${BAD_CHART-}" ] || exit 0
echo '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0,0"/></svg>' >"$out/charts/a.svg"
printf '\x89PNG\r\n\x1a\n....IEND\xaeB`\x82' >"$out/charts/a.png"
END
}

ci() {
    make_tree
    observe env PATH="$scratch/path:$PATH" "$tree/.ci/run"
}

case_when_everything_passes_the_last_line_adds_up_the_tests() {
    ci
    expect_status 0
    expect_same "the last line" "60 passed, 0 failed, 3 skipped" "$(tail -n 1 <<<"$output")"
}

case_a_failing_test_fails_the_run_and_the_other_steps_still_run() {
    export BAD_FAILURES=3
    ci
    expect_status 1
    expect_output $'\n60 passed, 9 failed, 3 skipped\n'
    expect_output "FAILED: tests, gcc"
    expect_output "main job: passed"
}

case_the_tests_are_told_which_tools_must_be_there() {
    ci
    expect_output "tools: curl wrk node python3 jsonschema http-parser chromium"
}

case_a_skip_of_a_required_backend_fails_the_run() {
    export BAD_SKIP=epoll-et
    ci
    expect_status 1
    expect_output "conformance.epoll-et.accepts: not here"
    expect_output "FAILED: tests, gcc"
}

case_a_required_backend_on_which_nothing_ran_fails_the_run() {
    export BAD_MISSING=null
    ci
    expect_status 1
    expect_output "no conformance case ran on null"
}

case_a_process_left_behind_is_ended_and_fails_the_run() {
    [ "$(uname -s)" = Linux ] || skip "processes are found through /proc"
    export BAD_LEFT=yes
    ci
    expect_status 1
    expect_output "left behind: process $(cat "$tree/left"): sleep 60"
    # One that was killed may still be a zombie, which has no command line.
    ! read -r -d '' <"/proc/$(cat "$tree/left")/cmdline" || fail "it still runs"
}

case_a_main_job_without_charts_fails_the_run() {
    export BAD_CHART=none
    ci
    expect_status 1
    expect_output "no .svg chart"
    expect_output "FAILED: main job"
}

case_a_result_that_breaks_the_schema_fails_the_run() {
    export BAD_SCHEMA="cells: missing"
    ci
    expect_status 1
    expect_output "cells: missing"
    expect_output "FAILED: main job"
}

case_a_case_that_fails_on_the_oldest_kernel_or_a_kernel_that_cannot_be_had_fails_the_run() {
    for status in 1 3; do
        export BAD_KERNEL=$status
        ci
        expect_status 1
        expect_output "FAILED: Linux 6.1"
        expect_output "main job: passed"
    done
}

# An emulated kernel that has no io_uring would skip it all, and pass.
case_on_the_oldest_kernel_the_backends_that_are_checked_are_required() {
    local line
    ci
    line=$(grep '^kernels: ' <<<"$output")
    [[ $line == *" --backends ${line##*required: } --case "* ]] || fail "others are required: $line"
    [[ $line == *"--backends epoll,"*",io_uring,"*" 6.1; "* ]] || fail "not both families on 6.1: $line"
}

charts() { # checks the chart FILE, beside a good one of the other kind
    mkdir -p "$scratch/charts"
    [ "${1##*.}" = svg ] || echo '<svg xmlns="http://www.w3.org/2000/svg"><path/></svg>' >"$scratch/charts/good.svg"
    [ "${1##*.}" = png ] || printf '\x89PNG\r\n\x1a\n..IEND\xaeB`\x82' >"$scratch/charts/good.png"
    cat >"$scratch/charts/$1"
    observe "$root/scripts/find_program.sh" python3 "$root/.ci/check_charts.py" "$scratch/charts"
}

case_a_chart_cut_off_is_no_chart() {
    charts a.png < <(printf '\x89PNG\r\n\x1a\n..IE')
    expect_status 1
    expect_output "a.png: is cut off"
}

case_an_empty_file_is_no_chart() {
    charts a.svg </dev/null
    expect_status 1
    expect_output "a.svg: is no XML"
}

case_an_svg_with_nothing_in_it_is_no_chart() {
    charts a.svg <<<'<svg xmlns="http://www.w3.org/2000/svg"><title>none</title></svg>'
    expect_status 1
    expect_output "a.svg: has nothing drawn in it"
}

run_case "$@"
