#!/usr/bin/env bash
# An epoll that is refused epoll_pwait2 has deadlines of whole milliseconds: it runs, under another name.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"
deny=$2

"$deny" epoll_pwait2 EPERM true || skip "no seccomp filter can be set here"
[[ "$("$pollbench" list --json)" == *EPOLL_PWAIT2* ]] || skip "this system has no epoll"

drain=(accept --set mode=drain --set queue=20 --set idle=0 --set drains=2)

refused() { # ERROR ARGUMENT...
    local error=$1
    shift
    status=0
    "$deny" epoll_pwait2 "$error" "$pollbench" "$@" >out 2>err || status=$?
}

expect_in() { # FILE TEXT...
    local file=$1 text
    shift
    for text in "$@"; do
        tr -s ' \n' ' ' <"$file" | grep -qF -- "$text" || fail "no \"$text\" in $file" || return 1
    done
}

a_list_names_all_three() {
    local error
    for error in EPERM ENOSYS; do
        refused "$error" list
        expect_status 0 && expect_in out "epoll (ms) readiness yes" "epoll-et (ms) readiness" \
            "epoll-oneshot (ms) readiness" "asked EPOLL_PWAIT2; granted nothing" || return 1
    done
    pb list
    ! grep -qF "(ms)" out || fail "an ordinary epoll has the other name"
}

every_presentation_of_a_run_names_it() {
    local error file
    for error in EPERM ENOSYS; do
        refused "$error" run "${drain[@]}" --backends epoll,epoll-et,epoll-oneshot,poll --rounds 9 --out "$error"
        expect_status 0 && expect_error "ROUNDED epoll (ms): this system refuses epoll_pwait2" &&
            expect_in out "epoll (ms)" "deadlines are whole milliseconds" || return 1
        # From the files alone, where nothing is refused.
        pb report "$error"
        for file in out "$error"/summary.csv "$error"/verdicts.csv "$error"/trials.csv "$error"/report.html; do
            expect_in "$file" "epoll (ms)" "epoll-et (ms)" "epoll-oneshot (ms)" || return 1
        done
        expect_in out "ROUNDED epoll (ms): this system refuses epoll_pwait2" &&
            expect_in "$error"/report.html "epoll (ms): this system refuses epoll_pwait2" || return 1
        ! grep -qE 'epoll(-et|-oneshot)?,' "$error"/*.csv || fail "a CSV file has the ordinary name" || return 1
        expect_run "$error" '{t["subject"] for t in trials} == {"epoll", "epoll-et", "epoll-oneshot", "poll"}' &&
            expect_run "$error" 'all("EPOLL_PWAIT2" not in s["granted"] for s in run["subjects"])' || return 1
    done
}

the_chart_of_a_run_names_it() {
    [ -n "$gnuplot" ] || { skip_test "gnuplot is missing"; return; }
    refused EPERM run "${drain[@]}" --backends epoll,poll --rounds 3 --out r
    expect_status 0 || return 1
    pb report r
    grep -lqF "epoll (ms)" r/charts/*.svg || fail "no chart has the name"
}

it_is_the_baseline_that_epoll_would_be() {
    refused EPERM run "${drain[@]}" --backends select,poll,epoll --rounds 3 --out r
    expect_status 0 && expect_run r 'cells[0]["baseline"] == "epoll"' || return 1
    pb report r --baseline epoll
    expect_status 0 && expect_in out "/ epoll (ms)"
}

it_is_not_compared_with_an_ordinary_one() {
    pb run "${drain[@]}" --backends epoll,poll --rounds 3 --out base
    expect_status 0 || return 1
    refused EPERM run "${drain[@]}" --backends epoll,poll --rounds 3 --out new
    expect_status 0 || return 1
    pb compare base new --json --force
    "$python" - <<'PYTHON' || fail "the two were taken for one"
import json
c = json.load(open("out"))
assert {v["subject"] for v in c["verdicts"]} == {"poll"}, c["verdicts"]
assert [e["subject"] for e in c["only_base"]] == ["epoll"], c["only_base"]
assert [e["subject"] for e in c["only_new"]] == ["epoll (ms)"], c["only_new"]
PYTHON
    pb compare base new
    expect_in out "epoll granted: EPOLL_PWAIT2 -> none" "epoll (ms)" "only in NEW"
}

run_tests a_list_names_all_three every_presentation_of_a_run_names_it the_chart_of_a_run_names_it \
    it_is_the_baseline_that_epoll_would_be it_is_not_compared_with_an_ordinary_one
