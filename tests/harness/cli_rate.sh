#!/usr/bin/env bash
# accept, mode=rate, as people use it.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

rate=(accept --set mode=rate --set rate=500 --set seconds=0.1)

every_planned_request_is_in_the_file() {
    pb run "${rate[@]}" --backends select,poll,epoll,floor:epoll --rounds 2 --out r
    if grep -q 'SKIPPED epoll' err; then
        skip_test "this system has no epoll"
        return
    fi
    expect_status 0 &&
        expect_run r 'len(trials) >= 8 and any(trial["valid"] for trial in trials)' &&
        expect_run r 'all(plan["arrivals"] == plan["answered"] + plan["unanswered"] + plan["failed"]
            + plan["not_sent"] for plan in (t["generator"]["plan"] for t in trials if t["valid"]))' &&
        expect_run r 'all(t["histograms"]["response_latency_ns"]["count"]
            == t["generator"]["plan"]["arrivals"] > 0 for t in trials if t["valid"])' &&
        expect_run r 'all("response_latency_uncorrected_ns" in t["histograms"]
            and 0 <= t["generator"]["late_share"] <= 1 for t in trials if t["valid"])' &&
        expect_run r 'all(t["metrics"]["server_cpu_us_per_accept"] > 0
            and t["metrics"]["offered_per_s"] > 0 for t in trials if t["valid"])' &&
        expect_run r 'all(("why_bound" in t["generator"]) == t["generator"]["bound"]
            for t in trials if t["valid"])' || return 1
    pb report r
    grep -q 'CPU us/request .* answered/s' out || fail "no table of costs and latencies"
}

# Seed 0 is one, too. The plan follows from the seed: see test_open_loop.c.
the_arrivals_of_a_round_are_the_same_for_all_subjects_and_others_in_the_next() {
    pb run "${rate[@]}" --backends select,poll --rounds 3 --seed 0 --out r
    expect_status 0 &&
        expect_run r 'all(sound(t) for t in trials)' &&
        expect_run r 'all(len({t["generator"]["plan"]["seed"] for t in trials if t["round"] == r}) == 1
            for r in range(3))' &&
        expect_run r 'len({t["generator"]["plan"]["seed"] for t in trials}) == 3'
}

of_a_load_that_is_too_much_no_latency_is_quoted() {
    pb run accept --set mode=rate --set rate=900000 --set seconds=0.05 --set conns_max=10 \
        --backends poll --rounds 1 --out r
    expect_status 0 || return 1
    pb report r
    expect_status 0 || return 1
    grep -q '^ *900000 poll .* saturated saturated' out || fail "a latency at saturation"
}

# Whether it succeeds is a matter of the machine; what follows from it is not.
the_generator_has_to_prove_that_it_can_make_more() {
    local in_range='lambda h, low, high: low * 1.5 <= h["trials"][-1]["metrics"]["offered_per_s"] <= high * 1.5'
    pb run "${rate[@]}" --set arrivals=constant --backends poll,null --rounds 2 --out r
    expect_status 0 &&
        expect_run r 'cells[0]["headroom"]["factor"] == 1.5 and cells[0]["headroom"]["offered_per_s"] > 400' &&
        expect_run r 'all(h["proved"] == (h["why_not"] is None) for h in [cells[0]["headroom"]])' &&
        expect_run r 'cells[0]["headroom"]["proved"] or all(t["generator"]["bound"] for t in trials if t["valid"])' &&
        expect_run r "($in_range)(cells[0]['headroom'], 450, 550)" || return 1
    pb report r
    grep -q 'HEADROOM\|The generator proved that it can make 1.5 times' out ||
        fail "no word of headroom in the table" || return 1
    grep -q 'In [01] of 1 cells, the generator proved against [a-z:_]* that' r/report.html || fail "no word of headroom in the page" || return 1

    pb run accept --set mode=rate --set share=0.1 --set seconds=0.1 --set arrivals=constant \
        --backends poll,select --rounds 2 --out s
    expect_status 0 &&
        expect_run s "($in_range)(cells[0]['headroom'], *(cells[0]['headroom']['offered_per_s'] * f for f in (0.9, 1.1)))" &&
        expect_run s 'cells[0]["headroom"]["offered_per_s"] == max(t["metrics"]["offered_per_s"]
            for t in trials + cells[0]["twin_trials"] if t["round"] == 0 and t["metrics"])'
}

# 900,000 connections a second are more than one thread can make.
what_it_cannot_prove_is_the_generator_s_own() {
    pb run accept --set mode=rate --set rate=600000 --set seconds=0.01 --backends poll --rounds 1 --out r
    expect_status 0 && expect_error "NO HEADROOM on accept rate" "1.5 times the load against" &&
        expect_run r 'not cells[0]["headroom"]["proved"] and len(cells[0]["headroom"]["trials"]) == 3' &&
        expect_run r 'all(t["generator"]["bound"] and t["generator"]["why_bound"]
            for t in trials if t["valid"])' || return 1
    grep -q '^No latencies for 1 of 1: ' out || fail "the answer does not say so" || return 1
    pb report r
    grep -q 'NO HEADROOM at rate=600000' out || fail "the table does not say so" || return 1
    grep -q '<h3>The generator' r/report.html || fail "the page does not say so" || return 1
    pb report r --json
    expect_status 0 || return 1
    "$python" -c 'import json,sys; h = json.load(open("out"))["cells"][0]["headroom"]
sys.exit(0 if h["why_not"] and "trials" not in h else 1)' || fail "not so in --json"
}

it_follows_the_schema() {
    pb run "${rate[@]}" --set arrivals=constant,poisson --backends poll,null \
        --rounds 1 --out r
    expect_status 0 && follows_the_schema r
}

rates_and_sizes_are_swept() {
    pb run accept --set mode=rate --set rate=200,400.5 --set bytes=1,4096 --set seconds=0.1 \
        --backends poll --rounds 1 --out r
    expect_status 0 &&
        expect_run r 'sorted((c["params"]["rate"], c["params"]["bytes"]) for c in cells) == [
            (200, 1), (200, 4096), (400.5, 1), (400.5, 4096)]'
}

null_is_skipped_with_the_reason() {
    pb run "${rate[@]}" --backends null,poll --rounds 1 --out r
    expect_status 0 && expect_error "SKIPPED null" "nothing can connect"
}

# What the generator proves depends on who else is on the machine; that nothing is proved is said.
a_rate_may_be_a_share_of_what_the_generator_proves() {
    pb run accept --set mode=rate --set rate=20%,40% --set seconds=0.05 --backends poll --profile standard \
        --rounds 1 --out r
    expect_status 0 || return 1
    if ! grep -q "highest rate of the generator is not known" err; then
        expect_run r 'cells[0]["params"]["rate"] < run["probe"]["rate_per_s"] / 4' &&
            expect_run r '1.8 < cells[1]["params"]["rate"] / cells[0]["params"]["rate"] < 2.2' &&
            expect_run r 'all(c["headroom"]["proved"] and c["headroom"]["factor"] >= 1.5 for c in cells)' &&
            expect_run r 'cells[0]["headroom"]["trials"] and not cells[1]["headroom"]["trials"]' &&
            expect_run r 'cells[0]["headroom"]["against"] == run["probe"]["rate_against"]' || return 1
    else
        expect_run r 'run["probe"].get("rate_per_s") is None' || return 1
    fi
    # Lengths were given, and the profile would not change them.
    expect_run r 'run["probe"]["length_share"] == 1 and "deviation" not in run["probe"]' &&
        follows_the_schema r
}

nobody_probes_for_a_rate_that_is_given() {
    pb run accept --set mode=rate --set rate=500 --set seconds=0.05 --backends poll --rounds 1 --out r
    expect_status 0 && expect_run r 'cells[0]["params"]["rate"] == 500' &&
        expect_run r '"rate_per_s" not in run["probe"]'
}

refused() { # TEXT SETTING...
    local text=$1
    shift
    pb run accept --set mode=rate "$@" --backends poll --rounds 1 --out r
    expect_status 2 && expect_error "$text" || return 1
    [ ! -e r ] || fail "it ran"
}

what_makes_no_sense_is_refused_by_name() {
    refused "rate cannot be" --set rate=0 &&
        refused "rate cannot be" --set rate=-1 &&
        refused "rate cannot be" --set rate=nan &&
        refused "rate cannot be" --set rate=1e7 &&
        refused "from 1% to 100%" --set rate=150% &&
        refused "conns_max cannot be" --set conns_max=50% &&
        refused "bytes cannot be" --set bytes=0 &&
        refused "bytes cannot be" --set bytes=65537 &&
        refused "conns_max cannot be" --set conns_max=0 &&
        refused '"poisson"' --set arrivals=poison &&
        refused "mode drain" --set queue=5 &&
        refused "mode steady" --set conns=5
}

run_tests every_planned_request_is_in_the_file \
    the_arrivals_of_a_round_are_the_same_for_all_subjects_and_others_in_the_next \
    of_a_load_that_is_too_much_no_latency_is_quoted the_generator_has_to_prove_that_it_can_make_more \
    what_it_cannot_prove_is_the_generator_s_own it_follows_the_schema rates_and_sizes_are_swept \
    a_rate_may_be_a_share_of_what_the_generator_proves nobody_probes_for_a_rate_that_is_given \
    null_is_skipped_with_the_reason what_makes_no_sense_is_refused_by_name
