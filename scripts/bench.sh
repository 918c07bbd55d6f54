#!/usr/bin/env bash
# The main job: set up, build, measure, draw. See usage() below.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build

usage() {
    cat <<'END'
usage: scripts/bench.sh [ARGUMENT...]
Installs what is missing, builds pollbench in build/, and runs `pollbench run ARGUMENT...`, which ends with the
answer on one screen. Added unless given: --profile quick, and --out results/runs/TIME in the repository.
The build writes to build/build.log, which is shown when it fails.
What can be given: build/pollbench run --help
END
}

say() { printf 'bench: %s\n' "$*" >&2; }

# Every way out that is not success says where it happened.
step=starting
finish() {
    local status=$?
    case $status in
    0) ;;
    129 | 130 | 143) say "interrupted while $step" ;;
    *) say "failed while $step (exit status $status)" ;;
    esac
}
trap finish EXIT

begin() {
    step=$1
    say "[$SECONDS s] $step"
}

# The value of --NAME among the arguments, fails if it is not there. The last one counts.
option_value() { # NAME ARGUMENT...
    local name=$1 value="" found=1
    shift
    while [ $# -gt 0 ]; do
        case $1 in
        "$name") value=${2-} found=0 ;;
        "$name="*) value=${1#*=} found=0 ;;
        esac
        shift
    done
    printf '%s\n' "$value"
    return $found
}

# The one that setup.sh has looked at, which need not be the first on the PATH.
program() { "$root/scripts/find_program.sh" "$1" 2>/dev/null || true; }

build_pollbench() {
    local status=0
    mkdir -p "$build"
    {
        CC=$(program cc) cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPOLLBENCH_TESTS=OFF &&
            cmake --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)"
    } >"$build/build.log" 2>&1 || status=$?
    [ $status = 0 ] || cat "$build/build.log" >&2
    return $status
}

for argument in "$@"; do
    case $argument in
    -h | --help) usage && exit ;;
    esac
done

begin "setting up"
"$root/scripts/setup.sh" bench
begin "building"
build_pollbench

arguments=("$@")
option_value --profile "$@" >/dev/null || arguments+=(--profile quick)
if ! out=$(option_value --out "$@"); then
    out=results/runs/$(date -u +%Y%m%dT%H%M%SZ)
    [ "$PWD" = "$root" ] || out=$root/$out
    mkdir -p "$root/results/runs"
    arguments+=(--out "$out")
fi

gnuplot=$(program gnuplot)
[ -z "$gnuplot" ] || PATH=$(dirname "$gnuplot"):$PATH # pollbench starts the first

begin "measuring"
"$build/pollbench" run "${arguments[@]}"
step="looking for the results"
[ -s "$out/run.json" ]
