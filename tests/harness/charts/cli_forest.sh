#!/usr/bin/env bash
# Charts of ratios to the baseline: a forest for a cell, lines for a sweep; and what a chart survives.
set -uo pipefail
source "$(dirname "$0")/../cli.sh" "$1"

here=$sources/tests/harness/charts
export POLLBENCH_CHROMIUM=${POLLBENCH_CHROMIUM:-$("$sources/scripts/find_program.sh" chromium 2>/dev/null)}
forest=r/charts/accept-drain-ns_per_accept-ratio

make_run() { # KIND
    PYTHONPATH=$sources/tests/harness/record "$python" "$here/make_forest_run.py" "$1" r
}

# With the real gnuplot, which may complain of nothing.
draw() {
    command -v gnuplot >/dev/null || { skip_test "gnuplot is missing"; return 1; }
    pb report r
    expect_status 0 || return 1
    [ ! -s err ] || fail "gnuplot complains" || return 1
    "$python" "$sources/.ci/check_charts.py" r/charts >check || fail "$(cat check)"
}

# In a browser: no text is cut off, and none lies on another.
is_readable() { # SVG...
    local status=0
    PYTHONPATH=$sources/tests/harness/page "$python" "$here/check_layout.py" "$@" >found 2>&1 || status=$?
    [ $status != 0 ] || return 0
    if [ $status = 77 ] && [[ " ${REQUIRE_TOOLS-} " != *" chromium "* ]]; then
        skip_test "$(tail -n 1 found)"
        return 0
    fi
    fail "$(cat found)"
}

left_nothing() {
    [ -z "$(find r -name '.*')" ] || fail "left behind: $(find r -name '.*')"
}

# Its rows are the verdicts of the cell, figure for figure, and each says its word.
holds_the_verdicts() { # CSV
    pb report r --json
    "$python" - "$1" <<'PYTHON' >found 2>&1 || fail "$(cat found)"
import csv, json, sys
verdicts = json.load(open("out"))["cells"][0]
rows = {row["subject"].split(" (")[0]: row for row in csv.DictReader(open(sys.argv[1]))}
base = verdicts["baseline"]
assert rows[base]["word"] == "baseline" and rows[base]["ratio"] == "1", rows[base]
opposite = {"FASTER": "SLOWER", "SLOWER": "FASTER"}
seen = 0
for entry in verdicts["verdicts"]:
    if base not in (entry["baseline"], entry["subject"]):
        continue
    turned = entry["subject"] == base
    row = rows[entry["baseline"] if turned else entry["subject"]]
    word = opposite.get(entry["verdict"], entry["verdict"]) if turned else entry["verdict"]
    said = f"not decided ({entry['n']} rounds)" if word == "INCONCLUSIVE" else word
    assert row["word"] == said, (row, entry)
    if word == "INVALID":
        assert row["ratio"] == row["ci_low"] == row["ci_high"] == "", row
    else:
        figures = [entry["ratio"], entry.get("ci_low"), entry.get("ci_high")]
        if turned:
            figures = [1 / figures[0], figures[2] and 1 / figures[2], figures[1] and 1 / figures[1]]
        for name, figure in zip(("ratio", "ci_low", "ci_high"), figures):
            assert (row[name] == "") == (figure is None), (name, row, entry)
            assert figure is None or abs(float(row[name]) / figure - 1) < 1e-6, (name, row, entry)
    seen += 1
assert seen == len(rows) - 1 > 0, (seen, list(rows))
PYTHON
}

a_forest_holds_the_verdicts_of_its_cell() {
    local kind
    for kind in two many few invalid; do
        rm -rf r && make_run $kind && draw && holds_the_verdicts $forest.csv || return 1
    done
}

a_forest_is_readable_with_two_subjects_and_with_many_of_long_names() {
    local kind
    for kind in two many wide few invalid; do
        rm -rf r && make_run $kind && draw && is_readable r/charts/*.svg || return 1
    done
}

the_end_of_an_interval_that_runs_out_of_the_picture_is_an_arrow() {
    make_run wide && draw || return 1
    grep -qE '^[0-9]*,poll .*,(1,[01]|0,1),not decided' $forest.csv || fail "no arrow: $(cat $forest.csv)" || return 1
    grep -q '^[0-9]*,select .*,0,0,SLOWER' $forest.csv || fail "an arrow at select" || return 1
    grep -q 'An arrow: the interval runs out of the picture' $forest.svg || fail "nobody says what the arrow is" || return 1
    rm -r r && make_run two && draw || return 1
    ! grep -q 'An arrow' $forest.svg || fail "an arrow is explained that is not there"
}

the_forest_comes_before_the_absolute_medians() {
    make_run two && draw || return 1
    grep -o 'charts/[^<]*\.csv' r/report.html | head -n 2 >order
    printf 'charts/%s.csv\n' accept-drain-ns_per_accept-ratio accept-drain-ns_per_accept | cmp -s - order || fail "$(cat order)"
}

a_sweep_shows_ratios_and_a_name_at_the_end_of_each_line() {
    local chart=r/charts/accept-drain-ns_per_accept-by-idle
    make_run swept && draw || return 1
    grep -q '^ns_per_accept: ratio to epoll,,.*,1,0,9,0,0.03$' $chart-panels.csv || fail "$(cat $chart-panels.csv)" || return 1
    "$python" - $chart.csv <<'PYTHON' || fail "$(cat $chart.csv)"
import sys
lines = dict((block.split("\n")[0].split(",")[1].split(" (")[0], block.strip().split("\n")[1:])
             for block in open(sys.argv[1]).read().split("\n\n\n"))
assert all(row.split(",")[1] == "1" for row in lines["epoll"]), lines["epoll"]
assert abs(float(lines["select"][2].split(",")[1]) / 11 - 1) < 0.02, lines["select"]
PYTHON
    grep -q '1 is epoll: [0-9,]* ns at idle=0, [0-9,]* ns at idle=1000' $chart.svg || fail "no word of how much 1 is" || return 1
    is_readable $chart.svg
}

a_sweep_of_latency_shows_median_and_p99() {
    local chart=r/charts/accept-steady-connect_latency_ns-by-idle
    make_run latency && draw || return 1
    grep -q '^connect_latency p50 (us)' $chart-panels.csv && grep -q '^connect_latency p99 (us)' $chart-panels.csv ||
        fail "$(cat $chart-panels.csv)" || return 1
    is_readable r/charts/*.svg
}

figures_of_nothing_at_all_have_a_chart() {
    local kind
    for kind in zero tiny small; do
        rm -rf r && make_run $kind && draw || return 1
        [ -s r/charts/accept-drain-ns_per_accept.svg ] || fail "$kind: no dots"
    done
}

be_gnuplot() { # SCRIPT: takes the place of gnuplot for draw_with
    mkdir -p bin && printf '#!/bin/sh\n%s\n' "$1" >bin/gnuplot && chmod +x bin/gnuplot
}

draw_with() { # SCRIPT
    be_gnuplot "$1" && PATH=$PWD/bin:$PATH pb report r
}

# The forest's gnuplot ends after all that were started beside it.
charts_are_listed_in_their_order_whichever_is_drawn_first() {
    make_run two && draw_with 'case "$*" in *forest.gp*) sleep 0.5 ;; esac' && expect_status 0 || return 1
    grep -o 'charts/[^<]*\.csv' r/report.html | head -n 2 >order
    printf 'charts/%s.csv\n' accept-drain-ns_per_accept-ratio accept-drain-ns_per_accept | cmp -s - order || fail "$(cat order)"
}

# With one CPU it would never have been started.
what_comes_after_a_chart_that_failed_is_not_kept() {
    make_run two && draw_with 'case "$*" in *forest.gp*) sleep 0.5; exit 1 ;; esac' || return 1
    expect_status 3 && expect_error "gnuplot failed on forest.gp" && left_nothing || return 1
    [ "$(ls r/charts)" = accept-drain-ns_per_accept-ratio.csv ] || fail "kept: $(ls r/charts)"
}

one_that_fails_after_others_leaves_those_before_it() {
    make_run two && draw_with 'case "$*" in *dots.gp*) exit 1 ;; *) sleep 0.5; echo "<svg/>" >"$6.svg" ;; esac' || return 1
    expect_status 3 && expect_error "gnuplot failed on dots.gp" && left_nothing || return 1
    [ -s $forest.svg ] && [ -s r/charts/accept-drain-ns_per_accept.csv ] || fail "kept: $(ls r/charts)"
}

# None of them ends by itself. As many as there are CPUs run side by side; the run has two charts.
start_report() { # SIGNAL
    be_gnuplot 'echo $$ >>gnuplot.pids; exec sleep 60'
    "$python" - "$pollbench" "$1" <<'PYTHON'
import os, signal, subprocess, sys, time
# A shell starts what runs behind it with SIGINT ignored; a person does not.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)
environment = dict(os.environ, PATH=os.getcwd() + "/bin:" + os.environ["PATH"])
cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
report = subprocess.Popen([sys.argv[1], "report", "r"], stdout=subprocess.DEVNULL, stderr=open("err", "w"),
                          env=environment)
until = time.monotonic() + 20
while not os.path.exists("gnuplot.pids") or open("gnuplot.pids").read().count("\n") < min(cpus, 2):
    if time.monotonic() > until:
        report.terminate()
        sys.exit("too few were started")
    time.sleep(0.01)
number = getattr(signal, sys.argv[2])
report.send_signal(number)
# Not by waiting until each has slept enough.
sys.exit(report.wait(timeout=20) != -number)
PYTHON
}

a_signal_ends_the_report_and_every_gnuplot_and_leaves_no_folder_behind() {
    local signal pid
    make_run two
    for signal in SIGINT SIGTERM SIGHUP SIGQUIT; do
        rm -f gnuplot.pids
        status=0
        start_report $signal || status=$?
        expect_status 0 || fail "$signal has not ended it" || return 1
        left_nothing || return 1
        while read -r pid; do
            ! kill -0 "$pid" 2>/dev/null || fail "$signal: gnuplot goes on" || return 1
        done <gnuplot.pids
    done
}

run_tests a_forest_holds_the_verdicts_of_its_cell \
    a_forest_is_readable_with_two_subjects_and_with_many_of_long_names \
    the_end_of_an_interval_that_runs_out_of_the_picture_is_an_arrow \
    the_forest_comes_before_the_absolute_medians a_sweep_shows_ratios_and_a_name_at_the_end_of_each_line \
    a_sweep_of_latency_shows_median_and_p99 figures_of_nothing_at_all_have_a_chart \
    charts_are_listed_in_their_order_whichever_is_drawn_first what_comes_after_a_chart_that_failed_is_not_kept \
    one_that_fails_after_others_leaves_those_before_it \
    a_signal_ends_the_report_and_every_gnuplot_and_leaves_no_folder_behind
