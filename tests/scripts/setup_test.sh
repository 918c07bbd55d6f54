#!/usr/bin/env bash
# setup.sh on pretended systems: PATH holds nothing but a few programs and made-up package managers, which
# write down how they were called and "install" by adding programs to PATH.
# shellcheck source=tests/scripts/cases.sh disable=SC2016 # programs are quoted
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

path=$scratch/path
first=$scratch/first   # what the user has put before it on the PATH
log=$scratch/log       # one line per call of a package manager, sudo or mount
modules=$scratch/there # what the pretended pkg-config and compiler know

link() { # PROGRAM...: those of this machine that setup.sh itself uses
    local name
    for name in "$@"; do
        ln -s "$(type -P "$name")" "$path/$name"
    done
}

# A system called UNAME, of user number UID, with its package MANAGER.
system() { # UNAME UID [MANAGER]
    mkdir -p "$path" && : >"$log" && : >"$modules"
    link bash cat dirname env grep ln mktemp rm sed tee true
    program "$path" uname <<<"echo $1"
    program "$path" id <<<"echo $2"
    program "$path" mount <<<"exit 1"
    program "$path" pkg-config-model <<<"grep -qx \"library:\$2\" $modules"
    program "$path" compiler-model <<END
[ "\$1" != --version ] || exit 0
read -r _ name
grep -qxF "header:\$name" $modules
END
    program "$path" python-model <<END
[[ "\$2" != *jsonschema* ]] || grep -qx module:jsonschema $modules
END
    program "$path" clang-model <<END
[ "\$1" = -print-resource-dir ] || exit 0
echo $scratch/resources
END
    [ $# -lt 3 ] || manager "$3"
}

# What it is asked to install becomes there, if it is one of the packages known here.
manager() { # NAME
    program "$path" "$1" <<END
echo "$1 \$*" >>$log
for word in "\$@"; do
    case \$word in
    -s) exit 0 ;;
    libjansson-dev | jansson-devel | jansson) echo library:jansson >>$modules ;;
    liburing-dev | liburing-devel | liburing) echo library:liburing >>$modules ;;
    libssl-dev | openssl-devel | openssl | openssl@3) echo library:libcrypto >>$modules ;;
    libuv1-dev | libuv-devel | libuv) echo library:libuv >>$modules ;;
    libevent-dev | libevent-devel | libevent) echo library:libevent_core >>$modules ;;
    libev-dev | libev-devel | libev) echo "header:<ev.h>" >>$modules ;;
    libhttp-parser-dev) echo "header:<http_parser.h>" >>$modules ;;
    llhttp-devel | llhttp) echo "header:<llhttp.h>" >>$modules ;;
    libc6-dev | glibc-devel | glibc) echo "header:<stdio.h>" >>$modules ;;
    gcc) ln -sf $path/compiler-model $path/gcc ;;
    pkg-config | pkgconf*) ln -sf $path/pkg-config-model $path/pkg-config ;;
    gnuplot*) ln -sf $path/true $path/gnuplot ;;
    python3) ln -sf $path/python-model $path/python3 ;;
    python3-jsonschema) ln -sf $path/python-model $path/python3 && echo module:jsonschema >>$modules ;;
    nodejs) ln -sf $path/true $path/node ;;
    chromium) ln -sf $path/true $path/chromium ;;
    clang) ln -sf $path/clang-model $path/clang ;;
    libclang-rt-dev) : >$scratch/resources/lib/linux/libclang_rt.asan.a ;;
    cmake | make | git) ln -sf $path/true $path/\$word ;;
    esac
done
END
}

have_all_but() { # PROGRAM, library: or header: of the set bench
    local name
    for name in cmake make git gnuplot; do
        [ "$name" = "$1" ] || ln -s "$path/true" "$path/$name"
    done
    ln -s "$path/compiler-model" "$path/gcc"
    ln -s "$path/pkg-config-model" "$path/pkg-config"
    printf '%s\n' library:{jansson,liburing,libcrypto,libuv,libevent_core} 'header:<ev.h>' 'header:<stdio.h>' 'header:<http_parser.h>' |
        grep -vxF "$1" >"$modules"
}

# What every case of the set test has, whatever it is about: all that needs no choice.
have_everything() {
    local name
    have_all_but nothing
    for name in ip curl wrk valgrind unshare node chromium; do
        ln -s "$path/true" "$path/$name"
    done
    ln -s "$path/python-model" "$path/python3"
    ln -s "$path/clang-model" "$path/clang"
    program "$path" clang-format <<<"echo version 14.0.6"
    mkdir -p "$scratch/resources/lib/linux" && : >"$scratch/resources/lib/linux/libclang_rt.asan.a"
    printf '%s\n' library:cmocka module:jsonschema >>"$modules"
}

# COMMAND on that system: what the environment of this test names is not part of it.
there() {
    local overrides=(-u CC -u NODE -u POLLBENCH_PYTHON -u POLLBENCH_CHROMIUM -u POLLBENCH_GNUPLOT)
    env "${overrides[@]}" PATH="$first:$path" "$(command -v bash)" "$@"
}

setup() { observe there "$root/scripts/setup.sh" "$@"; }

# The program that setup.sh has looked at, and that everything else starts.
used() { there "$root/scripts/find_program.sh" "$@"; }

installs() { grep -vE -- ' -s | update' "$log" || true; }

case_with_everything_there_no_package_manager_is_called() {
    system Linux 0 apt-get
    have_all_but nothing
    setup bench
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
}

case_only_what_is_missing_is_installed() {
    system Linux 0 apt-get
    have_all_but gnuplot
    setup bench
    expect_status 0
    expect_same "the last words of the installation" "--no-install-recommends gnuplot-nox" \
        "$(installs | grep -o -- '--no-install-recommends.*')"
}

case_a_missing_library_is_installed() {
    system Linux 0 apt-get
    have_all_but library:jansson
    setup bench
    expect_status 0
    expect_same "the number of installations" 1 "$(installs | wc -l | tr -d ' ')"
    [[ $(installs) == *"recommends libjansson-dev" ]] || fail "libjansson-dev was not installed"
}

case_either_parser_will_do() {
    system Linux 0 apt-get
    have_all_but 'header:<http_parser.h>'
    echo 'header:<llhttp.h>' >>"$modules"
    setup bench
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
}

case_a_missing_header_is_installed() {
    system Linux 0 apt-get
    have_all_but 'header:<http_parser.h>'
    setup bench
    expect_status 0
    [[ $(installs) == *"recommends libhttp-parser-dev" ]] || fail "called: $(installs)"
}

case_a_useful_package_that_does_not_exist_keeps_no_other_away() {
    system Linux 0 apt-get
    have_all_but library:jansson
    rm "$path/git"
    mv "$path/apt-get" "$path/apt-get-model"
    printf '#!/usr/bin/env bash\n[[ "$*" != *libuv1-dev* ]] || exit 100\nexec apt-get-model "$@"\n' >"$path/apt-get"
    chmod +x "$path/apt-get"
    sed -i.old /libuv/d "$modules"
    setup bench
    expect_status 0
    expect_output "going on without libuv1-dev"
    expect_no_output "without libuv1-dev git"
}

case_a_bare_system_gets_the_whole_set() {
    system Linux 0 apt-get
    setup bench
    expect_status 0
    for package in gcc libc6-dev cmake make pkg-config libjansson-dev liburing-dev libssl-dev libuv1-dev \
        libevent-dev libev-dev libhttp-parser-dev gnuplot-nox git; do
        [[ " $(installs) " == *" $package "* ]] || fail "$package was not installed"
    done
    [[ $(installs) != *cmocka* ]] || fail "the set bench installed something of the set test"
}

case_the_lists_are_fetched_only_when_they_lack_a_package() {
    system Linux 0 apt-get
    have_all_but gnuplot
    setup bench
    ! grep -q update "$log" || fail "apt-get update though the lists knew every package"
    rm "$path/gnuplot"
    sed -i.old 's/-s) exit 0/-s) exit 100/' "$path/apt-get"
    setup bench
    expect_status 0
    grep -q update "$log" || fail "no apt-get update though the lists lacked a package"
}

case_without_root_the_command_is_printed_and_nothing_is_installed() {
    system Linux 1000 apt-get
    have_all_but gnuplot
    setup bench
    expect_status 1
    expect_output "as root:"
    expect_output "apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends gnuplot-nox"
    expect_same "the installations" "" "$(installs)"
}

case_without_root_the_printed_command_works_when_root_runs_it() {
    system Linux 1000 apt-get
    setup bench
    expect_status 1
    command=$(sed -n 's/^    //p' <<<"$output")
    observe there -c "$command"
    setup bench
    expect_status 0
}

case_without_root_nothing_missing_is_no_error() {
    system Linux 1000 apt-get
    have_all_but nothing
    setup bench
    expect_status 0
    expect_same "what is printed" "" "$output"
}

case_without_root_something_merely_useful_missing_is_no_error() {
    system Linux 1000 apt-get
    have_all_but git
    setup bench
    expect_status 0
    expect_output "going on without git"
}

case_a_sudo_without_password_is_used() {
    system Linux 1000 apt-get
    have_all_but gnuplot
    program "$path" sudo <<<"echo \"sudo \$*\" >>$log; shift; exec \"\$@\""
    setup bench
    expect_status 0
    grep -q '^sudo -n env DEBIAN_FRONTEND=noninteractive apt-get' "$log" || fail "sudo was not used"
}

case_a_sudo_that_asks_for_a_password_is_not_used() {
    system Linux 1000 apt-get
    have_all_but gnuplot
    program "$path" sudo <<<"exit 1"
    setup bench
    expect_status 1
    expect_output "    sudo env DEBIAN_FRONTEND"
    expect_same "the installations" "" "$(installs)"
}

case_a_network_that_is_down_is_said() {
    system Linux 0 apt-get
    have_all_but gnuplot
    program "$path" apt-get <<'END'
for word in "$@"; do [ "$word" != -s ] || exit 0; done
echo "E: Failed to fetch http://deb.debian.org/x.deb  Could not resolve 'deb.debian.org'"
exit 100
END
    setup bench
    expect_status 1
    expect_output "the network or its proxy is down"
    expect_output "nothing works without: gnuplot-nox"
}

case_an_installation_that_changes_nothing_is_an_error() {
    system Linux 0 apt-get
    have_all_but gnuplot
    program "$path" apt-get <<<"exit 0"
    setup bench
    expect_status 1
    expect_output "still missing, and nothing works without: gnuplot-nox"
}

case_a_dry_run_installs_nothing() {
    system Linux 0 apt-get
    setup bench --dry-run
    expect_status 1
    expect_output "libjansson-dev"
    expect_same "the installations" "" "$(installs)"
}

case_cross_compilers_are_asked_for_only_where_they_are_meant() {
    system Linux 0 apt-get
    have_all_but nothing
    setup cross --dry-run
    expect_status 1
    for package in gcc-i686-linux-gnu gcc-aarch64-linux-gnu gcc-s390x-linux-gnu musl-tools qemu-user npm; do
        expect_output " $package"
    done
    setup bench --dry-run
    expect_status 0
}

case_fedora_gets_its_own_names() {
    system Linux 0 dnf
    setup bench
    expect_status 0
    [[ $(installs) == "dnf install -y gcc "*" pkgconf-pkg-config jansson-devel liburing-devel openssl-devel libuv-devel libevent-devel libev-devel llhttp-devel gnuplot git" ]] ||
        fail "called: $(installs)"
}

case_arch_gets_its_own_names() {
    system Linux 0 pacman
    setup bench
    expect_status 0
    [[ $(installs) == *"pacman -S --noconfirm --needed gcc "*" pkgconf jansson liburing openssl libuv libevent libev llhttp gnuplot git" ]] ||
        fail "called: $(installs)"
}

case_macos_gets_its_own_names_and_needs_no_root() {
    system Darwin 501 brew
    setup bench
    expect_status 0
    expect_same "the call" "brew install cmake pkgconf jansson openssl@3 libuv libevent libev llhttp gnuplot git" "$(installs)"
}

case_freebsd_gets_its_own_names() {
    system FreeBSD 0 pkg
    setup bench
    expect_status 0
    expect_same "the call" "pkg install -y cmake pkgconf jansson libuv libevent libev llhttp gnuplot git" "$(installs)"
}

case_a_system_without_a_known_manager_is_told_what_is_missing() {
    system Plan9 0
    setup bench
    expect_status 1
    expect_output "no package manager known here"
    expect_output "libjansson-dev"
}

case_an_unknown_set_is_bad_usage() {
    system Linux 0 apt-get
    setup bunch
    expect_status 2
    expect_output "unknown argument 'bunch'"
    expect_same "the log of calls" "" "$(cat "$log")"
}

case_root_gets_tracefs_mounted() {
    [ "$(uname -s)-$(id -u)" = Linux-0 ] || skip "needs root on Linux"
    [ -d /sys/kernel/tracing ] || skip "this kernel has no tracefs"
    unshare --mount true 2>/dev/null || skip "may not make a mount namespace"
    program "$scratch" hidden <<END
umount /sys/kernel/tracing 2>/dev/null
[ ! -d /sys/kernel/tracing/events ] || exit 77
mount -t tracefs nodev $scratch/there 2>/dev/null || exit 77
$root/scripts/setup.sh bench && [ -d /sys/kernel/tracing/events ]
END
    mkdir "$scratch/there"
    observe unshare --mount "$scratch/hidden"
    [ "$status" != 77 ] || skip "may not mount tracefs"
    expect_status 0
    expect_output "mounted tracefs on /sys/kernel/tracing"
}

case_a_system_with_everything_gets_nothing_of_the_set_test() {
    system Linux 0 apt-get
    have_everything
    setup test
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
}

case_a_python_without_the_module_stands_before_one_that_has_it() {
    system Linux 0 apt-get
    have_everything
    program "$first" python3 <<<'[[ "$2" != *jsonschema* ]]'
    setup test
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
    expect_same "the interpreter" "$path/python3" "$(used python3)"
}

case_a_python_with_the_module_stands_before_one_without_it() {
    system Linux 0 apt-get
    have_everything
    sed -i.old /module/d "$modules"
    program "$first" python3 <<<'exit 0'
    setup test
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
    expect_same "the interpreter" "$first/python3" "$(used python3)"
}

case_where_no_python_has_the_module_the_one_that_gets_it_is_used() {
    system Linux 0 apt-get
    have_everything
    sed -i.old /module/d "$modules"
    program "$first" python3 <<<'[[ "$2" != *jsonschema* ]]'
    expect_same "the interpreter before" "$first/python3" "$(used python3)"
    setup test
    expect_status 0
    [[ $(installs) == *"recommends python3-jsonschema" ]] || fail "called: $(installs)"
    expect_same "the interpreter" "$path/python3" "$(used python3)"
}

case_a_system_that_cannot_get_the_module_is_not_ready_for_the_tests() {
    system Linux 1000 apt-get
    have_everything
    sed -i.old /module/d "$modules"
    setup test
    expect_status 1
    expect_output "nothing works without: python3-jsonschema"
}

case_a_shim_is_replaced_by_what_it_starts() {
    system Linux 0 apt-get
    have_everything
    program "$scratch/versions/3.11" python3 <<<'exit 0'
    program "$first" python3 <<<"echo $scratch/versions/3.11/python3"
    program "$first" node <<<"echo $scratch/versions/20/node"
    program "$scratch/versions/20" node <<<'exit 0'
    expect_same "the interpreter" "$scratch/versions/3.11/python3" "$(used python3)"
    expect_same "Node.js" "$scratch/versions/20/node" "$(used node)"
}

case_the_interpreter_that_the_environment_names_is_the_one_looked_at() {
    system Linux 1000 apt-get
    have_everything
    program "$first" other-python <<<'[[ "$2" != *jsonschema* ]]'
    observe env -u CC PATH="$path" POLLBENCH_PYTHON="$first/other-python" "$path/bash" "$root/scripts/setup.sh" test
    expect_status 1
    expect_output "nothing works without: python3-jsonschema"
}

# Of two programs of that name the first is broken: NAME is what find_program.sh calls it.
broken_before_whole() { # NAME [PROGRAM]
    system Linux 0 apt-get
    have_everything
    program "$first" "${2-$1}" <<<'exit 127'
    setup test
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
    [[ $(used "$1") == "$path/"* ]] || fail "$(used "$1") is used"
}

# And where it is the only one, the package brings another.
broken_and_alone() { # NAME PACKAGE [PROGRAM]
    system Linux 0 apt-get
    have_everything
    program "$first" "${3-$1}" <<<'exit 127'
    rm "$path/${3-$1}"
    setup test
    expect_status 0
    [[ $(installs) == *"recommends $2" ]] || fail "called: $(installs)"
    [[ $(used "$1") == "$path/"* ]] || fail "$(used "$1") is used"
}

case_a_broken_node_before_a_whole_one_is_passed_over() { broken_before_whole node; }
case_a_broken_node_alone_gets_another_installed() { broken_and_alone node nodejs; }
case_a_broken_chromium_before_a_whole_one_is_passed_over() { broken_before_whole chromium; }
case_a_broken_chromium_alone_gets_another_installed() { broken_and_alone chromium chromium; }
case_a_broken_gnuplot_before_a_whole_one_is_passed_over() { broken_before_whole gnuplot; }
case_a_broken_gnuplot_alone_gets_another_installed() { broken_and_alone gnuplot gnuplot-nox; }
case_a_broken_compiler_before_a_whole_one_is_passed_over() { broken_before_whole cc gcc; }
case_a_broken_gcc_alone_gets_another_installed() { broken_and_alone gcc gcc; }
case_a_broken_clang_before_a_whole_one_is_passed_over() { broken_before_whole clang; }

case_another_clang_format_before_the_one_that_is_meant_is_passed_over() {
    system Linux 0 apt-get
    have_everything
    program "$first" clang-format <<<"echo version 17.0.1"
    expect_same "clang-format" "$path/clang-format" "$(used clang-format)"
}

case_a_clang_without_a_sanitizer_gets_it_installed() {
    system Linux 0 apt-get
    have_everything
    rm "$scratch"/resources/lib/linux/*
    setup test
    expect_status 0
    [[ $(installs) == *"recommends libclang-rt-dev" ]] || fail "called: $(installs)"
}

case_google_chrome_is_a_chromium() {
    system Linux 0 apt-get
    have_everything
    mv "$path/chromium" "$path/google-chrome"
    setup test
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
    expect_same "the browser" "$path/google-chrome" "$(used chromium)"
}

case_a_gnuplot_without_png_before_one_that_has_it_is_passed_over() {
    system Linux 0 apt-get
    have_everything
    program "$first" gnuplot <<<'[[ "$*" != *pngcairo* ]]'
    setup bench
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
    expect_same "the gnuplot" "$path/gnuplot" "$(used gnuplot)"
}

case_a_clang_without_a_sanitizer_before_one_that_has_it_is_passed_over() {
    system Linux 0 apt-get
    have_everything
    program "$first" clang <<<"echo $scratch/nowhere"
    setup test
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
    expect_same "the compiler" "$path/clang" "$(used clang)"
}

case_a_compiler_without_a_c_library_before_one_that_has_it_is_passed_over() {
    system Linux 0 apt-get
    have_everything
    program "$first" cc <<<'[ "$1" = --version ]'
    setup bench
    expect_status 0
    expect_same "the log of calls" "" "$(cat "$log")"
    expect_same "the compiler" "$path/gcc" "$(used cc)"
}

run_case "$@"
