#!/usr/bin/env bash
# The tables, CSV files and charts of the timer and pool workloads, from runs whose figures are known.
set -uo pipefail
source "$(dirname "$0")/../cli.sh" "$1"

make_run() { # KIND [ROUNDS]: a run in r
    "$python" "$sources/tests/harness/record/make_run.py" "$1" r ${2:+"$2"}
}

report() { # WHETHER: with the real gnuplot, or with one that keeps what it was told
    if [ "${1-}" != draws ]; then
        mkdir -p bin
        printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>gnuplot.log\n' >bin/gnuplot
        chmod +x bin/gnuplot
        PATH=$PWD/bin:$PATH pb report r
    else
        pb report r
    fi
    expect_status 0
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

has_line() { # FILE TEXT: a line that is this text, but for the blanks around and between its words
    # grep reads to the end: with -q it would end those before it with SIGPIPE.
    tr -s ' ' <"$1" | sed 's/^ //; s/ $//' | grep -xF -- "$2" >/dev/null ||
        fail "no line \"$2\" in $1: $(cat "$1")"
}

# "4.00 [3.87, 4.14]", as the verdict on the subject in that cell has it in run.json.
ratio_of() { # CELL SUBJECT DECIMALS
    "$pollbench" report r --json --plots "$PWD" 2>/dev/null | "$python" -c '
import json, sys
cell, subject, decimals = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
found = [v for v in json.load(sys.stdin)["cells"][cell]["verdicts"] if v["subject"] == subject]
assert len(found) == 1
print("%.*f [%.*f, %.*f]" % sum(((decimals, found[0][name]) for name in ("ratio", "ci_low", "ci_high")), ()))' "$@"
}

has_no() { # FILE TEXT
    ! grep -qF -- "$2" "$1" || fail "\"$2\" is in $1"
}

fits_the_terminal() {
    ! grep -nE '.{101}' out || fail "a line has more than 100 columns"
}

lateness_is_one_table_for_all_intervals() {
    make_run accuracy && report && fits_the_terminal &&
        has_line out "1000 select 11 51.0 [51.0, 51.0] 102 102* 1 -" &&
        COLUMNS=160 report &&
        has_line out "interval_us subject tier n late p50, us p99 p99.9 / select verdict excess p50, us early drift us/s" &&
        has_line out "1000 select readiness 11 51.0 [51.0, 51.0] 102 102* 1 - 1.00 [1.00, 1.00] 0 2.00" &&
        has_line out "io_uring completion 11 49.0 [49.0, 49.0] 97.8 97.8* $(ratio_of 2 io_uring 3) FASTER -1.00 [-1.00, -1.00] 0 2.00" &&
        has_line out "floor:nanosleep none 11 50.0 [50.0, 50.0] 99.8 99.8* 0.980 [0.980, 0.980] - - 0 2.00" || return 1
    [ "$(grep -c 'late p50, us' out)" = 2 ] || fail "not one table for each slack"
}

a_percentile_with_fewer_than_ten_samples_above_is_not_printed() {
    # At 100 ms a round has 40 timers, 2 of them above the 95th percentile; all 11 rounds have 22.
    make_run accuracy && report &&
        has_line out "100000 select 11 150 [150, 150] - - 1 -" &&
        grep -q ',interval_us=100000 .*slack=default.*,select,.*,lateness_ns,90,ns,11,440,' r/pooled.csv ||
        { fail "no p90 of all rounds together"; return 1; }
    ! grep -q ',interval_us=100000 .*,lateness_ns,99,' r/pooled.csv || fail "a p99 of 440 timers"
}

excess_is_a_difference_within_rounds() {
    make_run accuracy
    # Rounds get slower, and the baseline with them: the difference stays.
    change 'for trial in cells[0]["trials"]: trial["metrics"]["lateness_p50_ns"] += 1000 * trial["round"] ** 2'
    report && grep -q ',select,readiness,floor:nanosleep,lateness_p50_ns,ns,11,100,100,100,0.99,0$' r/excess.csv ||
        fail "not 100 ns: $(grep select r/excess.csv | head -n 2)"
}

an_early_callback_is_shouted() {
    make_run accuracy
    change 'cells[0]["trials"][3]["metrics"]["early"] = 2
cells[0]["trials"][3]["valid"] = False
cells[0]["trials"][3]["why_invalid"] = "some other reason"'
    report && grep -q "EARLY: select ran 2 callbacks BEFORE their time at interval_us=100" out ||
        fail "nobody shouts" || return 1
    grep -q "EARLY: 2 callbacks" gnuplot.log || fail "the chart says nothing"
}

what_is_on_time_is_not_shouted() {
    make_run accuracy && report && has_no out EARLY && has_no gnuplot.log EARLY
}

the_cost_of_timers_is_one_table_with_libuv_against_epoll() {
    make_run scale && report && fits_the_terminal &&
        has_line out "1000 epoll 11 100 [96, 104] 1 - 100 100" &&
        has_line out "peer:libuv 11 400 [396, 404] $(ratio_of 0 peer:libuv 2) SLOWER 400 1,000"
}

a_load_sweep_is_one_table_with_its_knee() {
    make_run saturate && report && fits_the_terminal &&
        has_line out "load subject n delivered/s offered/s refused, % wait p50, us p99 lag p99, us" &&
        has_line out "0.1 epoll 11 1,000 [996, 1,004] 1,000 0 5.00 - 1,000" &&
        has_line out "1.5 epoll 11 9,500 [9,496, 9,504] 15,000 25.0 20,054 40,000 1,000" || return 1
    [ "$(grep -c 'knee of epoll: load 0.9 is carried, 1 is not (delivery falls behind)' out)" = 2 ] ||
        fail "not a knee for each number of threads" || return 1
    [ "$(grep -c 'A load is carried when at least 98 %' out)" = 1 ] || fail "the rule is not said once"
}

fast_jobs_behind_slow_ones_have_a_factor() {
    make_run mixed && report && fits_the_terminal &&
        has_line out "0.3 epoll 11 5,000 [5,000, 5,000] 50.0 100 [100, 100] 40,000 100 400 [400, 400] 12.5"
}

empty_jobs_are_compared_with_libuv() {
    make_run throughput && report && fits_the_terminal &&
        has_line out "4 epoll 11 2,000,000 [1,999,996, 2,000,004] 1 - 2,000" &&
        has_line out "peer:libuv 11 500,000 [499,996, 500,004] 0.250 [0.250, 0.250] SLOWER 2,000"
}

a_mode_without_its_sweep_has_dots_and_percentiles() {
    make_run accuracy
    change 'run["cells"] = cells[:1]'
    report && grep -q dots.gp gnuplot.log && grep -q percentiles.gp gnuplot.log && has_no gnuplot.log curves.gp
}

curves_hold_the_figures_of_the_table() {
    make_run saturate && report || return 1
    local chart=r/charts/pool-saturate-jobs_per_s-by-load-epoll
    has_line $chart.csv "position,threads=1,ci_low,ci_high,tick,p90,p99,knee" &&
        has_line $chart.csv "0.9,9000,8996,9004,0.9,,,1" && has_line $chart.csv "1,9500,9496,9504,1,,,0" &&
        has_line $chart-panels.csv "jobs_per_s,,860.9868919,43963.48464,1,0,2,0,0" &&
        grep -q '^queue_wait p99 (us),,.*,1,2,2,1,0$' $chart-panels.csv || fail "$(cat $chart-panels.csv)" || return 1
    chart=r/charts/timer-accuracy-lateness_p50_ns-by-interval_us
    rm -r r && make_run accuracy && report || return 1
    has_line $chart.csv "position,median with 99 % interval,ci_low,ci_high,tick,p90,p99,knee" &&
        has_line $chart.csv "4,60,59.996,60.004,10k,60.159,120,0" &&
        has_line $chart.csv "5,150,149.996,150.004,100k,150.527,,0" || return 1
    [ "$(grep -c '^select,\|^io_uring,' $chart-panels.csv)" = 4 ] || fail "not a panel for each subject and slack"
    grep -q '^io_uring,late (us) at slack=1,.*,3,0$' $chart-panels.csv || fail "slack=1 begins no line" || return 1
    grep -q 'Slack: .*(50 us by default here)' gnuplot.log || fail "slack is not explained"
}

the_number_of_charts_is_bounded() {
    make_run large 2 && report || return 1
    # Ten times as many intervals, timers and histograms as one would look at.
    [ "$(grep -c '\.gp$' gnuplot.log)" -le 12 ] || fail "$(grep -c '\.gp$' gnuplot.log) charts" || return 1
    make_run_of_many_cells && report && expect_error "more charts" || return 1
    [ "$(grep -c '\.gp$' gnuplot.log)" -le 13 ] || fail "$(grep -c '\.gp$' gnuplot.log) charts"
}

make_run_of_many_cells() {
    rm -r r gnuplot.log && make_run saturate 2
    change 'import copy
run["cells"] = [copy.deepcopy(cells[1]) for _ in range(30)]
for i, cell in enumerate(run["cells"]):
    cell["params"]["job"] = f"job{i}"
    for trial in cell["trials"]:
        trial["histograms"]["delivery_ns"] = trial["histograms"]["service_ns"]'
}

# What stands in r after gnuplot has run, or failed: nothing that begins with a dot.
left_nothing() {
    [ -z "$(find r -name '.*')" ] || fail "left behind: $(find r -name '.*')"
}

the_program_alone_has_the_scripts_of_its_charts() {
    make_run saturate 2 && mkdir -p bin alone && cp "$pollbench" alone/ || return 1
    # This gnuplot compares what it is told to run with the sources.
    cat >bin/gnuplot <<EOF
#!/bin/sh
for word; do
    case \$word in *.gp) script=\$word ;; esac
done
for each in "$sources"/scripts/plots/*.gp; do
    cmp "\$each" "\$(dirname "\$script")/\$(basename "\$each")" || exit 1
done
[ "\$(stat -c %a "\$(dirname "\$script")")" = 700 ] || exit 1
echo drawn >>gnuplot.log
EOF
    chmod +x bin/gnuplot
    status=0
    env -i PATH="$PWD/bin:$PATH" alone/pollbench report r >out 2>err || status=$?
    expect_status 0 && [ -s gnuplot.log ] || fail "nothing was drawn" || return 1
    left_nothing
}

other_scripts_take_the_place_of_those_in_the_program() {
    make_run saturate 2 && cp -r "$sources/scripts/plots" other && mkdir -p bin || return 1
    printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>gnuplot.log\n' >bin/gnuplot && chmod +x bin/gnuplot
    PATH=$PWD/bin:$PATH pb report r --plots other
    expect_status 0 && grep -qx other/curves.gp gnuplot.log || fail "not those scripts: $(cat gnuplot.log)"
}

a_gnuplot_that_fails_leaves_nothing_but_the_data() {
    make_run saturate 2 && mkdir -p bin && printf '#!/bin/sh\nexit 1\n' >bin/gnuplot && chmod +x bin/gnuplot || return 1
    PATH=$PWD/bin:$PATH pb report r
    expect_status 3 && expect_error "gnuplot failed on curves.gp" && left_nothing || return 1
    [ -s r/charts/pool-saturate-jobs_per_s-by-load-epoll.csv ] || fail "no data"
}

charts_that_are_a_link_are_refused() {
    make_run saturate 2 && mkdir elsewhere && ln -s ../elsewhere r/charts || return 1
    pb report r
    expect_status 3 && expect_error "r/charts is a symbolic link" && left_nothing || return 1
    [ -z "$(ls -A elsewhere)" ] || fail "written through the link: $(ls -A elsewhere)"
}

a_link_in_the_place_of_a_chart_is_replaced() {
    local name=pool-saturate-jobs_per_s-by-load-epoll file
    command -v gnuplot >/dev/null || { skip_test "gnuplot is missing"; return; }
    make_run saturate 2 && mkdir r/charts && echo precious >victim || return 1
    for file in $name.csv $name-panels.csv $name.svg $name.png; do
        ln -s ../../victim "r/charts/$file"
    done
    report draws || return 1
    [ "$(cat victim)" = precious ] || fail "written through a link" || return 1
    for file in $name.csv $name-panels.csv $name.svg $name.png; do
        [ -f "r/charts/$file" ] && [ ! -L "r/charts/$file" ] || fail "$file is still a link" || return 1
    done
    left_nothing
}

what_is_too_large_to_draw_is_left_out_and_counted() {
    local kind
    command -v gnuplot >/dev/null || { skip_test "gnuplot is missing"; return; }
    for kind in saturate scale crossover; do
        rm -rf r && make_run $kind || return 1
        change 'for trial in cells[0]["trials"]: trial["metrics"].update(dict.fromkeys(trial["metrics"], 1e150))' ||
            return 1
        report draws || return 1
        [ ! -s err ] || fail "gnuplot complains" || return 1
        "$python" "$sources/.ci/check_charts.py" r/charts >check || { cat check; return 1; }
        grep -q 'Left out: [0-9]* figures\? \(that\|which\) \(are\|is\) too large to draw' r/charts/*.svg || fail "$kind: nobody says so" || return 1
        ! grep -q 'e+150' r/charts/*.csv || fail "it is drawn all the same" || return 1
    done
}

percentiles_that_trials_do_not_resolve_are_all_of_all_rounds_together() {
    make_run accuracy && change 'run["cells"] = [cell for cell in cells if cell["params"]["interval_us"] == 100000][:1]' &&
        report || return 1
    "$python" - r/charts/timer-accuracy-lateness_ns.csv <<'PYTHON' || fail "not so: $(cat r/charts/*lateness_ns.csv)"
import csv, sys
lines = {}
for row in filter(None, csv.reader(open(sys.argv[1], newline=""))):
    if row[0] == "position":
        points = lines.setdefault(row[1], [])
    else:
        points.append(row)
assert len(lines) > 2, lines
for points in lines.values():
    assert [point[4] for point in points] == ["p50", "p90", "max"], points
    assert all(point[2:4] == ["", ""] for point in points), "an interval"
    assert sorted(float(point[1]) for point in points) == [float(point[1]) for point in points], "p90 above max"
PYTHON
    grep -q '>all rounds together<' r/report.html || fail "the page does not say so"
}

every_chart_is_drawn() {
    local kind
    command -v gnuplot >/dev/null || { skip_test "gnuplot is missing"; return; }
    for kind in accuracy scale saturate; do
        rm -rf r && make_run $kind && report draws || return 1
        [ ! -s err ] || fail "gnuplot complains" || return 1
        "$python" "$sources/.ci/check_charts.py" r/charts >check || { cat check; return 1; }
    done
}

run_tests lateness_is_one_table_for_all_intervals \
    a_percentile_with_fewer_than_ten_samples_above_is_not_printed excess_is_a_difference_within_rounds \
    an_early_callback_is_shouted what_is_on_time_is_not_shouted \
    the_cost_of_timers_is_one_table_with_libuv_against_epoll a_load_sweep_is_one_table_with_its_knee \
    fast_jobs_behind_slow_ones_have_a_factor empty_jobs_are_compared_with_libuv \
    a_mode_without_its_sweep_has_dots_and_percentiles curves_hold_the_figures_of_the_table \
    percentiles_that_trials_do_not_resolve_are_all_of_all_rounds_together \
    the_number_of_charts_is_bounded every_chart_is_drawn the_program_alone_has_the_scripts_of_its_charts \
    other_scripts_take_the_place_of_those_in_the_program a_gnuplot_that_fails_leaves_nothing_but_the_data \
    charts_that_are_a_link_are_refused a_link_in_the_place_of_a_chart_is_replaced \
    what_is_too_large_to_draw_is_left_out_and_counted
