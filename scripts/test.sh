#!/usr/bin/env bash
# Builds the tests and runs all of them, or those that are chosen. See usage() below.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
    cat <<'END'
usage: scripts/test.sh [--compiler CC] [--sanitize LIST] [-DNAME=VALUE...] [CTEST ARGUMENT...]
  --compiler CC    gcc, clang, ...; default: $CC, else gcc, else cc
  --sanitize LIST  address,undefined or thread
  -DNAME=VALUE     passed to cmake, such as -DPOLLBENCH_WERROR=ON
Everything else is passed to ctest: -R accept runs the tests whose name contains "accept".
REQUIRE_BACKENDS="epoll poll" makes it a failure when one of these backends cannot run here, and
REQUIRE_TOOLS="curl wrk" when a test would skip because one of these programs is not here.
Each compiler and sanitizer has its own build folder: build-test, build-test-clang-address-undefined, ...
END
}

say() { printf 'test: %s\n' "$*" >&2; }

# Writes FOLDER/totals, "passed failed skipped", and FOLDER/skipped, a line "test: reason" for each. What
# became of a test is in what ctest printed (its log calls a skipped test passed); the reason, the last
# line that the test printed, is in the log.
count_results() { # FOLDER
    awk -v totals="$1/totals" -v skips="$1/skipped" '
        FILENAME ~ /LastTest\.log$/ {
            if ($0 ~ /^[0-9]+\/[0-9]+ Testing: /) { name = $0; sub(/^[^:]*: /, "", name) }
            if ($0 == "<end of output>") output = 0
            if (output && NF && !/^-+$/) reason[name] = $0
            if ($0 == "Output:") output = 1
            next
        }
        !/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / { next }
        { split($1, position, "/") } # "3/26": a test may print such a line, but not the one that is next
        position[1] != seen + 1 || (seen && position[2] != total) { next }
        { seen++; total = position[2] }
        / Passed +[0-9.]+ sec/ { passed++; next }
        /\*\*\*Skipped|\(Disabled\)/ {
            skipped++
            sub(/^[^:]*: /, ""); sub(/ \.+ *\*\*\*.*/, "")
            print $0 ": " ($0 in reason ? reason[$0] : "no reason given") > skips
            next
        }
        { failed++ }
        END { print passed + 0, failed + 0, skipped + 0 > totals }
    ' "$1/Testing/Temporary/LastTest.log" "$1/ctest.out"
}

# clang before 18 and gcc before 14 cannot place a sanitizer's shadow memory when addresses are drawn from
# more than 2^28 pages, the default of several distributions; without that drawing they can.
fixed_addresses() {
    local bits=/proc/sys/vm/mmap_rnd_bits
    if [ -r $bits ] && [ "$(cat $bits)" -gt 28 ] && setarch "$(uname -m)" -R true 2>/dev/null; then
        echo setarch "$(uname -m)" -R
    fi
}

default_compiler() {
    if command -v gcc >/dev/null; then echo gcc; else echo cc; fi
}

# The one that setup.sh has looked at, which need not be the first on the PATH.
program() { "$root/scripts/find_program.sh" "$1" 2>/dev/null || true; }

compiler=${CC:-$(default_compiler)} sanitize="" cmake_arguments=() ctest_arguments=()
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage && exit ;;
    --compiler | --sanitize)
        [ $# -gt 1 ] || { say "$1 takes a value" && exit 2; }
        if [ "$1" = --compiler ]; then compiler=$2; else sanitize=$2; fi
        shift
        ;;
    --compiler=*) compiler=${1#*=} ;;
    --sanitize=*) sanitize=${1#*=} ;;
    -D?*) cmake_arguments+=("$1") ;;
    *) ctest_arguments+=("$1") ;;
    esac
    shift
done

build=$root/build-test
[ "$compiler" = "$(default_compiler)" ] || build+=-$(basename "$compiler")
[ -z "$sanitize" ] || build+=-${sanitize//,/-}
jobs=$(getconf _NPROCESSORS_ONLN)

"$root/scripts/setup.sh" test
case $compiler in
cc | gcc | clang) found=$(CC="" program "$compiler") compiler=${found:-$compiler} ;;
esac
say "building with $compiler${sanitize:+ and -fsanitize=$sanitize} in $build"
mkdir -p "$build"
rm -f "$build/totals" "$build/skipped"
# RelWithDebInfo defines NDEBUG; the tests keep the assertions. With a sanitizer -O1 gives clearer
# traces, and is sooner built.
optimise=-O2
[ -z "$sanitize" ] || optimise=-O1
CC=$compiler cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_C_FLAGS_RELWITHDEBINFO="$optimise -g" -DPOLLBENCH_TESTS=ON -DPOLLBENCH_SANITIZE="$sanitize" \
    ${cmake_arguments[@]+"${cmake_arguments[@]}"}
cmake --build "$build" --parallel "$jobs"

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}
# A test asks by itself where ctest is called by hand; here it is asked once for all.
POLLBENCH_PYTHON=$(program python3) POLLBENCH_GNUPLOT=$(program gnuplot)
POLLBENCH_CHROMIUM=$(program chromium) NODE=$(program node)
export POLLBENCH_PYTHON POLLBENCH_GNUPLOT POLLBENCH_CHROMIUM NODE
launcher=""
[ -z "$sanitize" ] || launcher=$(fixed_addresses)

status=0
cd "$build"
# shellcheck disable=SC2086 # a command and its arguments
$launcher ctest --parallel $((3 * jobs)) --timeout 120 --output-on-failure --no-tests=error \
    ${ctest_arguments[@]+"${ctest_arguments[@]}"} 2>&1 | tee ctest.out || status=$?
[ ! -e Testing/Temporary/LastTest.log ] || count_results .
if [ -s skipped ]; then
    say "skipped:"
    sed 's/^/  /' skipped >&2
fi
exit $status
