#!/usr/bin/env bash
# Builds pollbench for systems and processors that this machine is not, and runs the tests where that can be. See usage().
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/build-cross
# shellcheck source=scripts/cross/debian.sh
source "$root/scripts/cross/debian.sh"
# shellcheck source=scripts/cross/musl.sh
source "$root/scripts/cross/musl.sh"
# shellcheck source=scripts/cross/macos.sh
source "$root/scripts/cross/macos.sh"

all_targets=(i386 aarch64 s390x musl macos-aarch64 macos-x86_64)

usage() {
    cat <<'END'
usage: scripts/cross.sh [--build-only] [-R REGEX] [TARGET...]
  TARGET        default: all
    i386          runs on this machine's kernel, io_uring and all (a 32-bit program on a 64-bit kernel)
    aarch64       runs under qemu-user, which has no io_uring: the tests of loop, backends and harness
    s390x         the same; its bytes are the other way round
    musl          another C library; runs on this machine's kernel
    macos-aarch64, macos-x86_64
                  compiled and linked, not run
  --build-only  run no tests
  -R REGEX      run only the tests whose name has REGEX, as with ctest
Takes an x86_64 Debian or Ubuntu. Everything goes into build-cross/: libraries and their headers come from the
packages of Debian, as files, and this system's own packages stay as they are; a compiler with the headers of macOS
comes from npm. scripts/setup.sh cross installs the other compilers and qemu. All targets take an hour on two CPUs, so
.ci/run does not run this.
FreeBSD is no target: no registry has its headers. What POSIX lacks is kept in files of their own, and every header
compiles alone; scripts/check_folders.sh and a test see to that.
Exit status: 0 done, 1 a target does not compile or link, or a test failed, 2 bad usage, 3 it could not be carried out.
END
}

say() { printf 'cross: %s\n' "$*" >&2; }
bad_usage() {
    say "$*"
    usage >&2
    exit 2
}

# A step whose output is of interest only when it fails, and how that is said.
quietly() { # LOG WHAT COMMAND...
    local log=$1 what=$2
    shift 2
    "$@" >"$log" 2>&1 && return
    failed_step "$log" "$what"
    return 1
}

failed_step() { # LOG WHAT
    tail -20 "$1" >&2
    say "$2 failed; the lines above are the end of $1"
    if grep -qiE 'resolv|connect|unreachable|timed out|EAI_AGAIN|ENOTFOUND|ETIMEDOUT' "$1"; then
        say "it looks as if the network or its proxy is down: run this again when it is back"
    fi
}

# What a target takes. Sets compiler (its path), arguments (of cmake), packages (where its pkg-config files are),
# emulator (words, or nothing), left_out (a regular expression of tests) and runs (yes, no).
describe() { # TARGET
    arguments=() emulator="" left_out="" runs=yes packages="" sysroot=""
    case $1 in
    i386) describe_debian i386 i686 i386-linux-gnu ;;
    aarch64) describe_debian arm64 aarch64 aarch64-linux-gnu ;;
    s390x) describe_debian s390x s390x s390x-linux-gnu ;;
    musl) describe_musl ;;
    macos-*) describe_macos "${1#macos-}" ;;
    esac
}

configure() { # TARGET
    local generator=()
    ! command -v ninja >/dev/null || generator=(-G Ninja)
    env PKG_CONFIG_LIBDIR="$packages" PKG_CONFIG_SYSROOT_DIR="$sysroot" cmake -S "$root" -B "$work/$1" \
        ${generator[@]+"${generator[@]}"} -DCMAKE_C_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O2 -g" -DCMAKE_CROSSCOMPILING_EMULATOR="$emulator" \
        -DPOLLBENCH_WERROR=ON -DPOLLBENCH_TESTS=ON "${arguments[@]}"
}

# After a failure the others are made all the same, so that one run finds all that is wrong.
build() { # TARGET
    local go_on=-k
    [ ! -e "$work/$1/build.ninja" ] || go_on="-k 0"
    # shellcheck disable=SC2086 # words
    cmake --build "$work/$1" --parallel "$(getconf _NPROCESSORS_ONLN)" -- $go_on
}

# Sets compiled and linked.
compile() { # TARGET
    local log=$work/$1.log
    compiled=yes linked=yes
    quietly "$log" "configuring $1" configure "$1" || { compiled=no linked=no && return 1; }
    build "$1" >"$log" 2>&1 && return
    linked=no
    ! grep -qE '(FAILED:|\*\*\*).*\.o( |\]|$)' "$log" || compiled=no
    grep -E -A3 'error:|undefined (reference|symbol)' "$log" | head -60 >&2 || true
    say "$1 does not build; all of it is in $log"
    return 1
}

# Sets tests: "2800 passed, 3 skipped".
test_target() { # TARGET
    local out=$work/$1.tests status=0 options=(--timeout 900)
    [ -z "$left_out" ] || options+=(-E "$left_out")
    [ -z "$chosen" ] || options+=(-R "$chosen")
    (cd "$work/$1" && ctest --parallel "$(getconf _NPROCESSORS_ONLN)" --output-on-failure --no-tests=error \
        "${options[@]}") >"$out" 2>&1 || status=1
    tests=$(awk '
        !/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / { next }
        / Passed +[0-9.]+ sec/ { passed++; next }
        /\*\*\*Skipped/ { skipped++; next }
        { failed++ }
        END {
            printf "%d passed", passed
            if (skipped) printf ", %d skipped", skipped
            if (failed) printf ", %d FAILED", failed
        }' "$out")
    [ $status = 0 ] || sed -n '/tests passed,/,$p' "$out" >&2
    return $status
}

# Adds the target's line to the table.
try() { # TARGET
    local status=0 compiled=no linked=no tests="not run" compiler="" arguments packages sysroot emulator left_out runs
    describe "$1"
    say "$1: fetching what it is built with"
    if ! "prepare_${1%%-*}" "$1"; then
        unprepared=yes
        rows+=("$1|-|-|-|$tests: what it is built with could not be had")
        return
    fi
    say "$1: building"
    compile "$1" || status=1
    if [ $status = 0 ] && [ "$runs" = yes ] && [ $build_only = no ]; then
        say "$1: running tests"
        test_target "$1" || status=1
    fi
    [ $status = 0 ] || failed=yes
    rows+=("$1|$(compiler_name)|$compiled|$linked|$tests")
}

compiler_name() {
    case $compiler in
    *musl-gcc) echo "gcc $("$compiler" -dumpversion)" ;;
    *gcc) echo "gcc $("$compiler" -dumpversion)" ;;
    *) "$compiler" --version | sed -nE '1s/.*clang version ([0-9]+).*/clang \1/p' ;;
    esac
}

print_table() {
    local row
    for row in "target|compiler|compiled|linked|tests" "${rows[@]}"; do
        IFS='|' read -r -a words <<<"$row"
        printf '%-14s %-9s %-9s %-7s %s\n' "${words[@]}"
    done
}

targets=() build_only=no chosen="" failed=no unprepared=no rows=()
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage && exit ;;
    --build-only) build_only=yes ;;
    -R)
        [ $# -gt 1 ] || bad_usage "-R wants a value"
        chosen=$2
        shift
        ;;
    -*) bad_usage "unknown option '$1'" ;;
    *)
        [[ " ${all_targets[*]} " == *" $1 "* ]] ||
            bad_usage "unknown target '$1'; there are ${all_targets[*]}"
        targets+=("$1")
        ;;
    esac
    shift
done
[ ${#targets[@]} -gt 0 ] || targets=("${all_targets[@]}")

if [ "$(uname -sm)" != "Linux x86_64" ]; then
    say "this takes Linux on x86_64, and here is $(uname -sm)"
    exit 3
fi
"$root/scripts/setup.sh" cross || { say "something that is needed is missing, see above" && exit 3; }
mkdir -p "$work"
for target in "${targets[@]}"; do
    try "$target"
done
print_table
[ $failed = no ] || exit 1
[ $unprepared = no ] || exit 3
