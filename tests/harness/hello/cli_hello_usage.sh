#!/usr/bin/env bash
# pollbench hello where it is told what it cannot do: POLLBENCH, and a pollbench without an HTTP parser.
set -uo pipefail
source "$(dirname "$0")/../cli.sh" "$1"
without_parser=$2

refused() { # SENTENCE ARGUMENT...
    local sentence=$1
    shift
    pb hello "$@"
    expect_status 2 && expect_error "$sentence" || return 1
    [ ! -s out ] || fail "$* printed on standard output"
}

need_parser() {
    ! "$pollbench" hello --help | grep '^HTTP parser: none' >/dev/null
}

help_says_what_every_option_means() {
    pb hello --help
    expect_status 0 || return 1
    local option
    for option in --backend --host --port --allow-remote --connections --header-limit --body-limit \
        --request-timeout --idle-timeout --write-timeout --grace --seconds --json; do
        grep -q "^  $option " out || fail "no $option" || return 1
    done
    grep -q "whoever reaches it" out || fail "--allow-remote does not say what it means" || return 1
    pb --help
    grep -q '^  hello ' out || fail "pollbench --help does not name it"
}

unknown_names_are_refused_with_the_nearest_one() {
    refused '"epoll"' --backend epol && refused '"--port"' --prot 1 && refused 'options only' epoll &&
        refused 'unknown backend "floor:epoll"' --backend floor:epoll && refused 'can serve nobody' --backend null
}

numbers_and_times_keep_to_their_range() {
    local value
    for value in 65536 -1 http '' 1.5; do
        refused 'from 0 to 65535' --port "$value" || return 1
    done
    refused 'from 1 to 100000' --connections 0 && refused 'from 64 to 65536' --header-limit 63 &&
        refused 'from 64 to 65536' --header-limit 65537 && refused 'from 0 to' --body-limit -1 || return 1
    for value in 0s 90000 10x 25h ''; do
        for option in --request-timeout --idle-timeout --write-timeout --grace; do
            refused 'from 1ms to 24h' $option "$value" || return 1
        done
    done
    refused 'from 0.001 to 86400' --seconds 0 && refused 'from 0.001 to 86400' --seconds 1s &&
        refused 'twice' --port 1 --port 2
}

other_machines_are_let_in_only_when_that_is_asked_for() {
    local host
    for host in 0.0.0.0 192.0.2.1 128.0.0.1 :: ::ffff:127.0.0.1; do
        refused "--allow-remote" --host $host || return 1
    done
    refused 'it is an address' --host example.org || return 1
    need_parser || { skip_test "built without an HTTP parser"; return; }
    pb hello --host 0.0.0.0 --allow-remote --port 0 --seconds 0.01
    expect_status 0
}

every_loopback_address_will_do() {
    need_parser || { skip_test "built without an HTTP parser"; return; }
    local host
    for host in localhost 127.0.0.1; do
        pb hello --host $host --port 0 --seconds 0.01
        expect_status 0 && grep -qE '^listening on http://127.0.0.1:[1-9][0-9]*/ with ' out || fail "$host" || return 1
    done
    grep -q '^answered 0 requests on 0 connections' out || fail "no last line" || return 1
    [ -e /proc/net/if_inet6 ] || { skip_test "no IPv6 here"; return; }
    pb hello --host ::1 --port 0 --seconds 0.01
    expect_status 0 && grep -qE '^listening on http://\[::1\]:[1-9][0-9]*/ with ' out || fail "::1"
}

an_address_that_cannot_be_had_says_what_to_do() {
    need_parser || { skip_test "built without an HTTP parser"; return; }
    "$pollbench" hello --port 0 --json >first &
    local server=$! port
    until [ -s first ]; do sleep 0.01; done
    port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' first)
    pb hello --port "$port"
    kill $server
    wait $server
    expect_status 3 && expect_error "port $port" "Address already in use" "--port" || return 1
    pb hello --host 192.0.2.1 --allow-remote --port 0
    expect_status 3 && expect_error "192.0.2.1" "no interface"
}

standard_output_that_cannot_be_written_is_an_error() {
    [ -e /dev/full ] || { skip_test "there is no /dev/full"; return; }
    need_parser || { skip_test "built without an HTTP parser"; return; }
    local json
    for json in "" --json; do
        status=0
        # shellcheck disable=SC2086 # nothing or an option
        "$pollbench" hello --port 0 $json >/dev/full 2>err || status=$?
        expect_status 3 && expect_error "standard output" || return 1
    done
}

memory_that_runs_out_is_a_sentence() {
    need_parser || { skip_test "built without an HTTP parser"; return; }
    local limit_kib=1000
    until (ulimit -d $limit_kib && "$pollbench" hello --backend poll --port 0 --connections 1 --seconds 0.01) \
        >out 2>err; do
        limit_kib=$((limit_kib + 500))
        [ $limit_kib -lt 20000 ] || { skip_test "this build needs more memory than is usual"; return; }
    done
    status=0
    (ulimit -d $limit_kib && exec "$pollbench" hello --backend poll --port 0 --connections 100000) \
        >out 2>err || status=$?
    expect_status 3 && expect_error "memory"
}

without_a_parser_it_says_what_to_install() {
    status=0
    "$without_parser" hello --port 0 >out 2>err || status=$?
    expect_status 3 && expect_error "llhttp" "libhttp-parser-dev" || return 1
    "$without_parser" hello --help >out && grep -q '^HTTP parser: none' out || fail "--help hides it"
}

run_tests help_says_what_every_option_means unknown_names_are_refused_with_the_nearest_one \
    numbers_and_times_keep_to_their_range other_machines_are_let_in_only_when_that_is_asked_for \
    every_loopback_address_will_do an_address_that_cannot_be_had_says_what_to_do \
    standard_output_that_cannot_be_written_is_an_error memory_that_runs_out_is_a_sentence \
    without_a_parser_it_says_what_to_install
