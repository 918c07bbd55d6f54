#!/usr/bin/env bash
# scripts/kernels.sh with an apt, a dpkg and a qemu that are made up: nothing is fetched, nothing is booted. And
# scripts/kernels/table.py on results that are made up.
# shellcheck source=tests/scripts/cases.sh disable=SC2016 # programs are quoted
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

tree=$scratch/tree
out=$scratch/out

# A tree in which everything works; BAD_... in the environment make one thing in it fail.
make_tree() {
    mkdir -p "$tree/scripts/kernels" "$tree/programs"
    cp "$root/scripts/kernels.sh" "$root/scripts/find_program.sh" "$tree/scripts/"
    cp "$root"/scripts/kernels/* "$tree/scripts/kernels/"
    program "$tree/scripts" setup.sh <<<'exit ${BAD_SETUP:-0}'
    program "$tree/programs" pollbench <<<""
    program "$tree/programs" pollbench-conformance <<'END'
case $*:$2 in
--pairs:*) printf '%s\n' "poll a" "poll b" "not_built a" ;;
--list\ *:poll | --list\ *:select) echo a && echo b ;;
--list:*) echo a && echo b ;;
*) exit 2 ;;
esac
END
    program "$scratch/path" ldd <<<""
    program "$scratch/path" busybox <<<""
    program "$scratch/path" cpio <<<"cat >/dev/null; cp settings $scratch/settings; echo archive"
    program "$scratch/path" apt-cache <<<"echo linux-image-6.1.0-9-amd64; echo linux-image-6.1.0-10-amd64
        echo linux-image-6.1.0-11-cloud-amd64; echo linux-image-6.1.0-12-rt-amd64"
    program "$scratch/path" apt-get <<<'[ -z "${BAD_FETCH-}" ] && [ "$3" = download ] && : >"$4_1.deb"'
    program "$scratch/path" dpkg <<<'mkdir -p "$3/boot" && : >"$3/boot/vmlinuz-of-$(basename "$2" _1.deb)"'
    program "$scratch/path" qemu-system-x86_64 <<'END'
while [ $# -gt 0 ]; do
    [ "$1" != -serial ] || files+=("${2#file:}")
    [ "$1" != -kernel ] || kernel=$2
    shift
done
echo "it is up: $kernel" >"${files[0]}"
cd "$(dirname "$0")/../handed_over"
tar -c list.json release check.*.json >"${files[1]}"
[ -z "${BAD_HANG-}" ] || { echo $$ >../qemu && exec sleep 60; }
[ -z "${BAD_CUT-}" ] || { tar -c release | head -c 700 >>"${files[1]}" && exit; }
tar -c done >>"${files[1]}"
END
    results "$scratch/handed_over" 6.1.0-10-amd64
}

# What a kernel hands over: poll passes, and +direct is not there.
results() { # FOLDER RELEASE [STATUS-OF-POLL [REASON]]
    mkdir -p "$1"
    : >"$1/done"
    echo "$2" >"$1/release"
    subjects "$1" false '["MULTISHOT"]'
    cat >"$1/check.poll.json" <<END
{"cases": [{"case": "same", "backend": "poll", "status": "ok", "reason": ""},
           {"case": "other", "backend": "poll", "status": "${3:-ok}", "reason": "${4-}"}]}
END
    cat >"$1/check.direct.json" <<END
{"cases": [{"case": "same", "backend": "+direct", "status": "skip", "reason": "refused"}]}
END
    printf '%s\n' counter,subject,per_operation accepts,poll,1.0 waits,poll,0.50 >"$1/counters.csv"
}

subjects() { # FOLDER DIRECT-AVAILABLE DIRECT-GRANTED
    cat >"$1/list.json" <<END
{"subjects": [{"name": "poll", "available": true, "asked": [], "granted": [], "reason": ""},
              {"name": "+direct", "available": $2, "asked": ["MULTISHOT", "DIRECT"], "granted": $3, "reason": ""}]}
END
}

kernels() { observe env PATH="$scratch/path:$PATH" "$tree/scripts/kernels.sh" --out "$out" --programs "$tree/programs" "$@"; }

table() {
    mkdir -p "$out"
    observe "$root/scripts/find_program.sh" python3 "$root/scripts/kernels/table.py" --out "$out" "$@"
}

no_scratch_left() { expect_same "what is left" "" "$(find "$tree/build-kernels" -name 'scratch.*')"; }

case_the_newest_kernel_of_the_version_is_booted_with_all_that_was_built() {
    make_tree
    kernels 6.1
    expect_status 0
    expect_same "the console" "it is up: $tree/build-kernels/packages/linux-image-6.1.0-10-amd64/boot/vmlinuz-of-linux-image-6.1.0-10-amd64" \
        "$(cat "$out/6.1/console")"
    expect_same "the backends" 'backends="poll"' "$(head -n 1 "$scratch/settings")"
    expect_output "| what | subject | 6.1.0-10-amd64 |"
    no_scratch_left
}

case_rt_is_a_kernel_of_its_own() {
    make_tree
    kernels 6.1-rt
    expect_status 0
    [[ $(cat "$out/6.1-rt/console") == *linux-image-6.1.0-12-rt-amd64 ]] || fail "another kernel was booted"
}

case_what_is_not_a_version_is_refused() {
    make_tree
    for word in 6 6.1x 6.1-fast "6.1 quiet" newest; do
        kernels "$word"
        expect_status 2
        expect_output "'$word' is no version: they look like 6.1 or 6.12-rt"
    done
}

case_unknown_backends_cases_and_numbers_are_refused_before_anything_boots() {
    make_tree
    kernels --backends poll,pol 6.1
    expect_status 2
    expect_output "there is no backend 'pol'"
    kernels --case a,aa 6.1
    expect_status 2
    expect_output "there is no case 'aa'"
    kernels --limit soon 6.1
    expect_status 2
    kernels --jobs 0 6.1
    expect_status 2
    [ ! -e "$out/6.1" ] || fail "a kernel was booted"
}

case_a_version_that_apt_does_not_have_is_a_failure_and_the_others_are_still_checked() {
    make_tree
    kernels 9.9 6.1
    expect_status 3
    expect_output "apt has no kernel of version 9.9"
    expect_output "| what | subject | 6.1.0-10-amd64 |"
    kernels 9.9
    expect_status 3
}

case_of_the_versions_that_nobody_named_one_may_be_missing() {
    make_tree
    kernels
    expect_status 0
    expect_output "apt has no kernel of version 6.12"
}

case_a_kernel_that_cannot_be_fetched_is_a_failure() {
    make_tree
    export BAD_FETCH=yes
    kernels 6.1
    expect_status 3
    expect_output "linux-image-6.1.0-10-amd64 cannot be fetched"
    no_scratch_left
}

case_without_what_it_takes_it_says_so() {
    make_tree
    export BAD_SETUP=1
    kernels 6.1
    expect_status 3
    expect_output "something that is needed is missing"
}

case_a_guest_that_hangs_is_ended_and_said_and_what_it_found_stays() {
    local sleep
    make_tree
    export BAD_HANG=yes
    sleep=$(type -P sleep)
    # However slow this machine is, the time is not over before qemu has handed something over.
    program "$scratch/path" sleep <<END
until [ "\$1" = 60 ] || [ -s $scratch/qemu ]; do $sleep 0.1; done
exec $sleep "\$1"
END
    kernels --limit 2 6.1
    expect_status 3
    expect_output "it was not over after 2 s; the last lines of $out/6.1/console:"
    expect_output "it is up"
    expect_no_output "Killed"
    [ -e "$out/6.1/check.poll.json" ] || fail "what it found is lost"
    ! kill -0 "$(cat "$scratch/qemu")" 2>/dev/null || fail "qemu still runs"
    no_scratch_left
}

case_output_that_is_cut_off_is_not_taken_for_the_whole() {
    make_tree
    export BAD_CUT=yes
    kernels 6.1
    expect_status 3
    expect_output "what it handed over is cut off"
}

case_an_interrupt_ends_qemu_and_leaves_nothing() {
    local kernels
    make_tree
    export BAD_HANG=yes
    # Job control, because what bash starts in the background without it ignores the interrupt.
    set -m
    env PATH="$scratch/path:$PATH" "$tree/scripts/kernels.sh" --out "$out" --programs "$tree/programs" 6.1 \
        >"$scratch/said" 2>&1 &
    kernels=$!
    set +m
    until [ -s "$scratch/qemu" ]; do
        kill -0 $kernels 2>/dev/null || fail "it ended by itself: $(cat "$scratch/said")"
        sleep 0.1
    done
    kill -INT $kernels
    status=0
    wait $kernels || status=$?
    expect_status 130
    grep -q interrupted "$scratch/said" || fail "it does not say so"
    ! kill -0 "$(cat "$scratch/qemu")" 2>/dev/null || fail "qemu still runs"
    no_scratch_left
}

case_the_backends_that_are_required_are_told_to_the_kernel() {
    make_tree
    export REQUIRE_BACKENDS="poll select"
    kernels 6.1
    expect_same "the last setting" 'export REQUIRE_BACKENDS="poll select"' "$(tail -n 1 "$scratch/settings")"
}

case_a_failure_on_a_backend_that_is_refused_is_no_less_a_failure() {
    results "$scratch/one" 6.1
    sed -i 's/"skip"/"FAIL"/' "$scratch/one/check.direct.json"
    table "$scratch/one"
    expect_status 1
    expect_output "- same (+direct) on 6.1: refused"
}

case_a_case_that_fails_is_exit_status_1() {
    make_tree
    results "$scratch/handed_over" 6.1.0-10-amd64 FAIL "lost a byte"
    kernels 6.1
    expect_status 1
    expect_output "- other (poll) on 6.1.0-10-amd64: lost a byte"
}

case_only_what_differs_is_in_the_table() {
    results "$scratch/one" 6.1
    results "$scratch/two" 6.12 skip "no such call"
    subjects "$scratch/two" true '["DIRECT", "MULTISHOT"]'
    sed -i 's/waits,poll,0.50/waits,poll,0.90/; s/accepts,poll,1.0/accepts,poll,1.05/' "$scratch/two/counters.csv"
    table "$scratch/one" "$scratch/two"
    expect_status 0
    expect_same "the table" "| what | subject | 6.1 | 6.12 |
| --- | --- | --- | --- |
| available | +direct | no: DIRECT | yes |
| case: other | poll | ok | skip: no such call |
| for an accept: waits | poll | 0.5 | 0.9 |

3 of 7 rows; the others are the same on all of them, and no case failed in them." "$output"
    expect_same "the file for people" "$output" "$(cat "$out/table.md")"
    expect_same "the file for programs" $'kind\tsubject\twhich\t6.1\t6.12
available\t+direct\t\tno: DIRECT\tyes
case\tpoll\tother\tok\tskip: no such call
for an accept\tpoll\twaits\t0.5\t0.9' "$(cat "$out/table.tsv")"
}

case_a_case_that_fails_on_every_kernel_is_in_the_table() {
    results "$scratch/one" 6.1 FAIL "lost a byte"
    results "$scratch/two" 6.12 FAIL "lost two"
    table "$scratch/one" "$scratch/two"
    expect_status 1
    expect_output "| case: other | poll | FAIL | FAIL |"
    expect_output "- other (poll) on 6.12: lost two"
}

case_a_case_that_is_known_to_be_slow_is_listed_with_the_reason_and_is_no_failure() {
    cp -r "$root/scripts/kernels" "$scratch/scripts"
    printf '# comment\nother\tpoll\tIt counts to a million.\n' >"$scratch/scripts/slow_cases.tsv"
    results "$scratch/one" 6.1 FAIL "not over after 300 s"
    mkdir -p "$out"
    observe "$root/scripts/find_program.sh" python3 "$scratch/scripts/table.py" --out "$out" "$scratch/one"
    expect_status 0
    expect_output "Failed for no other reason than that emulation is slow:"
    expect_output "- other (poll) on 6.1: not over after 300 s. It counts to a million."
    printf 'other\tselect\tIt counts to a million.\n' >"$scratch/scripts/slow_cases.tsv"
    observe "$root/scripts/find_program.sh" python3 "$scratch/scripts/table.py" --out "$out" "$scratch/one"
    expect_status 1
}

case_every_case_that_is_called_slow_exists() {
    local name backend reason
    while IFS=$'\t' read -r name backend reason; do
        [[ -n $name && $name != \#* ]] || continue
        [[ -n $backend && -n $reason ]] || fail "$name has no backend or no reason"
        grep -qF "CASE($name, " "$root/tests/conformance/cases.def" || fail "there is no case $name"
    done <"$root/scripts/kernels/slow_cases.tsv"
}

case_results_that_are_cut_are_said_and_nothing_is_guessed() {
    results "$scratch/one" 6.1
    head -c 60 "$scratch/one/check.poll.json" >"$scratch/cut" && mv "$scratch/cut" "$scratch/one/check.poll.json"
    table "$scratch/one"
    expect_status 3
    expect_output "what a kernel handed over cannot be read"
    rm "$scratch/one"/check.*
    table "$scratch/one"
    expect_status 3
}

run_case "$@"
