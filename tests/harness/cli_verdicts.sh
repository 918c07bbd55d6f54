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

words_are() { # WORD...: all that verdicts.csv has, each once, sorted
    local found
    found=$(tail -n +2 r/verdicts.csv | grep -oE ',(FASTER|SLOWER|EQUIVALENT|INCONCLUSIVE|INVALID),' | tr -d , |
        sort -u | tr '\n' ' ')
    [ "$found" = "$* " ] || fail "words in verdicts.csv: $found"
}

the_first_table_names_the_cheapest_of_each_tier() {
    report_on crossover 20 || return 1
    says "Of 40 pairs" \
        "idle=0 readiness poll 0.900 [0.900, 0.900] FASTER completion io_uring 1.100 [1.100, 1.100] SLOWER" \
        "idle=10 readiness poll 0.900 [0.900, 0.900] FASTER completion io_uring 1.010 [1.010, 1.010] EQUIVALENT" \
        "idle=100 readiness epoll, epoll-et; alike 1 the reference completion io_uring 0.900" &&
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
        says "epoll readiness 20 100,000 [99,995, 100,005] 1.250 [1.250, 1.250] SLOWER"
}

with_too_few_rounds_nobody_is_named() {
    local rounds
    for rounds in 1 2 9 11; do
        report_on crossover $rounds || return 1
        ! grep -qE ',(FASTER|SLOWER),' r/verdicts.csv || fail "a name after $rounds rounds" || return 1
        says "Too few rounds: among 40 pairs none can be named with fewer than 13 rounds, and there are $rounds." ||
            return 1
    done
    report_on crossover 13 && says_not "Too few rounds" && words_are EQUIVALENT FASTER SLOWER
}

trials_that_had_to_give_way_are_mentioned() {
    report_on crossover 20 && says_not DISTURBED || return 1
    "$python" - <<'PYTHON'
import json
run = json.load(open("r/run.json"))
trials = run["cells"][1]["trials"]
for number, trial in enumerate(trials):
    trial["usage"].update(wall_ns=25000000, involuntary=3 if number < 21 else 2)
for trial in run["cells"][2]["trials"][:20]:
    trial["usage"].update(wall_ns=9000000, involuntary=1)
json.dump(run, open("r/run.json", "w"))
PYTHON
    pb report r
    says "DISTURBED: in 21 of 100 trials of 1 of 4 cells"
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
    report_on crossover 20 --min-effect 15% && says "by at least 15 %" "poll: EQUIVALENT up to 10, SLOWER from 100 up" &&
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

a_run_says_at_first_how_many_rounds_its_pairs_need() {
    pb run accept --set mode=drain --set queue=20 --set idle=0,1 --backends null,poll,select,epoll,epoll-et \
        --rounds 1 --out r
    expect_status 0 && expect_error "12 pairs of subjects" "the first FASTER or SLOWER takes at least 12 rounds" || return 1
    pb run "${small[@]}" --rounds 1 --out alone
    expect_no_error "pairs of subjects"
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
    trials_that_had_to_give_way_are_mentioned one_subject_alone_is_compared_with_nothing when_all_trials_are_invalid_the_commonest_reason_is_given \
    the_minimum_effect_can_be_asked_for \
    a_run_says_at_first_how_many_rounds_its_pairs_need a_run_records_its_minimum_effect
