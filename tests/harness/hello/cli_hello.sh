#!/usr/bin/env bash
# pollbench hello on one backend: POLLBENCH BACKEND. Clients are curl, wrk, and hello_client.py for what
# those two do not do. REQUIRE_BACKENDS and REQUIRE_TOOLS name what must be here: a failure, not a skip.
set -uo pipefail
set -m # or else the shell has its background jobs ignore SIGINT
# shellcheck source=tests/harness/cli.sh
source "$(dirname "$0")/../cli.sh" "$1"
backend=$2
server=""
trap '[ -z "$server" ] || kill -KILL "$server"; rm -rf "$work"' EXIT

refuse_or_skip() { # LIST NAME REASON
    case " $(tr -s '\n\t' '  ' <<<"$1") " in
    *" $2 "*) echo "$3 (but it is required)" && exit 1 ;;
    esac
    skip "$3"
}

row=$("$pollbench" list | awk -v name="$backend" '$1 == name')
read -r _ _ available _ <<<"$row"
[ "$available" = yes ] || [ "$available" = opt-in ] || refuse_or_skip "${REQUIRE_BACKENDS-}" "$backend" "$row"
if "$pollbench" hello --help | grep -q '^HTTP parser: none'; then
    refuse_or_skip "${REQUIRE_TOOLS-}" http-parser "this pollbench was built without an HTTP parser"
fi
[ -n "$python" ] || refuse_or_skip "${REQUIRE_TOOLS-}" python3 "there is no python3"
for tool in curl wrk; do
    command -v $tool >/dev/null || refuse_or_skip "${REQUIRE_TOOLS-}" $tool "there is no $tool"
done

# Starts the server with the arguments: $server is its pid, $port its port, server.out what it prints.
start() {
    [ -z "$server" ] || kill -KILL "$server" # of a test that failed
    rm -f server.out
    (
        ulimit -n "${files:-$(ulimit -Hn)}" # the hard limit, too: the server raises its own to that
        exec "$pollbench" hello --backend "$backend" --port 0 --json "$@"
    ) >server.out 2>server.err &
    server=$!
    until [ -s server.out ]; do
        kill -0 $server 2>/dev/null || { status=none; cp server.err err; fail "it did not start"; return 1; }
        sleep 0.01
    done
    port=$(sed -n '1s/.*"port":\([0-9]*\).*/\1/p' server.out)
}

# One that has patience, however slow this machine is.
serve() {
    start --request-timeout 1h --idle-timeout 1h --write-timeout 1h "$@"
}

# Ends it, as it must end, and checks its last line: an expression over what it counted.
served() { # EXPRESSION [SIGNAL]
    kill -"${2-TERM}" $server
    ended "$1"
}

ended() { # EXPRESSION
    status=0
    wait $server || status=$?
    server=""
    cp server.err err
    expect_status 0 || return 1
    "$python" - "$1" <<'PYTHON' || fail "not so: $1: $(tail -n 1 server.out)"
import json, sys
first, last = map(json.loads, open("server.out"))
sys.exit(0 if eval(sys.argv[1], last) else 1)
PYTHON
}

client() { # CASE...
    status=0
    "$python" "$sources/tests/harness/hello/hello_client.py" "$port" "$@" >client.out 2>err || status=$?
    [ $status = 0 ] || fail "client $*"
}

# One that says READY in the middle and goes on when COMMAND is over.
client_around() { # CASE COMMAND...
    local pid ready case=$1
    shift
    coproc "$python" "$sources/tests/harness/hello/hello_client.py" "$port" "$case" 2>err
    pid=$COPROC_PID
    read -r ready <&"${COPROC[0]}"
    "$@"
    echo go >&"${COPROC[1]}"
    status=0
    wait "$pid" || status=$?
    [ $status = 0 ] || fail "client $case"
}

url() { echo "http://127.0.0.1:$port/${1-}"; }

curl_gets_hello_world_on_one_connection() {
    serve || return 1
    curl -sv "$(url a)" "$(url b)" >out 2>err || { status=$?; fail "curl"; return 1; }
    [ "$(cat out)" = "Hello WorldHello World" ] || fail "not the answer: $(cat out)" || return 1
    grep -q 'Content-Type: text/plain' err || fail "not text/plain" || return 1
    curl -sI "$(url)" >out && grep -q 'Content-Length: 11' out || fail "HEAD" || return 1
    curl -s -0 "$(url)" >out && curl -s -H 'Connection: close' "$(url)" >>out
    [ "$(cat out)" = "Hello WorldHello World" ] || fail "not the answer: $(cat out)" || return 1
    [ "$(curl -s -o /dev/null -w '%{http_code}' -d x "$(url)")" = 405 ] || fail "POST is not 405" || return 1
    served 'answers == 6 and connections == 5 and refusals == 1'
}

requests_get_what_they_should() {
    serve || return 1
    client pipelined refused a_refusal_survives_what_is_still_sent expect_continue upgrade http_1_0 &&
        served 'refusals == 10 and timeouts["request"] == 0'
}

requests_may_come_in_any_pieces() {
    serve || return 1
    client byte_by_byte split_everywhere && served 'timeouts["request"] == 0'
}

pipelined_requests_are_all_answered_in_order_however_many() {
    serve || return 1
    client last_answers_reach_a_client_that_has_ended pipelined_without_reading &&
        served 'answers > 500'
}

clients_that_vanish_leave_nothing_behind() {
    serve --connections 1 || return 1
    client vanishes && served 'connections == 11'
}

slow_requests_are_timed_out() {
    start --request-timeout 20ms --idle-timeout 1h --write-timeout 1h || return 1
    client slow_header slow_body && served 'timeouts == {"request": 2, "idle": 0, "write": 0}'
}

idle_connections_are_timed_out() {
    start --request-timeout 1h --idle-timeout 20ms --write-timeout 1h || return 1
    client idle && served 'timeouts["idle"] >= 2 and timeouts["request"] == timeouts["write"] == 0'
}

clients_that_never_read_are_timed_out() {
    start --request-timeout 1h --idle-timeout 1h --write-timeout 20ms || return 1
    client never_reads && served 'timeouts == {"request": 0, "idle": 0, "write": 1}'
}

beyond_the_limit_of_connections_clients_wait() {
    serve --connections 2 || return 1
    client beyond_the_limit_of_connections && served 'answers == 3 and accept_failures == 0'
}

until_written() { # FILE
    until [ -s "$1" ] || ! kill -0 $server; do sleep 0.01; done
}

without_descriptors_it_goes_on_with_those_it_has() {
    local open
    serve || return 1
    open=$(find "/proc/$server/fd" -mindepth 1 2>/dev/null | wc -l)
    served 'answers == 0' || return 1
    [ "$open" -gt 0 ] || { skip_test "no /proc to count descriptors in"; return; }
    [ "$backend" != io_uring:+direct ] || { skip_test "its connections are no descriptors"; return; }
    files=$((open + 20)) serve || return 1
    client_around more_than_descriptors until_written server.err && served 'accept_failures > 0' || return 1
    cp server.err err && expect_error "accepting a connection failed"
}

a_request_under_way_is_answered_before_it_ends() {
    serve --grace 1h || return 1
    client_around under_way_at_the_end kill -INT $server && ended 'answers == 3 and connections == 2'
}

what_does_not_end_is_ended_by_the_grace() {
    serve --grace 50ms || return 1
    client_around stuck_at_the_end kill -TERM $server && ended 'answers == 1'
}

end_twice() {
    kill -USR1 $server # is none that ends it
    kill -TERM $server
    while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    kill -INT $server
}

a_second_signal_ends_it_at_once() {
    serve --grace 1h || return 1
    client_around stuck_at_the_end end_twice || return 1
    status=0
    wait $server || status=$?
    server=""
    expect_status 130
}

it_ends_by_itself_after_the_seconds_asked_for() {
    serve --seconds 0.05 || return 1
    ended 'answers == 0 and connections == 0'
}

# wrk takes whole seconds only, but ends at SIGINT as it does at its time, and prints the same.
load() { # SECONDS CONNECTIONS
    wrk -t1 -c"$2" -d60s --timeout 60s "$(url)" >out 2>err &
    local wrk=$!
    sleep "$1"
    kill -INT $wrk
    status=0
    wait $wrk || status=$?
    cat out >>err
    requests=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' out)
}

# A machine on which so little happens in the time is given longer.
wrk_loses_nothing() { # CONNECTIONS
    local requests seconds
    serve || return 1
    for seconds in 0.4 2 10; do
        load $seconds "$1"
        expect_status 0 && expect_no_error "Socket errors" && expect_no_error "Non-2xx" || return 1
        [ "${requests:-0}" -lt $((3 * $1)) ] || break
    done
    [ "${requests:-0}" -ge "$1" ] || fail "not even a request per connection" || return 1
    served "answers >= $requests and refusals == 0 and accept_failures == 0"
}

wrk_loses_nothing_on_one_connection() { wrk_loses_nothing 1; }
wrk_loses_nothing_on_64_connections() { wrk_loses_nothing 64; }

wrk_loses_nothing_on_1000_connections() {
    [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -gt 1100 ] ||
        { skip_test "the limit of files is in the way"; return; }
    ulimit -Sn "$(ulimit -Hn)"
    wrk_loses_nothing 1000
}

run_tests curl_gets_hello_world_on_one_connection \
    requests_get_what_they_should \
    requests_may_come_in_any_pieces \
    pipelined_requests_are_all_answered_in_order_however_many \
    clients_that_vanish_leave_nothing_behind \
    slow_requests_are_timed_out \
    idle_connections_are_timed_out \
    clients_that_never_read_are_timed_out \
    beyond_the_limit_of_connections_clients_wait \
    without_descriptors_it_goes_on_with_those_it_has \
    a_request_under_way_is_answered_before_it_ends \
    what_does_not_end_is_ended_by_the_grace \
    a_second_signal_ends_it_at_once \
    it_ends_by_itself_after_the_seconds_asked_for \
    wrk_loses_nothing_on_one_connection \
    wrk_loses_nothing_on_64_connections \
    wrk_loses_nothing_on_1000_connections
