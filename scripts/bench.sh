#!/usr/bin/env bash
# The main job: set up, build, measure, draw. See usage() below.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build

usage() {
    cat <<'END'
usage: scripts/bench.sh [ARGUMENT...]
Installs what is missing, builds pollbench in build/, runs `pollbench run ARGUMENT...` and says where the
results are. Added unless given: --profile quick, and --out results/runs/TIME in the repository.
What can be given: build/pollbench run --help
END
}

say() { printf 'bench: %s\n' "$*" >&2; }

# Every way out that is not success says where it happened.
step=starting
finish() {
    local status=$?
    [ $status = 0 ] || say "failed while $step (exit status $status)"
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
    CC=$(program cc) cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPOLLBENCH_TESTS=OFF >&2
    cmake --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)" >&2
}

print_paths() { # FOLDER
    local file
    say "done in $SECONDS s"
    for file in "$1"/*.csv "$1"/run.json "$1"/charts/*.svg "$1"/charts/*.png; do
        [ -s "$file" ] || continue
        case $file in
        *.csv) printf '  table        %s\n' "$file" ;;
        *.json) printf '  every trial  %s\n' "$file" ;;
        *) printf '  chart        %s\n' "$file" ;;
        esac
    done >&2
}

for argument in "$@"; do
    case $argument in
    -h | --help) usage && exit ;;
    esac
done

begin "setting up"
"$root/scripts/setup.sh" bench
begin "building in $build"
build_pollbench

arguments=("$@")
option_value --profile "$@" >/dev/null || arguments+=(--profile quick)
if ! out=$(option_value --out "$@"); then
    out=$root/results/runs/$(date -u +%Y%m%dT%H%M%SZ)
    mkdir -p "$root/results/runs"
    arguments+=(--out "$out")
fi

gnuplot=$(program gnuplot)
[ -z "$gnuplot" ] || PATH=$(dirname "$gnuplot"):$PATH # pollbench starts the first

begin "measuring: pollbench run ${arguments[*]}"
"$build/pollbench" run "${arguments[@]}"
step="looking for the results"
[ -s "$out/run.json" ]
print_paths "$out"
