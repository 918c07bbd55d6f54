#!/usr/bin/env bash
# Server and generator on one core are in each other's way wherever the generator loads the server while it is measured.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"
deny=$2

command -v taskset >/dev/null || skip "there is no taskset"
cpu=$(taskset -cp $$ | grep -oE '[0-9]+$')

# A cell of each kind: no load, a closed loop, and requests at planned times.
each=(accept timer --set mode=drain,steady,rate,accuracy --set queue=20 --set drains=2 --set idle=0
    --set seconds=0.02 --set rate=200)
closed=(accept --set mode=steady --set seconds=0.02 --set idle=0)

on_one_cpu() {
    status=0
    taskset -c "$cpu" "$pollbench" "$@" >out 2>err || status=$?
}

expect_in() { # FILE TEXT...
    local file=$1 text
    shift
    for text in "$@"; do
        tr -s ' \n' ' ' <"$file" | grep -qF -- "$text" || fail "no \"$text\" in $file" || return 1
    done
}

# A Python expression over rows, those of a CSV file.
expect_rows() { # FILE EXPRESSION
    "$python" - "$1" "$2" <<'PYTHON' || fail "not so in $1: $2"
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
sys.exit(0 if rows and eval(sys.argv[2]) else 1)
PYTHON
}

cells_with_a_load_are_marked_everywhere_and_no_others() {
    on_one_cpu run "${each[@]}" --backends epoll,poll --rounds 2 --out r
    expect_status 0 && expect_in out "64 at a time, one core" "200/s, one core" \
        "one core: server and generator share CPU $cpu" || return 1
    ! grep -qE '0 idle.*one core|lateness.*one core' out || fail "a cell without a load is marked" || return 1
    local file
    for file in summary verdicts trials percentiles ratios; do
        expect_rows "r/$file.csv" 'all((row["one_core"] == "1") == (row["mode"] in ("steady", "rate")) for row in rows)' ||
            return 1
    done
    pb report r
    [ "$(grep -c '^ *ONE CORE' out)" = 4 ] || fail "not two cells, in verdicts and tables, are marked" || return 1
    [ "$(grep -o '<b>one core</b>' r/report.html | wc -l)" = 4 ] || fail "not two cells of the page are marked" ||
        return 1
    expect_in r/report.html "Server and generator on one core" "nobody is ranked"
}

nobody_is_named_in_a_closed_loop() {
    on_one_cpu run "${closed[@]}" --backends epoll,poll,select --rounds 30 --min-effect 0.1% --out r
    expect_status 0 && expect_in out "in a closed loop nobody is ranked" || return 1
    grep -qE 'no verdict: (poll, select|select, poll)' out || fail "the screen does not say so" || return 1
    ! grep -qE 'less: |more: |least: ' out || fail "the screen names somebody" || return 1
    expect_rows r/verdicts.csv 'all(row["verdict"] == "INVALID" and "closed loop" in row["why"] for row in rows)' &&
        expect_run r 'all(v["verdict"] == "INVALID" for v in cells[0]["verdicts"])' || return 1
    pb report r
    expect_in out "FASTER or SLOWER: 0" "ONE CORE: server and generator share CPU $cpu: in a closed loop" || return 1
    ! grep -qE '^ +# .*verdict' out || fail "the tables rank" || return 1
    ! grep -qE '<li title="[^"]*(FASTER|SLOWER)' r/report.html || fail "the page names somebody"
}

timers_beside_a_closed_loop_are_no_exception() {
    on_one_cpu run timer --set mode=accuracy --set conns=4 --backends epoll,poll --rounds 2 --out r
    expect_status 0 &&
        expect_rows r/verdicts.csv 'all(row["verdict"] == "INVALID" and row["one_core"] == "1" for row in rows)'
}

two_such_runs_are_not_compared() {
    on_one_cpu run "${closed[@]}" --backends epoll,poll --rounds 2 --out a
    on_one_cpu run "${closed[@]}" --backends epoll,poll --rounds 2 --out b
    pb compare a b
    expect_status 3 && expect_in out "without two cores measures server and generator together in BASE"
}

two_cores_are_not_marked() {
    [ "$(nproc)" -gt 1 ] || { skip_test "there is one CPU"; return; }
    pb run "${closed[@]}" --backends epoll,poll --rounds 2 --out r
    expect_run r 'run["placement"]["one_core"] is False' || { skip_test "the CPUs are of one core"; return; }
    ! grep -q "one core" out || fail "it is marked" || return 1
    expect_rows r/verdicts.csv 'all(row["one_core"] == "0" for row in rows)'
}

where_affinity_is_refused_it_runs_and_is_marked() {
    "$deny" sched_setaffinity EPERM true || { skip_test "no seccomp filter can be set here"; return; }
    status=0
    "$deny" sched_setaffinity EPERM "$pollbench" run "${closed[@]}" --backends epoll,poll --rounds 2 --out r \
        >out 2>err || status=$?
    expect_status 0 && expect_run r 'run["placement"]["subject_cpu"] == -1 and len(trials) == 4' &&
        expect_in out "one core: nothing keeps server and generator on two cores" &&
        expect_rows r/verdicts.csv 'all(row["verdict"] == "INVALID" for row in rows)' || return 1
    status=0
    "$deny" sched_setaffinity EPERM "$pollbench" run "${closed[@]}" --server-cpu "$cpu" --out s >out 2>err || status=$?
    expect_status 3 && expect_error "refuses to put a process on a CPU" "--server-cpu" && [ ! -e s ]
}

run_tests cells_with_a_load_are_marked_everywhere_and_no_others nobody_is_named_in_a_closed_loop \
    timers_beside_a_closed_loop_are_no_exception two_such_runs_are_not_compared two_cores_are_not_marked \
    where_affinity_is_refused_it_runs_and_is_marked
