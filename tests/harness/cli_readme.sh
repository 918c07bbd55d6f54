#!/usr/bin/env bash
# The commands of README.md, as they stand there, but with one round.
set -uo pipefail
source "$(dirname "$0")/cli.sh" "$1"

commands_of_readme() { # PROGRAM, an extended regular expression
    sed -nE "s,^    (build|build-test)/pollbench ($1)( |\$),\2\3,p" "$sources/README.md"
}

every_command_is_run_by_a_test_here() {
    local others
    others=$(sed -nE 's,^    ((build|build-test)/pollbench .*|scripts/.*),\1,p' "$sources/README.md" |
        grep -vE 'pollbench (run|report|compare|list|check|hello)( |$)|^scripts/(bench|test)\.sh')
    [ -z "$others" ] || { echo "FAILED: nothing runs: $others"; return 1; }
}

what_it_measures_and_reports_works_in_this_order() {
    local words seen=0
    while read -ra words; do
        case "${words[0]} ${words[*]: -1}" in
        *" --help") ;;
        run*) words+=(--rounds 1 --quiet) ;;
        esac
        # The backend of whoever reads it.
        words=("${words[@]/#NAME,/poll,}")
        pb "${words[@]}"
        case "${words[0]}" in
        # With one round nothing is named, so that nothing can fail a job.
        run | report | compare | list) expect_status 0 || { echo "  of: ${words[*]}"; return 1; } ;;
        esac
        seen=$((seen + 1))
    done < <(commands_of_readme "run|report|compare|list")
    [ "$seen" -ge 8 ] || fail "README.md has only $seen such commands"
}

what_goes_through_bench_works() {
    local words seen=0
    while read -ra words; do
        pb run "${words[@]}" --rounds 1 --quiet
        expect_status 0 || { echo "  of: ${words[*]}"; return 1; }
        seen=$((seen + 1))
    done < <(sed -nE 's,^    scripts/bench\.sh (.+),\1,p' "$sources/README.md")
    [ "$seen" -ge 1 ] || fail "README.md has no such command"
}

the_cases_that_it_checks_pass() {
    local words seen=0
    while read -ra words; do
        pb "${words[@]}" --case one_connection_is_accepted_once
        expect_status 0 || return 1
        seen=$((seen + 1))
    done < <(commands_of_readme check)
    [ "$seen" -ge 1 ] || fail "README.md has no such command"
}

the_server_answers() {
    local words port pid seen=0 i
    while read -ra words; do
        port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        "$pollbench" "${words[@]/#3000/$port}" >out 2>err &
        pid=$!
        for i in {1..100}; do
            curl -s "http://127.0.0.1:$port/" >answer && break
            sleep 0.1
        done
        kill "$pid"
        wait "$pid" 2>/dev/null
        [ -s answer ] || { status=-; fail "no answer from: ${words[*]}"; return 1; }
        seen=$((seen + 1))
    done < <(commands_of_readme hello)
    [ "$seen" -ge 1 ] || fail "README.md has no such command"
}

the_pages_that_it_names_are_there() {
    local path
    while read -r path; do
        [ -e "$sources/$path" ] || { echo "FAILED: there is no $path"; return 1; }
    done < <(grep -oE '\]\([^)#]+\)' "$sources/README.md" | sed -E 's/^\]\(|\)$//g' | grep -v '^http')
}

run_tests every_command_is_run_by_a_test_here what_it_measures_and_reports_works_in_this_order \
    what_goes_through_bench_works the_cases_that_it_checks_pass the_server_answers \
    the_pages_that_it_names_are_there
