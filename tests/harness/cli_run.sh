#!/usr/bin/env bash
# pollbench run, as people use it: what ends up in the result folder and on the terminal.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

a_run_leaves_every_trial_of_every_round() {
    pb run accept --set mode=drain,steady --set queue=20 --set idle=0,10 --set conns=4 \
        --set seconds=0.05 --backends select,poll --rounds 3 --out r
    expect_status 0 &&
        expect_run r 'len(cells) == 4 and run["rounds"] == 3' &&
        expect_run r 'all(len(c["trials"]) >= 6 for c in cells)' &&
        expect_run r 'all({(t["subject"], t["round"]) for t in c["trials"] if sound(t)} == {(s, r)
            for s in ("select", "poll") for r in range(3)} for c in cells)' &&
        expect_run r 'all({t["order"] for t in c["trials"] + c["twin_trials"]} == {0, 1, 2} for c in cells)' &&
        expect_run r 'all(t["metrics"] and t["counters"] and t["usage"] and t["generator"]
            for t in trials if t["valid"])' &&
        expect_run r 'run["command"][:3] == ["pollbench", "run", "accept"] and run["manifest"]["kernel"]' &&
        expect_run r 'all(c["summary"] for c in cells)' || return 1
    grep -q "4 questions, 3 rounds" out || fail "no answer"
}

# The screen of a terminal, not more: the paths are the last lines.
a_run_ends_with_the_answer_on_one_screen() {
    pb run accept --set mode=drain,steady --set queue=20 --set idle=0,10,20,30,40,50,60,70 --set conns=4 \
        --set seconds=0.01 --backends select,poll,null --rounds 3 --out r
    expect_status 0 || return 1
    [ "$(wc -l <out)" -le 20 ] || fail "$(wc -l <out) lines" || return 1
    ! grep -E '.{81}' out || fail "a line is wider than 80 columns" || return 1
    [ "$(tail -n 2 out)" = "page: r/report.html"$'\n'"all files: r" ] || fail "not the paths: $(tail -n 2 out)"
}

a_narrow_terminal_gets_narrow_lines() {
    COLUMNS=40 pb run accept --set mode=drain --set queue=20 --set idle=0,10 --backends select,poll --rounds 2 --out r
    expect_status 0 || return 1
    [ "$(wc -l <out)" -le 20 ] && ! grep -E '.{41}' out || fail "not on a screen of 40 columns: $(cat out)"
}

the_answer_is_as_wide_as_the_terminal() {
    "$python" - "$pollbench" "${small[@]}" <<'PYTHON' >err || fail "too wide for a terminal of 50 columns"
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    # The other side sets the size first.
    sys.stdin.readline()
    os.execv(sys.argv[1], [sys.argv[1], "run", *sys.argv[2:], "--rounds", "2", "--quiet", "--out", "r"])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
os.write(terminal, b"\n")
text = b""
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    text += data
os.waitpid(pid, 0)
lines = text.decode(errors="replace").replace("\r", "").strip().split("\n")
print(lines)
assert any(line.startswith("1 question, 2 rounds") for line in lines), lines
assert all(len(line) <= 50 for line in lines), lines
PYTHON
}

verbose_prints_the_tables_before_the_answer() {
    pb run "${small[@]}" --rounds 1 --out r --verbose
    expect_status 0 && grep -q ns_per_accept out || fail "no table" || return 1
    [ "$(tail -n 1 out)" = "all files: r" ] || fail "no answer behind the tables"
}

quiet_keeps_the_answer() {
    pb run "${small[@]}" --rounds 1 --out r --quiet
    expect_status 0 && grep -q "^1 question, 1 round" out || fail "no answer"
}

whole_numbers_and_times_are_understood_as_people_write_them() {
    pb run accept --set mode=drain --set queue=0.02k --set idle=0 --backends poll --rounds 0.001k --time 30 --out r
    expect_status 0 && expect_run r 'run["rounds"] == 1 and cells[0]["params"]["queue"] == 20'
}

each_round_has_the_baseline_twice_and_no_figure_is_of_its_twin() {
    pb run accept --set mode=drain --set queue=20 --set idle=0 --backends select,poll,null \
        --baseline poll --rounds 6 --seed 7 --out r
    expect_status 0 &&
        expect_run r '{t["subject"] for t in cells[0]["twin_trials"]} == {"poll"}' &&
        expect_run r '{t["round"] for t in cells[0]["twin_trials"]} == set(range(6))' &&
        expect_run r 'len({t["order"] for t in cells[0]["twin_trials"]}) > 1' &&
        expect_run r '{s["n"] for s in cells[0]["summary"] if s["subject"] == "poll"} <= {
            sum(t["valid"] for t in cells[0]["trials"] if t["subject"] == "poll")}' || return 1
    follows_the_schema r || return 1
    # Nobody to compare with: nothing that a twin could test.
    pb run "${small[@]}" --rounds 2 --out a
    expect_status 0 && expect_run a 'cells[0]["twin_trials"] == []'
}

subjects_of_a_drain_live_at_a_time_and_take_turns() {
    pb run accept --set mode=drain --set queue=20 --set drains=100 --set idle=0,101 \
        --backends select,poll --rounds 2 --out r
    expect_status 0 || return 1
    # In turns all have begun before the first can have ended.
    expect_run r 'all((max(t["start_ns"] for t in of) - min(t["start_ns"] for t in of)
            < min(t["elapsed_ns"] for t in of)) == (c["params"]["idle"] == 0)
        for c in cells for r in range(2)
        for of in [[t for t in c["trials"] if t["round"] == r and t["attempt"] == 0]])' &&
        expect_run r 'all(len(t["samples"]["ns_per_accept"]) == 100 for t in trials if sound(t))'
}

each_mode_has_its_own_parameters() {
    pb run accept --set queue=20 --set idle=0 --set conns=4 --set seconds=0.05 --backends poll \
        --rounds 1 --out r
    expect_status 0 && expect_run r '[sorted(c["params"]) for c in cells] == [
        ["budget", "drains", "idle", "queue"], ["budget", "conns", "idle", "seconds"],
        ["arrivals", "budget", "bytes", "conns_max", "idle", "rate", "seconds"]]'
}

the_seed_decides_the_order() {
    local folder
    for folder in a b; do
        pb run accept --set mode=drain --set queue=20 --set idle=0 --backends select,poll,null \
            --rounds 5 --seed 42 --out $folder
        expect_status 0 || return 1
    done
    pb run accept --set mode=drain --set queue=20 --set idle=0 --backends select,poll,null \
        --rounds 5 --seed 43 --out c
    PYTHONPATH=$sources/tests/harness/record "$python" - <<'PYTHON' || fail "the order does not follow the seed"
import run_folder
def order(folder):
    trials = run_folder.load(folder)["cells"][0]["trials"]
    return [(t["round"], t["order"], t["subject"]) for t in trials if t["attempt"] == 0]
assert order("a") == order("b")
assert order("a") != order("c")
assert len({tuple(s for r, o, s in order("a") if r == n) for n in range(5)}) > 1
PYTHON
}

json_is_all_of_standard_output() {
    pb run "${small[@]}" --rounds 2 --out r --json
    expect_status 0 && "$python" -c 'import json; json.load(open("out"))' || fail "not JSON alone"
}

quiet_says_nothing_on_standard_error() {
    pb run "${small[@]}" --rounds 1 --out r --quiet
    expect_status 0 || return 1
    [ ! -s err ] || fail "--quiet is not quiet"
}

progress_is_drawn_on_a_terminal_only() {
    pb run "${small[@]}" --rounds 2 --out a
    expect_no_error '[#' && expect_no_error '%' || return 1
    "$python" - "$pollbench" "${small[@]}" <<'PYTHON' >err || fail "no bar on a terminal"
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    out = os.open("out", os.O_WRONLY | os.O_CREAT)
    os.dup2(out, 1)
    os.execv(sys.argv[1], [sys.argv[1], "run", *sys.argv[2:], "--rounds", "3", "--out", "b"])
text = b""
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    text += data
os.waitpid(pid, 0)
print(text.decode(errors="replace"))
assert b"left" in text and b"%" in text and b"round 3" in text and b"poll" in text, text
PYTHON
}

# To within 10 %, where nothing but the run's own choices counts: on a busy machine the last round and the report may
# take any time, so that only the rounds that were begun can be judged.
no_round_begins_when_the_time_is_over() {
    pb run accept --set mode=drain --set queue=1,2 --set idle=0 --backends select,poll,null --time 3s --out r
    expect_status 0 && expect_run r 'run["ended"] == "the time is over" and run["rounds"] >= 1' || return 1
    expect_run r 'max(t["start_ns"] for t in trials) - min(t["start_ns"] for t in trials) < 3.15e9'
}

rounds_and_time_bound_a_run_together() {
    pb run "${small[@]}" --time 1h --rounds 2 --out r
    expect_status 0 && expect_run r 'run["rounds"] == 2 and run["ended"] == "all rounds are done"'
}

a_time_that_nothing_fits_into_is_refused() {
    pb run "${small[@]}" --time 1ms --out r
    expect_status 2 && expect_error "--time 0.001s is too short for anything" "take about" || return 1
    [ ! -e r ] || fail "a folder was made all the same"
}

in_a_short_time_trials_are_cut_and_the_last_cells_are_left_out() {
    pb run --time 3s --seed 5 --out r
    expect_status 0 && expect_error "their usual length" &&
        expect_run r 'run["rounds"] >= 1 and run["probe"]["length_share"] < 1' &&
        expect_run r 'cells[0]["skipped"] is None and cells[0]["params"]["drains"] < 5' &&
        expect_run r 'all(c["skipped"] == "there was no time left for it" for c in cells if not c["trials"])' &&
        expect_run r '[bool(c["skipped"]) for c in cells] == sorted(bool(c["skipped"]) for c in cells)' &&
        expect_run r 'cells[-1]["skipped"]' ||
        return 1
    follows_the_schema r
}

calls_are_not_counted_where_that_would_take_much_of_the_time() {
    pb run accept --set mode=drain --set queue=100 --set drains=50 --set idle=0 --backends poll,epoll --time 2s --out r
    expect_status 0 && expect_error "system calls are not counted" &&
        expect_run r 'run["why_not_counted"] and not any(c["counting_trials"] for c in cells)' || return 1
    pb report r
    grep -q "^  SKIPPED counting system calls: it would have taken" out || fail "the tables do not say so" || return 1
    grep -q "system calls were not counted: it would have taken" r/skipped.csv || fail "skipped.csv does not" || return 1
    grep -q "counting system calls: it would have taken" r/report.html || fail "report.html does not"
}

one_cpu_for_both_is_said_and_a_cpu_that_is_not_allowed_is_refused() {
    command -v taskset >/dev/null || { skip_test "there is no taskset"; return; }
    local last
    last=$(taskset -cp $$ | grep -oE '[0-9]+$')
    status=0
    taskset -c "$last" "$pollbench" run "${small[@]}" --rounds 1 --out r >out 2>err || status=$?
    expect_status 0 && expect_run r 'run["placement"]["one_core"] is True' || return 1
    pb report r
    tr -s ' \n' ' ' <out | grep -q "server and generator share CPU $last" || fail "the tables do not say so" || return 1
    pb run "${small[@]}" --rounds 1 --server-cpu 60000 --out s
    expect_status 2 && expect_error "CPU 60000 is not one that this process may use" && [ ! -e s ] || return 1
    pb run "${small[@]}" --rounds 1 --server-cpu "$last" --generator-cpu "$last" --out t
    expect_status 0 && expect_run t "run['placement'] == {'subject_cpu': $last, 'generator_cpu': $last, 'one_core': True}"
}

what_was_given_is_not_cut() {
    pb run accept --set mode=steady,drain --set seconds=0.03 --set drains=7 --time 2s --out r
    expect_status 0 &&
        expect_run r '{c["params"].get("seconds", 0.03) for c in cells} == {0.03}' &&
        expect_run r '{c["params"].get("drains", 7) for c in cells} == {7}'
}

the_default_folder_is_below_the_current_one() {
    pb run "${small[@]}" --rounds 1
    expect_status 0 && expect_error results/runs/ || return 1
    [ -s results/runs/*/run.json ] || fail "no results/runs/ID/run.json"
}

# Each round costs the same to write. Were the whole run written again after each of them, the bytes would grow with the
# square of the rounds: 60 rounds would take 7 to 9 times what 20 take.
a_round_is_added_and_nothing_is_written_again() {
    local rounds
    [ -r /proc/self/io ] || { skip_test "there is no /proc/PID/io to count bytes in"; return; }
    for rounds in 20 60; do
        status=0 # of the shell and of the children that it waited for
        bash -c '"$@" >out 2>err; status=$?; cat /proc/$$/io >io; exit $status' bash "$pollbench" \
            run "${small[@]}" --rounds $rounds --json --quiet --out r$rounds || status=$?
        expect_status 0 || return 1
        awk '/^wchar:/ { print $2 }' io >written$rounds
    done
    [ "$(cat written60)" -lt $((4 * $(cat written20))) ] ||
        fail "20 rounds: $(cat written20) bytes written, 60 rounds: $(cat written60)"
}

# The file is replaced as a whole, so that one that was replaced is another one.
run_json_is_saved_when_it_changes_and_not_each_round() {
    "$pollbench" run accept --set mode=drain --set queue=1 --set idle=0 --backends select,poll --rounds 40 \
        --all-rounds --out r >out 2>err &
    local pid=$!
    "$python" - $pid <<'PYTHON' || fail "run.json was replaced in mid-run, or trials.jsonl was"
import os, sys, time
pid = int(sys.argv[1])
seen = {"r/run.json": set(), "r/trials.jsonl": set()}
sizes = [0]
while os.path.exists(f"/proc/{pid}/stat") and open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] != "Z":
    for name, files in seen.items():
        try:
            status = os.stat(name)
        except FileNotFoundError:
            continue
        files.add((status.st_ino, status.st_mtime_ns if name == "r/run.json" else 0))
        if name == "r/trials.jsonl":
            sizes.append(status.st_size)
    time.sleep(0.002)
print(seen, len(set(sizes)))
assert sizes == sorted(sizes), "trials.jsonl became shorter"
assert len(set(sizes)) > 10, "trials.jsonl did not grow round by round"
assert len(seen["r/trials.jsonl"]) == 1
# At the start, perhaps once more before the first round, and at the end.
assert len(seen["r/run.json"]) <= 3
PYTHON
    status=0
    wait $pid || status=$?
    expect_status 0 && expect_run r 'run["rounds"] == 40'
}

a_baseline_that_is_asked_for_is_recorded_and_used() {
    pb run accept --set mode=drain --set queue=20 --set idle=0 --backends select,poll,null --rounds 2 \
        --baseline poll --out r
    expect_status 0 && expect_run r 'run["baseline"] == "poll"' &&
        expect_run r '{e["baseline"] for e in cells[0]["ratios"]} >= {"poll"}' &&
        expect_run r '"poll" not in {e["subject"] for e in cells[0]["ratios"]
            if e["baseline"] == "select"}' || return 1
    pb run "${small[@]}" --rounds 1 --out a
    expect_status 0 && expect_run a 'run["baseline"] is None'
}

# Half as much again is nothing that two of a kind differ by.
what_is_decided_ends_the_run_unless_all_rounds_are_asked_for() {
    local like=(accept --set mode=drain --set queue=50 --set idle=0 --backends poll,select --min-effect 50%)
    pb run "${like[@]}" --rounds 60 --out early
    expect_status 0 && expect_run early 'run["ended"] == "everything is decided" and 9 <= run["rounds"] < 60' ||
        return 1
    pb run "${like[@]}" --rounds 14 --all-rounds --out all
    expect_status 0 && expect_run all 'run["ended"] == "all rounds are done" and run["rounds"] == 14' &&
        expect_run all 'all({t["round"] for t in trials if t["subject"] == s} == set(range(14)) for s in ("poll", "select"))'
}

run_tests what_is_decided_ends_the_run_unless_all_rounds_are_asked_for \
    a_run_ends_with_the_answer_on_one_screen a_narrow_terminal_gets_narrow_lines \
    the_answer_is_as_wide_as_the_terminal verbose_prints_the_tables_before_the_answer quiet_keeps_the_answer \
    whole_numbers_and_times_are_understood_as_people_write_them a_run_leaves_every_trial_of_every_round \
    subjects_of_a_drain_live_at_a_time_and_take_turns \
    each_round_has_the_baseline_twice_and_no_figure_is_of_its_twin \
    each_mode_has_its_own_parameters \
    the_seed_decides_the_order json_is_all_of_standard_output \
    quiet_says_nothing_on_standard_error progress_is_drawn_on_a_terminal_only \
    no_round_begins_when_the_time_is_over rounds_and_time_bound_a_run_together \
    a_time_that_nothing_fits_into_is_refused one_cpu_for_both_is_said_and_a_cpu_that_is_not_allowed_is_refused \
    what_was_given_is_not_cut \
    in_a_short_time_trials_are_cut_and_the_last_cells_are_left_out calls_are_not_counted_where_that_would_take_much_of_the_time 
    a_round_is_added_and_nothing_is_written_again \
    run_json_is_saved_when_it_changes_and_not_each_round \
    a_baseline_that_is_asked_for_is_recorded_and_used the_default_folder_is_below_the_current_one
