# The few lines that the tests of the scripts share. A test file defines functions named case_..., sources
# this file and ends with: run_case "$@". Each case runs in a new folder, $scratch, that is removed after it.
# shellcheck shell=bash
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for the files that source this one
root=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

skip() {
    echo "$*"
    exit 77
}

# Runs COMMAND; its status is in $status and what it printed, on both streams, in $output.
observe() { # COMMAND...
    status=0
    output=$("$@" 2>&1 </dev/null) || status=$?
    # The bar keeps this apart from what the test itself says, in particular from ctest's own lines.
    printf '%s\n' "$output" | sed 's/^/| /'
}

expect_status() {
    # shellcheck disable=SC2154
    [ "$status" = "$1" ] || fail "exit status $status, expected $1"
}

expect_output() { # TEXT
    [[ $output == *"$1"* ]] || fail "not in the output: $1"
}

expect_no_output() { # TEXT
    [[ $output != *"$1"* ]] || fail "in the output, though it should not be: $1"
}

expect_same() { # WHAT EXPECTED GOT
    [ "$2" = "$3" ] || fail "$1 is '$3', expected '$2'"
}

# Puts a program in FOLDER whose text is standard input.
program() { # FOLDER NAME
    mkdir -p "$1"
    { echo '#!/usr/bin/env bash' && cat; } >"$1/$2"
    chmod +x "$1/$2"
}

run_case() {
    declare -F "case_${1-}" >/dev/null || fail "no such case: ${1-}"
    "case_$1"
}
