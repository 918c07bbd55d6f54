#!/usr/bin/env bash
# Bad usage: exit status 2, a sentence that helps, and nothing done.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

refused() { # SENTENCE ARGUMENT...
    local sentence=$1
    shift
    pb "$@"
    expect_status 2 && expect_error "$sentence" || return 1
    [ ! -s out ] || fail "$* printed on standard output" || return 1
    [ ! -e results ] || fail "$* made a result folder"
}

unknown_names_are_refused_with_the_nearest_one() {
    refused '"run"' rnu &&
        refused '"accept"' run acept &&
        refused '"epoll"' run --backends epol &&
        refused '"floor:epoll"' run --backends flor:epoll &&
        refused '"epoll"' run --baseline epol &&
        refused '"queue"' run --set quue=1 &&
        refused '"drain"' run --set mode=drian &&
        refused '"quick"' run --profile quik &&
        refused '"--rounds"' run --roundz 1 &&
        refused '"--json"' list --jsn &&
        refused '"epoll"' check --backends epol
}

the_valid_names_are_listed_where_they_are_few() {
    refused '"nonsense"; there are list, run, report' nonsense &&
        refused '"--hepl"; the nearest is "--help"' --hepl &&
        refused '"wxyz"; there are accept, echo, timer, pool' run wxyz &&
        refused '"drian"; the nearest is "drain"; there are drain, steady, rate' run accept --set mode=drian &&
        refused '"wxyz"; there are drain, steady, rate' run accept --set mode=wxyz &&
        refused '"quik"; the nearest is "quick"; there are quick, standard, thorough' run --profile quik &&
        refused '"wxyz" (choices: poisson,constant)' run --set arrivals=wxyz
}

all_backends_and_parameters_are_listed() {
    refused '"nothing"; there are null, select, poll, epoll' run --backends nothing &&
        refused '"nothing"; there are null, select, poll, epoll' run --baseline nothing &&
        refused '"nothing"; there are' check --backends nothing &&
        refused '"wxyz"; there are mode, queue' run --set wxyz=1
}

a_share_with_something_behind_it_is_explained_as_one() {
    refused 'as a share of what the generator can make here' run accept --set mode=rate --set 'rate=50%x'
}

a_thousand_with_a_comma_is_explained() {
    local value
    for value in 1,000 64,000 1,048,576 100,010; do
        refused 'write a thousand as 1000 or 1k' run --set queue=$value || return 1
    done
    refused 'without commas' run --rounds 1,000
}

rounds_are_a_whole_number_in_a_range() {
    local value
    for value in 0 -1 99999999999999999999 100001 101k 1M ten 1.5 1.5555k 5K k 1e3 0x10 ' 5' ''; do
        refused 'from 1 to 100000' run --rounds "$value" || return 1
        refused 'from 1 to 100000' run "--rounds=$value" || return 1
    done
    refused 'takes a value' run --rounds && refused 'takes a value' run --rounds --quiet
}

times_are_seconds_or_have_a_unit_and_keep_to_a_range() {
    local value
    for value in 0 0s -5s 1,5 999999999 abc '' 5x 99999h 1e3s; do
        refused 'from 1ms to 168h' run --time "$value" || return 1
    done
}

a_baseline_is_one_of_the_backends_that_run() {
    local opt_in
    refused '--backends does not name it' run --backends select,poll --baseline null &&
        refused 'takes a value' run --baseline &&
        refused 'twice' run --baseline poll --baseline poll || return 1
    opt_in=$("$pollbench" list | awk '$3 == "opt-in" { print $1; exit }')
    [ -n "$opt_in" ] || { skip_test "no subject is opt-in here"; return; }
    refused 'only when --backends names it' run --baseline "$opt_in"
}

percentages_keep_to_their_range() {
    local value
    for value in 0 0% 0.01% 51 51% -3% 3%% % ten nan ''; do
        refused 'from 0.1% to 50%' run --min-effect "$value" || return 1
    done
}

parameters_keep_to_their_range() {
    local value
    for value in 0 -5 70000 99999999999999999999 many 1.5; do
        refused 'from 1 to 65535' run --set queue=$value || return 1
    done
    for value in 0 1e1 nan -1 100000; do
        refused 'number from' run --set seconds=$value || return 1
    done
}

empty_and_duplicate_values_are_refused() {
    refused 'empty' run --set queue= &&
        refused 'empty' run --set queue=1,,2 &&
        refused 'empty' run --set queue=1, &&
        refused 'NAME=VALUE' run --set queue &&
        refused 'NAME=VALUE' run --set =1 &&
        refused 'twice' run --set queue=1,1 &&
        refused 'twice' run --set queue=010,10 &&
        refused 'twice' run --set queue=1 --set queue=2 &&
        refused 'twice' run --backends poll,poll &&
        refused 'empty' run --backends poll, &&
        refused 'twice' run accept accept &&
        refused 'twice' run --rounds 1 --rounds 1 &&
        refused 'empty' run --out ''
}

a_parameter_of_another_mode_is_refused() {
    refused 'mode drain' run accept --set mode=steady --set queue=5 &&
        refused 'mode steady' run accept --set mode=drain --set conns=5
}

help_is_on_standard_output_of_every_command() {
    local command
    pb --help
    expect_status 0 && grep -q usage out || fail "no help" || return 1
    for command in list run report check generate; do
        pb $command --help
        expect_status 0 && grep -q "usage: pollbench $command" out || fail "$command has no help" || return 1
        [ ! -s err ] || fail "help of $command on standard error" || return 1
    done
}

fits_a_screen() { # ARGUMENT...
    COLUMNS=80 pb "$@"
    expect_status 0 || return 1
    [ "$(wc -l <out)" -le 40 ] || fail "$*: $(wc -l <out) lines" || return 1
    ! grep -E '.{81}' out || fail "$*: a line is wider than 80 columns"
}

says() { # WORD...
    local word
    for word in "$@"; do
        grep -qF -- "$word" out || fail "the help does not say $word" || return 1
    done
}

the_help_of_run_fits_a_screen() {
    fits_a_screen run --help && says accept echo timer pool quick standard thorough --backends --baseline --set --rounds \
        --time --seed --out --verbose --help-all 5k 130
}

the_help_of_each_workload_fits_a_screen_and_is_of_it_alone() {
    fits_a_screen run accept --help && says drain steady rate queue=100 conns=64 '1 to 65535' poisson,constant share \
        ns_per_accept response_latency_uncorrected_ns || return 1
    ! grep -q interval_us out || fail "the help of accept tells of timer" || return 1
    fits_a_screen run timer --help && says accuracy interval_us=1000 &&
        fits_a_screen run pool --set mode=mixed --help && says saturate threads=4
}

the_whole_help_lists_what_workloads_declare() {
    pb run --help-all
    expect_status 0 && says accept drain steady rate queue conns idle budget seconds arrivals bytes conns_max share \
        ns_per_accept connect_latency_ns response_latency_uncorrected_ns '1 to 65535' quick standard thorough \
        --backends interval_us job_us
}

the_version_names_what_it_was_built_with() {
    pb --version
    expect_status 0 && says 'pollbench 0.' 'commit ' 'compiler ' 'liburing ' 'libuv '
}

without_a_command_there_is_help_and_an_error() {
    pb
    expect_status 2 && expect_error usage
}

run_tests unknown_names_are_refused_with_the_nearest_one the_valid_names_are_listed_where_they_are_few \
    all_backends_and_parameters_are_listed a_share_with_something_behind_it_is_explained_as_one a_thousand_with_a_comma_is_explained \
    rounds_are_a_whole_number_in_a_range times_are_seconds_or_have_a_unit_and_keep_to_a_range \
    a_baseline_is_one_of_the_backends_that_run percentages_keep_to_their_range parameters_keep_to_their_range \
    empty_and_duplicate_values_are_refused a_parameter_of_another_mode_is_refused \
    help_is_on_standard_output_of_every_command the_help_of_run_fits_a_screen \
    the_help_of_each_workload_fits_a_screen_and_is_of_it_alone the_whole_help_lists_what_workloads_declare \
    the_version_names_what_it_was_built_with without_a_command_there_is_help_and_an_error
