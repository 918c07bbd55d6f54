#!/usr/bin/env bash
# What a report says of who costs least, on runs of made-up figures (make_run.py): the words, what they rest on,
# and that there is none where there cannot be one.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

# A gnuplot that does nothing: the charts have tests of their own.
mkdir "$work/bin"
ln -s /bin/true "$work/bin/gnuplot"
export PATH=$work/bin:$PATH

report_on() { # KIND ROUNDS [ARGUMENT...]
    rm -rf r
    "$python" "$sources/tests/harness/record/make_run.py" "$1" r "$2" || return 1
    pb report r "${@:3}"
    expect_status 0 || return 1
    [ -z "$(awk 'length > 100' out)" ] || fail "wider than the terminal: $(awk 'length > 100' out)"
}

says() { # TEXT...: standard output has each, whatever the blanks and the ends of lines
    local text
    for text in "$@"; do
        tr -s ' \n' ' ' <out | grep -qF -- "$text" || fail "not in the report: $text" || return 1
    done
}

says_not() { # TEXT
    ! tr -s ' \n' ' ' <out | grep -qF -- "$1" || fail "in the report: $1"
}

change() { # STATEMENT...: Python over run, the run in r (record/run_folder.py)
    PYTHONPATH=$sources/tests/harness/record "$python" - "$@" <<'PYTHON'
import run_folder, sys
run = run_folder.load("r")
for statement in sys.argv[1:]:
    exec(statement)
run_folder.save("r", run)
PYTHON
}

words_are() { # WORD...: all that verdicts.csv has, each once, sorted
    local found
    found=$(tail -n +2 r/verdicts.csv | grep -oE ',(FASTER|SLOWER|EQUIVALENT|INCONCLUSIVE|INVALID),' | tr -d , |
        sort -u | tr '\n' ' ')
    [ "$found" = "$* " ] || fail "words in verdicts.csv: $found"
}

the_first_table_names_the_cheapest_of_each_tier() {
    report_on crossover 20 || return 1
    says "Comparisons: 40;" \
        "tier not significantly slower than any other, best / epoll verdict (rounds) the best first" \
        "idle=0 readiness poll 0.900 [0.900, 0.900] FASTER completion io_uring 1.100 [1.100, 1.100] SLOWER" \
        "idle=10 readiness poll 0.900 [0.900, 0.900] FASTER completion io_uring 1.010 [1.010, 1.010] EQUIVALENT" \
        "idle=100 readiness epoll, epoll-et; undecided 1 the baseline completion io_uring 0.900" &&
        says_not "wins"
}

those_that_are_alike_are_named_together_the_best_one_first() {
    report_on close 20 && says "readiness epoll-et, epoll, poll; alike 0.990 [0.990, 0.990] EQUIVALENT" &&
        says_not "by idle"
}

a_crossover_is_told_as_one() {
    report_on crossover 20 &&
        says "by idle, against epoll" \
            "poll: FASTER up to 10, SLOWER from 100 up (a crossover)" \
            "io_uring: SLOWER at 0, EQUIVALENT at 10, FASTER from 100 up (a crossover)" \
            "floor:epoll: FASTER everywhere" \
            "io_uring against poll: SLOWER up to 10, FASTER from 100 up (a crossover)" || return 1
    ! grep -q '^    epoll-et:' out || fail "a line for a subject that is alike everywhere"
}

the_blocks_have_the_word_of_each_row() {
    report_on crossover 20 &&
        says "# subject tier n median, ns 99 % interval / epoll verdict" \
            "poll readiness 20 90,000 [89,995, 90,005] 0.900 [0.900, 0.900] FASTER" \
            "epoll readiness 20 100,000 [99,995, 100,005] 1 -"
}

# "4.01 [3.88, 4.14]", as the run's verdict on the subject in its first cell has it.
verdict_ratio() { # SUBJECT
    pb report r --json
    "$python" - "$1" <<'PYTHON'
import json, sys
verdicts = json.load(open("out"))["cells"][0]["verdicts"]
found = [v for v in verdicts if v["subject"] == sys.argv[1]]
assert len(found) == 1 and found[0]["ci_low"] > 1, found
print("%.2f [%.2f, %.2f]" % tuple(found[0][name] for name in ("ratio", "ci_low", "ci_high")))
PYTHON
}

# One baseline in every table: epoll, of two the first, or whom the run was asked for.
every_table_has_the_baseline_of_its_cell() {
    local ratio
    report_on scale 20 && ratio=$(verdict_ratio peer:libuv) && pb report r &&
        says "best / epoll" "/ epoll verdict" "peer:libuv 20 400 [395, 405] $ratio SLOWER" || return 1
    report_on crossover 20 && change 'run["baseline"] = "poll"' && pb report r &&
        says "best / poll" "by idle, against poll" "/ poll verdict" \
            "epoll readiness 20 100,000 [99,995, 100,005] 1.111 [1.111, 1.111] SLOWER" &&
        says_not "/ epoll" || return 1
    grep -q '^0,.*,epoll,readiness,ns_per_accept,poll,1.111' r/verdicts.csv || fail "another baseline in verdicts.csv" ||
        return 1
    report_on crossover 20 --baseline epoll-et && says "best / epoll-et" "/ epoll-et verdict" || return 1
    report_on crossover 20 --baseline poll --json &&
        "$python" -c 'import json; run = json.load(open("out"))
assert run["baseline"] == run["cells"][0]["baseline"] == "poll"' || fail "not in the JSON" || return 1
    pb report r --baseline epol
    expect_status 2 && expect_error epoll
}

where_cells_have_different_baselines_each_is_named() {
    report_on crossover 20 || return 1
    change 'run["cells"][1]["trials"] = [t for t in run["cells"][1]["trials"] if t["subject"] != "epoll"]' || return 1
    pb report r
    expect_status 0 && says "best / baseline" "idle=0 (baseline: epoll)" "idle=10 (baseline: poll)" "/ poll verdict"
}

with_too_few_rounds_nobody_is_named() {
    local rounds
    for rounds in 1 2 7; do
        report_on crossover $rounds || return 1
        ! grep -qE ',(FASTER|SLOWER),' r/verdicts.csv || fail "a name after $rounds rounds" || return 1
        says "Too few rounds: none can be named with fewer than 8 rounds, and there are $rounds." ||
            return 1
    done
    report_on crossover 8 && says_not "Too few rounds" &&
        words_are EQUIVALENT FASTER INCONCLUSIVE SLOWER
}

trials_beside_which_something_else_ran_are_mentioned() {
    report_on crossover 20 && says_not DISTURBED || return 1
    change 'for number, trial in enumerate(run["cells"][1]["trials"]):
    trial["usage"].update(wall_ns=25000000, involuntary=3 if number < 21 else 2)' \
        'for trial in run["cells"][2]["trials"][:20]: trial["usage"].update(wall_ns=9000000, involuntary=1)' || return 1
    pb report r
    says "DISTURBED: in 21 of 100 trials of 1 of 4 cells something else ran on the subject's CPU"
}

# A killed run has no "rounds" and no "ended"; its last line may be half a trial.
a_run_that_was_killed_says_what_it_kept() {
    report_on crossover 20 && says_not "NOT FINISHED" && says_not "cut off" || return 1
    change 'del run["rounds"], run["ended"]' && printf '{"run":"2026' >>r/trials.jsonl && pb report r
    expect_status 0 && says "NOT FINISHED: what follows is of 20 rounds (it was killed)." \
        "1 line of trials.jsonl was cut off, and is left out."
}

# What an ordinary reader has to understand.
undecided_pairs_say_how_many_rounds_they_take() {
    report_on crossover 20 || return 1
    change 'for trial in run["cells"][0]["trials"]:
    if trial["subject"] == "poll": trial["metrics"]["ns_per_accept"] *= 1 + 0.2 * (trial["round"] % 3)' || return 1
    pb report r
    expect_status 0 && says "INCONCLUSIVE (64) means: with 64 rounds in all, about half of such pairs would be decided." \
        "Half of those here take at most" \
        "? (64): INCONCLUSIVE. With 64 rounds in all, about half of such pairs would be decided."
}

# 1e150, far beyond any time: neither tables nor files stop.
values_beyond_any_measure_are_still_printed() {
    report_on crossover 20 || return 1
    change 'for cell in run["cells"]:
    for trial in cell["trials"]: trial["metrics"]["ns_per_accept"] *= 1e145' || return 1
    pb report r
    expect_status 0 && says "poll readiness 20 9e+149 [9e+149, 9e+149] 0.900 [0.900, 0.900] FASTER" || return 1
    grep -q ',ns_per_accept,ns,9.9999[0-9]*e+149,' r/trials.csv || fail "not in trials.csv"
}

one_subject_alone_is_compared_with_nothing() {
    report_on alone 20 && says "Verdicts: none. They are of two subjects, and no cell has two." &&
        [ "$(wc -l <r/verdicts.csv)" = 1 ] || fail "verdicts of one subject"
}

when_all_trials_are_invalid_the_commonest_reason_is_given() {
    report_on lost 20 && words_are INVALID &&
        says "completion nothing is known of 1" \
            "INVALID: no trial of io_uring is valid: it lost 3 connections" &&
        grep -q ',,,,0,,,0.03,INVALID,' r/verdicts.csv || fail "numbers of what is not known"
}

the_minimum_effect_can_be_asked_for() {
    report_on crossover 20 --min-effect 15% && says "measured as 15 % or more" "poll: EQUIVALENT up to 10, SLOWER from 100 up" &&
        grep -q ',0.15,' r/verdicts.csv || fail "not with 15 %" || return 1
    report_on crossover 20 --min-effect=0.5 --json || return 1
    "$python" -c 'import json, sys; run = json.load(open("out")); sys.exit(run["minimum_effect"] != 0.005)' ||
        fail "not recorded" || return 1
    local bad
    for bad in 0 0.09% 50.1% -3% 3%% x "" 1e1 nan 3000000000000000000; do
        pb report r --min-effect "$bad"
        expect_status 2 && expect_error "--min-effect" || return 1
    done
}

a_run_records_its_minimum_effect() {
    pb run "${small[@]}" --rounds 1 --min-effect 1% --out r
    expect_status 0 && expect_run r 'run["minimum_effect"] == 0.01' || return 1
    pb run "${small[@]}" --rounds 1 --out default
    expect_run default 'run["minimum_effect"] == 0.03' || return 1
    pb run "${small[@]}" --rounds 1 --min-effect 60% --out bad
    expect_status 2 && expect_error "0.1%" "50%"
}

run_tests the_first_table_names_the_cheapest_of_each_tier \
    those_that_are_alike_are_named_together_the_best_one_first a_crossover_is_told_as_one \
    the_blocks_have_the_word_of_each_row with_too_few_rounds_nobody_is_named \
    trials_beside_which_something_else_ran_are_mentioned one_subject_alone_is_compared_with_nothing when_all_trials_are_invalid_the_commonest_reason_is_given \
    every_table_has_the_baseline_of_its_cell where_cells_have_different_baselines_each_is_named \
    a_run_that_was_killed_says_what_it_kept undecided_pairs_say_how_many_rounds_they_take \
    values_beyond_any_measure_are_still_printed the_minimum_effect_can_be_asked_for a_run_records_its_minimum_effect
