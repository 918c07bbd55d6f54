#!/usr/bin/env bash
# The pool workload, as people use it.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"
unset POLLBENCH_THREADS

# Short, and with jobs short enough for that.
short=(pool --backends poll --set seconds=0.1 --set threads=2)

refused() { # SENTENCE ARGUMENT...
    local sentence=$1
    shift
    pb run "$@"
    expect_status 2 && expect_error "$sentence" || return 1
    [ ! -e results ] && [ ! -e r ] || fail "$* made a result folder"
}

threads_out_of_range_are_refused_before_anything_runs() {
    local value
    for value in 0 5000 1025 -1 abc 1.5 ''; do
        refused threads pool --set threads=$value --out r || return 1
    done
    refused 'from 1 to 1024' pool --set threads=5000 --out r
}

a_variable_that_is_no_number_is_refused_before_anything_runs() {
    local value
    for value in abc 0 5000 -1 '' '4 ' 0x4 4,8; do
        POLLBENCH_THREADS=$value refused 'POLLBENCH_THREADS: threads' pool --out r || return 1
    done
}

the_variable_is_the_default_and_no_more() {
    POLLBENCH_THREADS=3 pb run pool --backends poll --set mode=throughput --set seconds=0.05 \
        --rounds 1 --out a
    expect_status 0 && expect_run a '[c["params"]["threads"] for c in cells] == [3]' || return 1
    POLLBENCH_THREADS=abc pb run pool --backends poll --set mode=throughput --set seconds=0.05 \
        --set threads=1,2 --rounds 1 --out b
    expect_status 0 && expect_run b '[c["params"]["threads"] for c in cells] == [1, 2]' || return 1
    pb run pool --backends poll --set mode=throughput --set seconds=0.05 --rounds 1 --out c
    expect_status 0 && expect_run c '[c["params"]["threads"] for c in cells] == [4]' || return 1
    pb run --help-all
    grep -q 'POLLBENCH_THREADS or 4' out || fail "the help does not name the variable"
}

a_file_that_cannot_be_read_is_refused_before_anything_runs() {
    mkdir folder && mkfifo pipe
    refused 'No such file' pool --set mode=saturate --set job=file --set path=missing --out r &&
        refused 'not a regular file' pool --set mode=saturate --set job=file --set path=folder \
            --out r &&
        refused 'not a regular file' pool --set mode=saturate --set job=file --set path=pipe \
            --out r || return 1
    echo secret >closed && chmod 0 closed
    if [ -r closed ]; then # root reads everything
        return 0
    fi
    refused 'Permission denied' pool --set mode=saturate --set job=file --set path=closed --out r
}

other_bad_values_are_refused() {
    refused '"pbkdf2"' pool --set job=pbkdf --out r &&
        refused '"dropped"' pool --set cache=droped --out r &&
        refused 'load cannot be' pool --set load=0 --out r &&
        refused 'queue_limit cannot be' pool --set queue_limit=0 --out r &&
        refused 'job_us cannot be' pool --set job_us=0 --out r &&
        refused 'batch cannot be' pool --set batch=0 --out r &&
        refused '"throughput"' pool --set mode=thruput --out r
}

a_setting_that_would_mean_nothing_skips_the_cell_and_says_why() {
    echo data >file
    pb run "${short[@]}" --set mode=saturate --set job_us=20 --set job=spin --set path=file --rounds 1 --out r
    expect_status 3 && expect_error 'only file jobs read a file' || return 1
    pb run "${short[@]}" --set mode=saturate --set job_us=20 --set cache=dropped --rounds 1 --out r
    expect_status 3 && expect_error 'page cache'
}

# A trial whose loop had no CPU in its window has fewer: no job ended, and nothing is divided by none.
every_mode_leaves_its_metrics_and_no_file() {
    pb run "${short[@]}" --set job_us=20 --set iterations=20 --set load=0.5 --rounds 2 --out r
    expect_status 0 &&
        expect_run r '[c["mode"] for c in cells] == ["saturate", "mixed", "throughput"]' &&
        expect_run r 'any({"jobs_per_s", "offered_per_s", "capacity_per_s", "refused_share",
            "queue_wait_p50_ns", "cpu_us_per_job"} <= set(t["metrics"]) for t in cells[0]["trials"])' &&
        expect_run r 'all({"queue_wait_ns", "service_ns", "delivery_ns", "loop_lag_ns",
            "submit_late_ns"} == set(t["histograms"]) for t in cells[0]["trials"])' &&
        expect_run r 'any({"fast_queue_wait_p50_ns", "alone_queue_wait_p50_ns"} <=
            set(t["metrics"]) for t in cells[1]["trials"])' &&
        expect_run r 'any({"jobs_per_s", "cpu_us_per_job"} == set(t["metrics"])
            for t in cells[2]["trials"])' || return 1
    [ -z "$(ls -A "$TMPDIR")" ] || fail "files are left in $TMPDIR"
    pb report r
    expect_status 0 || return 1
    follows_the_schema r
}

# A pool that is held on one CPU is no pool.
subjects_are_not_held_on_one_cpu() {
    pb run "${short[@]}" --set mode=throughput --rounds 1 --out r
    expect_status 0 && expect_run r 'not any("cpu" in t for t in trials)' || return 1
    pb run "${small[@]}" --rounds 1 --out a
    expect_run a 'all(("cpu" in t) == (run["placement"]["subject_cpu"] >= 0) for t in trials)'
}

# The gaps between arrivals are drawn from the seed: at a given rate as many come in a given time.
the_seed_decides_the_arrivals() {
    local name
    for name in a b c; do
        pb run "${short[@]}" --set mode=mixed --set iterations=20 --set load=0.1 --rounds 2 \
            --seed $([ $name = c ] && echo 8 || echo 7) --out $name
        expect_status 0 || return 1
    done
    PYTHONPATH=$sources/tests/harness/record "$python" - <<'PYTHON' || fail "the arrivals do not follow the seed"
import run_folder
def arrivals(name):
    cell = run_folder.load(name)["cells"][0]
    return {t["round"]: t["histograms"]["alone_queue_wait_ns"]["count"]
            for t in cell["trials"] if t["histograms"]}
a, b, c = map(arrivals, "abc")
assert a == b, (a, b)
assert a != c, (a, c)
assert a[0] != a[1], a
PYTHON
}

a_run_that_is_interrupted_leaves_no_file() {
    "$pollbench" run pool --backends poll --set mode=saturate --set job=file --set load=0.5 \
        --set seconds=20 --rounds 1 --out r >out 2>err &
    local child=$!
    while [ -z "$(ls -A "$TMPDIR")" ]; do
        kill -0 $child 2>/dev/null || { status=none && fail "it ended before it made files"; return; }
        sleep 0.02
    done
    kill -TERM $child # a shell lets what it starts in the background ignore SIGINT
    status=0
    wait $child || status=$?
    while [ -n "$(ls -A "$TMPDIR")" ]; do # CTest's limit ends a wait for nothing
        sleep 0.02
    done
    expect_error interrupted
}

a_temporary_folder_that_is_not_there_is_said() {
    TMPDIR=/nonexistent pb run "${short[@]}" --set mode=saturate --set job_us=20 --set job=file --rounds 1 --out r
    expect_status 3 && expect_error 'TMPDIR' 'FAILED poll'
}

null_and_what_has_no_pool_are_skipped_with_the_reason() {
    pb run pool --backends null,floor:epoll --set mode=throughput --rounds 1 --out r
    expect_status 3 && expect_error 'SKIPPED null on pool throughput' 'nothing can wake it'
}

threads_in_the_background_are_had_or_refused_by_name() {
    pb run pool --backends poll,peer:libuv --set mode=throughput --set seconds=0.05 \
        --set priority=background --rounds 1 --out r
    expect_error 'SKIPPED peer:libuv on pool throughput' || return 1
    if [ "$(uname)" != Linux ]; then
        expect_status 3 && expect_error 'opening the pool failed'
        return
    fi
    expect_status 0 &&
        expect_run r '{t["subject"] for t in trials if sound(t)} == {"poll"}'
}

run_tests threads_out_of_range_are_refused_before_anything_runs \
    a_variable_that_is_no_number_is_refused_before_anything_runs \
    the_variable_is_the_default_and_no_more \
    a_file_that_cannot_be_read_is_refused_before_anything_runs other_bad_values_are_refused \
    a_setting_that_would_mean_nothing_skips_the_cell_and_says_why \
    every_mode_leaves_its_metrics_and_no_file subjects_are_not_held_on_one_cpu \
    the_seed_decides_the_arrivals a_run_that_is_interrupted_leaves_no_file \
    a_temporary_folder_that_is_not_there_is_said \
    null_and_what_has_no_pool_are_skipped_with_the_reason \
    threads_in_the_background_are_had_or_refused_by_name
