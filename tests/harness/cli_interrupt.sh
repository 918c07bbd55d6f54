#!/usr/bin/env bash
# Ctrl-C and its kin; a trial that hangs; a trial that dies.
set -uo pipefail
set -m # or else the shell has its background jobs ignore SIGINT
source "$(dirname "$0")/cli.sh" "$1"
[ -r /proc/self/stat ] || skip "there is no /proc to find the processes of a trial in"

wait_until() { # SECONDS COMMAND...
    local tenths=$(($1 * 10))
    shift
    until "$@"; do
        tenths=$((tenths - 1))
        [ $tenths -gt 0 ] || return 1
        sleep 0.1
    done
}

has_rounds() { # FOLDER COUNT
    [ -s "$1/trials.jsonl" ] && PYTHONPATH=$sources/tests/harness/record "$python" - "$1" "$2" <<'PYTHON'
import run_folder, sys
trials = run_folder.load(sys.argv[1])["cells"][0]["trials"]
sys.exit(0 if len({trial["round"] for trial in trials}) >= int(sys.argv[2]) else 1)
PYTHON
}

# The living children of a process whose command line has the word.
children_of() { # PID WORD
    local stat text
    for stat in /proc/[0-9]*/stat; do
        { text=$(<"$stat"); } 2>/dev/null || continue
        set -- "$1" "$2" ${text##*) } # state, parent, ...
        [ "$4" = "$1" ] && [ "$3" != Z ] && grep -qzx -- "$2" "${stat%stat}cmdline" 2>/dev/null &&
            basename "${stat%/stat}"
    done
    true
}

ended_by() { # SIGNAL STATUS [TIMES]
    "$pollbench" run "${endless[@]}" --out r >out 2>err &
    local pid=$! children
    wait_until 20 has_rounds r 3 || fail "no rounds" || return 1
    children="$(children_of $pid trial) $(children_of $pid generate)"
    kill -"$1" $pid
    for ((times = 1; times < ${3:-1}; times++)); do
        sleep 0.1
        kill -"$1" $pid 2>/dev/null
    done
    status=0
    wait $pid || status=$?
    expect_status "$2" && expect_error interrupted "in r" || return 1
    grep -qE "^2 questions, [0-9]+ rounds \(interrupted\)" out || fail "no answer from the finished rounds" || return 1
    grep -q "^page: r/report.html" out && [ -s r/report.html ] || fail "no page" || return 1
    expect_run r 'run["rounds"] >= 3 and {t["round"] for t in trials} == set(range(run["rounds"]))' &&
        expect_run r 'run["ended"] == "interrupted" and cells[0]["summary"]' || return 1
    local child
    for child in $children; do
        ! kill -0 "$child" 2>/dev/null || fail "process $child outlived the run" || return 1
    done
}

ctrl_c_keeps_the_finished_rounds_and_says_where_they_are() {
    ended_by INT 130
}

sigterm_keeps_the_finished_rounds_and_says_where_they_are() {
    ended_by TERM 143
}

# As supervisors do that send it to the process and to its group.
sigterm_three_times_at_once_is_one_request() {
    ended_by TERM 143 3
}

# The folder is made before the machine is probed, which takes a second.
# All its rounds are over and saved.
ctrl_c_while_the_charts_are_drawn_says_so_too() {
    mkdir slow
    printf '#!/bin/sh\ntouch "%s/drawing"\nexec sleep 30\n' "$PWD" >slow/gnuplot
    chmod +x slow/gnuplot
    PATH=$PWD/slow:$PATH "$pollbench" run accept --set mode=drain --set queue=20 --set idle=0 --backends select,poll \
        --rounds 2 --out r >out 2>err &
    local pid=$!
    wait_until 20 test -e drawing || fail "no chart was begun"
    kill -INT $pid
    status=0
    wait $pid || status=$?
    expect_status 130 && expect_run r 'run["rounds"] == 2 and run["ended"] == "all rounds are done"'
}

a_run_that_is_interrupted_while_it_probes_has_no_rounds_and_says_so() {
    "$pollbench" run accept --set mode=rate --time 30s --out r >out 2>err &
    local pid=$!
    wait_until 20 [ -s r/run.json ] || fail "no run.json" || return 1
    kill -INT $pid
    status=0
    wait $pid || status=$?
    [ "$status" != 0 ] || fail "it ended as if all were well" || return 1
    expect_error interrupted && expect_run r 'run["ended"] == "interrupted" and run["rounds"] == 0' &&
        expect_run r 'not any(cell["trials"] for cell in cells)' && follows_the_schema r
}

# What was there before it was killed is there afterwards, byte by byte, and every round is whole but perhaps the last.
every_finished_round_is_kept() { # FOLDER BEFORE
    PYTHONPATH=$sources/tests/harness/record "$python" - "$1" "$2" <<'PYTHON' || fail "rounds are missing"
import run_folder, sys
folder, before = sys.argv[1:]
before = open(before, "rb").read()
after = open(folder + "/trials.jsonl", "rb").read()
assert after.startswith(before[:before.rindex(b"\n") + 1] if before else b"")
run = run_folder.load(folder)
assert "ended" not in run or run["ended"] is None, run["ended"]
rounds = [{trial["round"] for trial in cell["trials"]} for cell in run["cells"]]
last = max((max(of_cell) for of_cell in rounds if of_cell), default=-1)
print(f"{len(before)} bytes before, {len(after)} after, {last + 1} rounds")
for cell, of_cell in zip(run["cells"], rounds):
    assert of_cell >= set(range(last)), of_cell
    for number in range(last):
        subjects = {trial["subject"] for trial in cell["trials"] if trial["round"] == number}
        assert subjects == {"select", "poll", "null"}, (number, subjects)
PYTHON
}

# In tables, page, JSON and CSV; of a run that was killed at once, that there are none.
says_how_many_rounds_it_kept() { # FOLDER
    local kept
    kept=$(PYTHONPATH=$sources/tests/harness/record "$python" - "$1" <<'PYTHON'
import run_folder, sys
trials = [trial for cell in run_folder.load(sys.argv[1])["cells"] for trial in cell["trials"]]
print(max((trial["round"] + 1 for trial in trials), default=0))
PYTHON
    )
    grep -qE "of $kept rounds? \(it was killed\)" out || fail "the tables do not say $kept rounds" || return 1
    grep -qE "$kept rounds? \(it was killed\)" "$1/report.html" || fail "the page does not say $kept rounds" || return 1
    grep -qE "it was killed; $kept rounds? (is|are) kept" "$1/skipped.csv" ||
        fail "skipped.csv does not say $kept rounds" || return 1
    PATH=/nonexistent pb report "$1" --json
    "$python" -c 'import json, sys; sys.exit(json.load(open("out"))["rounds"] != int(sys.argv[1]))' "$kept" ||
        fail "--json does not say $kept rounds"
}

# At once, early in the first round, and wherever it happens to be later. Charts would take most of the time: there is no
# gnuplot here.
a_run_that_is_killed_at_any_moment_keeps_every_finished_round() {
    local moment rounds pid folder
    for moment in "0 0" "0 0.1" "1 0" "1 0.037" "2 0.01" "4 0.05"; do
        rounds=${moment% *} folder=r-${moment/ /-}
        "$pollbench" run "${endless[@]}" --out $folder >out 2>err &
        pid=$!
        wait_until 20 [ -s $folder/run.json ] && { [ $rounds = 0 ] ||
            wait_until 20 has_rounds $folder $rounds; } || fail "no rounds" || return 1
        sleep ${moment#* }
        cp $folder/trials.jsonl before
        kill -KILL $pid
        wait $pid 2>/dev/null
        status=killed
        every_finished_round_is_kept $folder before || return 1
        PATH=/nonexistent pb report $folder
        expect_status 0 || return 1
        [ $rounds = 0 ] || grep -q "ns_per_accept" out || fail "no table of the finished rounds" || return 1
        says_how_many_rounds_it_kept $folder || return 1
    done
}

disturb_a_trial() { # SIGNAL PID
    local victim
    victim=$(children_of "$2" trial) && [ -n "$victim" ] && kill "-$1" "$victim" 2>/dev/null
}

a_trial_that_dies_is_recorded_and_repeated() {
    "$pollbench" run accept --set mode=steady --set seconds=1 --set conns=2 --backends poll --rounds 2 \
        --out r >out 2>err &
    local pid=$!
    # The first that can be had: one that counts, where this system lets us count, is repeated, too.
    wait_until 20 disturb_a_trial KILL $pid || fail "no trial to disturb"
    status=0
    wait $pid || status=$?
    expect_status 0 && expect_run r 'run["rounds"] == 2' &&
        expect_run r 'len([t for c in cells for l in ("trials", "counting_trials") for t in c[l]
            if not t["valid"] and "signal 9" in t["why_invalid"]]) == 1' &&
        expect_run r '{t["round"] for t in trials if sound(t)} == {0, 1}'
}

kill_one_of_several() { # PID
    local victims
    victims=($(children_of "$1" trial))
    # Three subjects and the twin of one.
    [ ${#victims[@]} = 4 ] && kill -KILL "${victims[0]}" 2>/dev/null
}

a_trial_that_dies_among_others_in_turns_leaves_them_alone() {
    "$pollbench" run accept --set mode=drain --set idle=0 --set drains=100 --backends select,poll,epoll \
        --rounds 2 --out r >out 2>err &
    local pid=$!
    wait_until 20 kill_one_of_several $pid || fail "no trial to disturb"
    status=0
    wait $pid || status=$?
    expect_status 0 && expect_run r 'run["rounds"] == 2' &&
        expect_run r '(lambda all: [t["attempt"] for t in all if not t["valid"] and "signal 9" in t["why_invalid"]] == [0] and
            sum(sound(t) for t in all) == 8 and len([t for t in all if t["attempt"] > 0]) == 1)(
            trials + cells[0]["twin_trials"])'
}

a_trial_that_hangs_is_killed_and_reported() {
    "$pollbench" run accept --set mode=steady --set seconds=0.5 --set conns=2 --backends poll \
        --rounds 8 --out r >out 2>err &
    local pid=$!
    wait_until 20 has_rounds r 1 && wait_until 20 disturb_a_trial STOP $pid || fail "no trial to stop"
    status=0
    wait $pid || status=$?
    expect_status 0 && expect_run r 'run["rounds"] == 8' &&
        expect_run r 'any(not t["valid"] and "was killed" in t["why_invalid"] for t in trials)' &&
        expect_run r '{t["round"] for t in trials if sound(t)} == set(range(run["rounds"]))'
}

run_tests ctrl_c_keeps_the_finished_rounds_and_says_where_they_are \
    sigterm_keeps_the_finished_rounds_and_says_where_they_are sigterm_three_times_at_once_is_one_request \
    ctrl_c_while_the_charts_are_drawn_says_so_too \
    a_run_that_is_interrupted_while_it_probes_has_no_rounds_and_says_so \
    a_run_that_is_killed_at_any_moment_keeps_every_finished_round \
    a_trial_that_dies_is_recorded_and_repeated \
    a_trial_that_dies_among_others_in_turns_leaves_them_alone \
    a_trial_that_hangs_is_killed_and_reported
