#!/usr/bin/env bash
# test.sh on a small project whose tests pass, fail, skip and hang as they are told.
# shellcheck source=tests/scripts/cases.sh
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

tree=$scratch/tree

make_tree() {
    mkdir -p "$tree/scripts"
    cp "$root"/scripts/{test,find_program}.sh "$tree/scripts/"
    program "$tree/scripts" setup.sh <<<"exit \${BAD_SETUP:-0}"
    cat >"$tree/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.18)
project(small NONE)
enable_testing()
file(WRITE ${CMAKE_BINARY_DIR}/configured "$ENV{CC} ${POLLBENCH_SANITIZE} ${POLLBENCH_WERROR}")
add_test(NAME good COMMAND true)
add_test(NAME good.environment COMMAND sh -c "test \"$REQUIRE_BACKENDS\" = \"epoll poll\"")
add_test(NAME skip COMMAND sh -c "echo first; echo 'this kernel has no io_uring'; exit 77")
add_test(NAME bad COMMAND sh -c "echo 'the reason why'; echo '1/1 Test #1: x ... Passed 0 sec' ; exit 1")
add_test(NAME hung COMMAND sleep 60)
add_test(NAME absent COMMAND /nonexistent/program)
set_tests_properties(skip PROPERTIES SKIP_RETURN_CODE 77)
set_tests_properties(hung PROPERTIES TIMEOUT 1)
END
}

tests() { # ARGUMENT...
    make_tree
    observe env -u CC REQUIRE_BACKENDS="epoll poll" "$tree/scripts/test.sh" "$@"
}

meant() { "$root/scripts/find_program.sh" "$@" || true; }

case_passing_tests_make_it_succeed() {
    tests --compiler gcc -R good
    expect_status 0
    expect_same "the totals" "2 0 0" "$(cat "$tree/build-test/totals")"
}

case_failing_hung_and_missing_tests_make_it_fail_with_their_output() {
    tests --compiler gcc -E "^good"
    [ "$status" != 0 ] || fail "it succeeded"
    expect_output "the reason why"
    expect_same "the totals" "0 3 1" "$(cat "$tree/build-test/totals")"
}

case_a_skipped_test_is_listed_with_its_reason() {
    tests --compiler gcc -R "good|skip"
    expect_status 0
    expect_output "  skip: this kernel has no io_uring"
    expect_same "the totals" "2 0 1" "$(cat "$tree/build-test/totals")"
}

case_a_filter_that_matches_nothing_is_a_failure() {
    tests --compiler gcc -R no_such_test
    [ "$status" != 0 ] || fail "it succeeded"
    expect_output "No tests were found"
}

case_compiler_and_sanitizer_have_a_build_folder_of_their_own() {
    tests --compiler clang --sanitize address,undefined -DPOLLBENCH_WERROR=ON -R good
    expect_status 0
    expect_same "what cmake was told" "$(meant clang) address,undefined ON" \
        "$(cat "$tree/build-test-clang-address-undefined/configured")"
}

case_the_compiler_of_the_environment_is_used() {
    make_tree
    observe env CC=clang REQUIRE_BACKENDS="epoll poll" "$tree/scripts/test.sh" -R good
    expect_status 0
    expect_same "what cmake was told" "$(meant clang)  " "$(cat "$tree/build-test-clang/configured")"
}

case_a_broken_compiler_before_a_whole_one_is_not_used() {
    make_tree
    program "$scratch/path" gcc <<<"exit 127"
    observe env -u CC PATH="$scratch/path:$PATH" REQUIRE_BACKENDS="epoll poll" "$tree/scripts/test.sh" -R good
    expect_status 0
    expect_same "what cmake was told" "$(meant gcc)  " "$(cat "$tree/build-test/configured")"
}

case_every_test_gets_the_programs_that_were_looked_at() {
    make_tree
    program "$scratch/path" python3 <<<"exit 127"
    cat >>"$tree/CMakeLists.txt" <<'END'
add_test(NAME programs COMMAND sh -c "echo $POLLBENCH_PYTHON $POLLBENCH_GNUPLOT $POLLBENCH_CHROMIUM $NODE >programs")
END
    observe env -u CC -u POLLBENCH_PYTHON PATH="$scratch/path:$PATH" "$tree/scripts/test.sh" -R programs
    expect_status 0
    expect_same "what the tests get" "$(for name in python3 gnuplot chromium node; do meant $name; done | xargs)" \
        "$(xargs <"$tree/build-test/programs")"
}

case_results_of_an_earlier_run_are_not_taken_for_new_ones() {
    tests --compiler gcc -R good
    echo "broken" >"$tree/CMakeLists.txt"
    observe "$tree/scripts/test.sh" --compiler gcc
    [ "$status" != 0 ] || fail "it succeeded"
    [ ! -e "$tree/build-test/totals" ] || fail "the totals of the earlier run are still there"
}

case_an_option_without_its_value_is_bad_usage() {
    tests --compiler
    expect_status 2
}

case_a_failing_set_up_ends_it() {
    export BAD_SETUP=1
    tests -R good
    expect_status 1
    [ ! -d "$tree/build-test" ] || fail "it built all the same"
}

run_case "$@"
