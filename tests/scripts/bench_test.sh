#!/usr/bin/env bash
# bench.sh in a copy of the repository where set-up, cmake and pollbench are made up.
# shellcheck source=tests/scripts/cases.sh
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

tree=$scratch/tree

make_tree() {
    mkdir -p "$tree/scripts" "$scratch/elsewhere"
    cp "$root/scripts/bench.sh" "$tree/scripts/"
    cp "$root/scripts/find_program.sh" "$tree/scripts/"
    program "$tree/scripts" setup.sh <<<"exit \${BAD_SETUP:-0}"
    program "$scratch/path" cmake <<<"echo 'what the build says'; exit \${BAD_BUILD:-0}"
    # Writes down what it is called with, one argument a line, and results where --out says.
    program "$tree/build" pollbench <<END
printf '%s\n' "\$@" >$scratch/arguments
[ "\${BAD_RUN:-0}" = 0 ] || exit "\$BAD_RUN"
while [ \$# -gt 0 ]; do
    case \$1 in
    --out) out=\$2 ;;
    --out=*) out=\${1#*=} ;;
    esac
    shift
done
mkdir -p "\$out/charts" && echo '{}' >"\$out/run.json"
echo a,b >"\$out/accept.csv" && echo chart >"\$out/charts/accept.svg"
echo "the table"
END
}

bench() { # ARGUMENT...: called from a folder that is not the repository's
    make_tree
    observe in_folder "$scratch/elsewhere" env PATH="$scratch/path:$PATH" "$tree/scripts/bench.sh" "$@"
}

in_folder() { cd "$1" && "${@:2}"; }

given() { tr '\n' ' ' <"$scratch/arguments"; }

case_without_arguments_the_quick_profile_goes_into_the_repository() {
    bench
    expect_status 0
    [[ $(given) == "run --profile quick --out $tree/results/runs/"* ]] || fail "called with: $(given)"
    compgen -G "$tree/results/runs/*/run.json" >/dev/null || fail "no run in results/runs"
}

case_arguments_are_passed_on_as_they_are() {
    bench accept --set "queue=1,2" --profile=standard --seed "4 2" --out=run
    expect_status 0
    expect_same "the arguments" "run|accept|--set|queue=1,2|--profile=standard|--seed|4 2|--out=run|" \
        "$(tr '\n' '|' <"$scratch/arguments")"
}

case_a_relative_out_is_relative_to_the_caller() {
    bench --out run
    expect_status 0
    [ -s "$scratch/elsewhere/run/run.json" ] || fail "no run in the caller's folder"
}

case_it_ends_with_what_pollbench_printed() {
    bench --out run
    expect_status 0
    expect_same "the last line" "the table" "${output##*$'\n'}"
    expect_no_output accept.csv
    expect_no_output accept.svg
}

case_the_output_of_the_build_goes_to_a_file() {
    bench --out run
    expect_status 0
    expect_no_output "what the build says"
    grep -q "what the build says" "$tree/build/build.log" || fail "not in build.log"
}

case_in_the_repository_the_folder_is_a_short_path() {
    make_tree
    observe in_folder "$tree" env PATH="$scratch/path:$PATH" scripts/bench.sh
    expect_status 0
    [[ $(given) == "run --profile quick --out results/runs/"* ]] || fail "called with: $(given)"
}

case_a_run_that_was_interrupted_is_not_called_a_failure() {
    export BAD_RUN=130
    bench
    expect_status 130
    expect_output "interrupted while measuring"
}

case_standard_output_holds_what_pollbench_printed_and_nothing_else() {
    make_tree
    printed=$(PATH="$scratch/path:$PATH" "$tree/scripts/bench.sh" --out "$scratch/run" 2>/dev/null)
    expect_same "standard output" "the table" "$printed"
}

case_a_failing_set_up_is_named() {
    export BAD_SETUP=1
    bench
    expect_status 1
    expect_output "failed while setting up"
}

case_a_failing_build_is_named() {
    export BAD_BUILD=2
    bench
    expect_status 2
    expect_output "failed while building"
    expect_output "what the build says"
}

case_a_failing_run_is_named_and_keeps_its_exit_status() {
    export BAD_RUN=3
    bench
    expect_status 3
    expect_output "failed while measuring"
}

case_a_gnuplot_that_cannot_draw_is_not_the_one_that_pollbench_starts() {
    make_tree
    program "$scratch/first" gnuplot <<<"exit 1"
    program "$scratch/path" gnuplot <<<"exit 0"
    program "$tree/build" pollbench <<<"type -p gnuplot >$scratch/gnuplot; exit 3"
    observe env -u POLLBENCH_GNUPLOT PATH="$scratch/first:$scratch/path:$PATH" "$tree/scripts/bench.sh"
    expect_same "the gnuplot" "$scratch/path/gnuplot" "$(cat "$scratch/gnuplot")"
}

case_a_compiler_that_finds_no_c_library_is_not_the_one_that_cmake_gets() {
    make_tree
    # shellcheck disable=SC2016 # a program
    program "$scratch/first" cc <<<'[ "$1" = --version ]'
    program "$scratch/path" cc <<<"exit 0"
    program "$scratch/path" cmake <<<"echo \"\$CC\" >$scratch/compiler; exit 2"
    observe env -u CC PATH="$scratch/first:$scratch/path:$PATH" "$tree/scripts/bench.sh"
    expect_same "the compiler" "$scratch/path/cc" "$(cat "$scratch/compiler")"
}

case_help_builds_nothing() {
    export BAD_SETUP=1
    bench accept --help
    expect_status 0
    expect_output "usage: scripts/bench.sh"
}

run_case "$@"
