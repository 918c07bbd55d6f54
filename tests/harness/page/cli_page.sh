#!/usr/bin/env bash
# report.html as a reader meets it, and the charts on a terminal; from runs whose figures are known.
set -uo pipefail
source "$(dirname "$0")/../cli.sh" "$1"

here=$sources/tests/harness/page
record=$sources/tests/harness/record
export POLLBENCH_CHROMIUM=${POLLBENCH_CHROMIUM:-$("$sources/scripts/find_program.sh" chromium 2>/dev/null)}

make_run() { # KIND
    PYTHONPATH=$here:$record "$python" "$here/make_page_run.py" "$1" r
}

# Changes the run in r by Python statements over run and cells, which have their trials (record/run_folder.py).
change() { # STATEMENTS
    PYTHONPATH=$sources/tests/harness/record "$python" - "$1" <<'PYTHON'
import run_folder, sys
run = run_folder.load("r")
cells = run["cells"]
exec(sys.argv[1])
run_folder.save("r", run)
PYTHON
}

# Charts are drawn by the real gnuplot, or by one that does nothing where they are of no account.
report() { # [draws] [ARGUMENT...]
    if [ "${1-}" = draws ]; then
        command -v gnuplot >/dev/null || { skip_test "gnuplot is missing"; return 1; }
        shift
        pb report r "$@"
    else
        mkdir -p bin && printf '#!/bin/sh\n' >bin/gnuplot && chmod +x bin/gnuplot
        PATH=$PWD/bin:$PATH pb report r "$@"
    fi
    expect_status 0
}

# The checks are in check_page.py. There is no skip where REQUIRE_TOOLS names chromium.
check() { # CHECK...
    local status=0
    PATH=$PWD/bin:$PATH PYTHONPATH=$here "$python" "$here/check_page.py" "$pollbench" r "$@" >found 2>&1 || status=$?
    [ $status != 0 ] || return 0
    if [ $status = 77 ] && [[ " ${REQUIRE_TOOLS-} " != *" chromium "* ]]; then
        skip_test "$(tail -n 1 found)"
        return 0
    fi
    fail "$(cat found)"
}

without_a_script_the_page_holds_every_word_of_the_run() {
    make_run small && report && check matrix words
}

# One browser for all of it: starting it takes longer than the checks.
the_page_reads_wide_and_narrow_dark_and_light_and_works_by_keyboard() {
    make_run small && report draws && check layout contrast structure answers charts printed baseline sort filter tables pictures
}

nothing_of_a_run_is_markup_in_the_page() {
    make_run evil && report draws && check matrix layout structure evil pictures tables
}

a_hundred_cells_of_twelve_subjects_stay_usable() {
    make_run wide && report && check matrix size layout answers
}

without_gnuplot_the_page_says_why_it_has_no_charts() {
    make_run small || return 1
    mkdir empty
    PATH=$PWD/empty pb report r
    expect_status 0 && grep -q 'class="caveat">no charts: gnuplot is not installed' r/report.html ||
        fail "the page does not say why" || return 1
    ! grep -q '<figure' r/report.html || fail "there is a chart"
}

a_picture_that_is_missing_is_named() {
    make_run small && report && grep -q '<p>gnuplot has left no picture charts/accept-drain.*svg' r/report.html ||
        fail "no word of the picture"
}

a_page_that_cannot_be_written_is_a_failure() {
    make_run small && mkdir -p r/report.html/in-the-way || return 1
    mkdir -p bin && printf '#!/bin/sh\n' >bin/gnuplot && chmod +x bin/gnuplot
    PATH=$PWD/bin:$PATH pb report r
    expect_status 3 && expect_error report.html || return 1
    [ -z "$(find r -maxdepth 1 -type f ! -name '*.csv' ! -name run.json ! -name trials.jsonl)" ] || fail "half a page was left: $(ls -A r)"
}

calibration_is_shown_and_its_absence_is_said() {
    make_run small && report && grep -q 'pollbench calibrate' r/report.html || fail "nobody says how" || return 1
    change 'run["calibration"] = {"date": "2026-01-01", "commit": "abc", "kernel": "Linux", "cells": [
    {"workload": "accept", "mode": "drain", "params": {"queue": 1000}, "subject": "epoll", "metric": "ns_per_accept",
     "minimum_effect": 0.03, "seconds_per_comparison": 20, "rounds_per_comparison": 200, "planted": planted,
     "comparisons": 100, "named": named, "wrong": 0, "share": named / 100, "ci_low": 0.9, "ci_high": 1.0}
    for planted, named in ((0, 0), (0.05, 97))]}'
    report && grep -q '5 % slower</td><td>100</td><td>97</td><td>0</td><td>97.0 % \[90.0, 100.0\]' r/report.html ||
        fail "no calibration" || return 1
    ! grep -q 'Not calibrated' r/report.html || fail "and yet not calibrated"
}

the_command_is_quoted_for_a_shell() {
    make_run evil && report || return 1
    "$python" - <<'PYTHON' >command.sh
import html, re
page = open("r/report.html", encoding="utf-8").read()
print("pollbench() { printf '%s\\n' \"$@\"; }")
print(html.unescape(re.search(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.S).group(1)))
PYTHON
    "$python" -c 'import json
print(*json.load(open("r/run.json"))["command"][1:], "--seed", "1", sep="\n")' >expected
    bash command.sh >words 2>&1
    cmp -s words expected || fail "not the words of the command: $(cat words)"
}

a_run_that_was_killed_says_how_many_rounds_it_kept() {
    local kept="24 rounds (it was killed)"
    make_run small && change 'del run["rounds"], run["ended"]' && report draws || return 1
    grep -q "It kept $kept" r/report.html || fail "not so: $(grep -o 'It kept [^.]*' r/report.html)" || return 1
    grep -q "NOT FINISHED:</b> this page is of $kept" r/report.html || fail "not above all figures" || return 1
    grep -q "NOT FINISHED: what follows is of $kept" out || fail "not on the terminal" || return 1
    [ "$(cat r/charts/*.svg | tr '\n' ' ' | grep -o "NOT FINISHED" | wc -l)" = "$(ls r/charts/*.svg | wc -l)" ] ||
        fail "not in the caption of each chart"
    pb compare r r
    tr -s ' \n' ' ' <out | grep -F "$kept" >/dev/null || fail "not in compare: $(head -n 3 out)"
}

# Whole lines, so that no line is cut off.
lines_that_are_missing_at_the_end_of_a_finished_run_are_told_everywhere() {
    local kept="20 rounds (all rounds are done; the last 4 of 24 are missing in trials.jsonl)"
    make_run small && sed -i -E '/"round":2[0-3],/d' r/trials.jsonl && report draws || return 1
    grep -q "It kept $kept" r/report.html || fail "not so: $(grep -o 'It kept [^.]*' r/report.html)" || return 1
    grep -q "NOT FINISHED:</b> this page is of $kept" r/report.html || fail "not above all figures" || return 1
    tr -s ' \n' ' ' <out | grep -F "NOT FINISHED: what follows is of $kept" >/dev/null || fail "not on the terminal" || return 1
    cat r/charts/*ratio-idle0.svg | grep -q "NOT FINISHED: the run kept 20 rounds" || fail "not on the chart" || return 1
    pb compare r r
    tr -s ' \n' ' ' <out | grep -qF "$kept" || fail "not in compare: $(head -n 3 out)"
}

a_page_that_is_a_link_is_replaced() {
    make_run small && echo precious >victim && ln -s ../victim r/report.html && report || return 1
    [ "$(cat victim)" = precious ] && [ ! -L r/report.html ] || fail "written through the link"
}

another_baseline_is_that_of_the_page() {
    make_run small && report --baseline select || return 1
    grep -q 'Ratio to <span class="against">select' r/report.html || fail "another one" || return 1
    pb report r --baseline selekt
    expect_status 2 && expect_error selekt select
}

on_a_terminal_the_charts_are_characters() {
    make_run small
    COLUMNS=80 report draws --terminal || return 1
    [ ! -e r/report.html ] && [ -z "$(find r -name '*.svg' -o -name '*.png')" ] || fail "pictures were drawn" || return 1
    ! grep -q $'\e' out || fail "colours in a file" || return 1
    # Words are as wide as the tables, whatever the terminal.
    ! sed '1,/^  accept drain: wall time/d' out | grep -v '^  [A-Za-z(]' | grep -nE '.{81}' || fail "wider than the terminal" || return 1
    # A row of dots: the name, a mark on its interval, the figure.
    grep -qE '^ +epoll \(readiness\) \|.*G.*1,714  \[1,663, 1,763\]' out || fail "no row of epoll: $(cat out)" || return 1
    grep -q 'idle (logarithmic)' out || fail "no curve"
    [ ! -s err ] || fail "gnuplot complains"
}

every_chart_of_every_mode_is_drawn_on_a_terminal() {
    local kind
    for kind in accuracy scale saturate; do
        rm -rf r && "$python" "$record/make_run.py" $kind r && report draws --terminal || return 1
        [ ! -s err ] || fail "gnuplot complains" || return 1
        [ "$(grep -cE '^ *[0-9]* *\+?-?[+|]' out)" -gt 20 ] || fail "no chart: $(cat out)"
    done
}

colours_are_for_terminals_alone() {
    make_run small && command -v gnuplot >/dev/null || { skip_test "gnuplot is missing"; return; }
    "$python" - "$pollbench" >out 2>err <<'PYTHON' || fail "not as it should be"
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 70, 0, 0))
    os.execv(sys.argv[1], [sys.argv[1], "report", "r", "--terminal"])
said = b""
while True:
    try:
        got = os.read(terminal, 65536)
    except OSError:
        break
    if not got:
        break
    said += got
assert os.waitpid(child, 0)[1] == 0
assert b"\x1b[38;5;" in said, "no colours"
assert any(len(line.rstrip(b"\r")) == 70 for line in said.replace(b"\x1b[0;39m", b"").split(b"\n")), "not 70 columns"
PYTHON
}

json_and_terminal_exclude_each_other() {
    make_run small
    pb report r --json --terminal
    expect_status 2 && expect_error "--json or --terminal"
}

run_tests without_a_script_the_page_holds_every_word_of_the_run \
    the_page_reads_wide_and_narrow_dark_and_light_and_works_by_keyboard \
    nothing_of_a_run_is_markup_in_the_page a_hundred_cells_of_twelve_subjects_stay_usable \
    without_gnuplot_the_page_says_why_it_has_no_charts a_picture_that_is_missing_is_named \
    a_page_that_cannot_be_written_is_a_failure calibration_is_shown_and_its_absence_is_said \
    the_command_is_quoted_for_a_shell on_a_terminal_the_charts_are_characters \
    every_chart_of_every_mode_is_drawn_on_a_terminal colours_are_for_terminals_alone \
    json_and_terminal_exclude_each_other a_run_that_was_killed_says_how_many_rounds_it_kept \
    lines_that_are_missing_at_the_end_of_a_finished_run_are_told_everywhere \
    a_page_that_is_a_link_is_replaced another_baseline_is_that_of_the_page
