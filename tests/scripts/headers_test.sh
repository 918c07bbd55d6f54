#!/usr/bin/env bash
# Each header says by itself what it takes: a system whose headers include less of each other finds nothing missing.
# shellcheck source=tests/scripts/cases.sh
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

case_every_header_compiles_alone() {
    local compiler header failed=0
    compiler=$("$root/scripts/find_program.sh" cc)
    cd "$root"
    for header in $(find backends loop harness -name '*.h' | LC_ALL=C sort); do
        # Those of libraries that may be absent here.
        case $header in
        *io_uring*) pkg-config --exists liburing || continue ;;
        *libuv*) pkg-config --exists libuv || continue ;;
        *kqueue* | *_linux.h) [ "$(uname -s)" = Linux ] && [[ $header != *kqueue* ]] || continue ;;
        esac
        "$compiler" -std=gnu11 -D_GNU_SOURCE -fsyntax-only -Wall -Werror -I. $(pkg-config --cflags jansson) -x c - \
            <<<"#include \"$header\"" || { echo "$header does not compile alone" && failed=1; }
    done
    return $failed
}

run_case "$@"
