#!/usr/bin/env bash
# The one place that says which Python, Node.js, compiler, ... is meant. See usage() below.
#
# Two programs of one name can be on the PATH, say a Python of the user's own before the system's, and a
# package manager adds to the system's alone. So the first that has what we use is taken. Where none has,
# setup.sh installs it, and from then on the system's is the first that has it.
set -euo pipefail

usage() {
    cat <<'END'
usage: scripts/find_program.sh NAME [ARGUMENT...]
Prints the path of the program that is meant by NAME or, with arguments, runs it with these:
  python3       the first that has the module jsonschema, or what POLLBENCH_PYTHON names
  node          the first that runs, or what NODE names
  chromium      the first that runs, Google Chrome too, or what POLLBENCH_CHROMIUM names
  gnuplot       the first that draws PNG and SVG, or what POLLBENCH_GNUPLOT names
  cc            the first cc, gcc or clang that finds a C library, or what CC names
  gcc           the first that finds a C library
  clang         the first that has its AddressSanitizer
  clang-format  the first of version 14
Where none has that, it is the first that runs at all: it may do for something else.
Exit status: 0 found, 1 none has what is needed, 2 bad usage; with arguments, that of the program.
END
}

# Sets names, under which systems know NAME, and override, what the environment says.
look_up() { # NAME
    override=""
    case $1 in
    python3) names=(python3) override=${POLLBENCH_PYTHON-} ;;
    node) names=(node nodejs) override=${NODE-} ;;
    chromium)
        names=(chromium chromium-browser google-chrome google-chrome-stable)
        override=${POLLBENCH_CHROMIUM-}
        ;;
    gnuplot) names=(gnuplot) override=${POLLBENCH_GNUPLOT-} ;;
    cc) names=(cc gcc clang) override=${CC-} ;;
    gcc | clang) names=("$1") ;;
    clang-format) names=(clang-format-14 clang-format) ;;
    *) usage >&2 && exit 2 ;;
    esac
}

has_what_is_needed() { # NAME COMMAND...
    local name=$1 folder
    shift
    case $name in
    python3) "$@" -c 'from jsonschema import Draft202012Validator' ;;
    node | chromium) "$@" --version ;;
    gnuplot) "$@" -d -e 'set terminal pngcairo; set terminal svg' ;;
    cc | gcc) "$@" -E -x c - <<<'#include <stdio.h>' ;;
    clang) folder=$("$@" -print-resource-dir) && compgen -G "$folder/lib/*/libclang_rt.asan*" ;;
    clang-format) [[ $("$@" --version) == *"version 14."* ]] ;;
    esac </dev/null >/dev/null 2>&1
}

# Prints the path of the program itself, fails if it does not run. What a shim starts, such as pyenv puts on
# the PATH, can depend on the folder that it is called from.
resolve() { # NAME PATH
    local path=$2
    case $1 in
    python3) path=$("$2" -c 'import sys; print(sys.executable)') ;;
    node) path=$("$2" -p process.execPath) ;;
    *) "$2" --version >/dev/null ;;
    esac </dev/null 2>/dev/null || return
    printf '%s\n' "${path:-$2}"
}

# Sets found, the words of a command or nothing; fails if it lacks something.
find_program() { # NAME
    local name path
    found=()
    look_up "$1"
    if [ -n "$override" ]; then
        read -r -a found <<<"$override" # CC may be "ccache gcc"
        has_what_is_needed "$1" "${found[@]}"
        return
    fi
    for name in "${names[@]}"; do
        while IFS= read -r path; do
            path=$(resolve "$1" "$path") || continue
            if has_what_is_needed "$1" "$path"; then
                found=("$path")
                return
            fi
            [ ${#found[@]} != 0 ] || found=("$path")
        done < <(type -ap "$name")
    done
    return 1
}

case ${1-} in
"") usage >&2 && exit 2 ;;
-h | --help) usage && exit ;;
esac
name=$1 status=0
shift
find_program "$name" || status=1
if [ ${#found[@]} = 0 ]; then
    echo "find_program: there is no $name" >&2
    exit 1
fi
[ $# = 0 ] || exec "${found[@]}" "$@"
printf '%s\n' "${found[*]}"
exit $status
