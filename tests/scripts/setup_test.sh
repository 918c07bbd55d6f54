#!/usr/bin/env bash
# setup.sh on pretended systems: PATH holds nothing but a few programs and made-up package managers, which
# write down how they were called and "install" by adding programs to PATH.
# shellcheck source=tests/scripts/cases.sh
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

path=$scratch/path
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
    link bash cat env grep ln mktemp rm sed tee true
    program "$path" uname <<<"echo $1"
    program "$path" id <<<"echo $2"
    program "$path" mount <<<"exit 1"
    program "$path" pkg-config-model <<<"grep -qx \"library:\$2\" $modules"
    program "$path" compiler-model <<<"read -r _ name; grep -qxF \"header:\$name\" $modules"
    program "$path" python3 <<<"exit 1"
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
    libhttp-parser-dev) echo "header:<http_parser.h>" >>$modules ;;
    llhttp-devel | llhttp) echo "header:<llhttp.h>" >>$modules ;;
    libc6-dev | glibc-devel | glibc) echo "header:<stdio.h>" >>$modules ;;
    gcc) ln -sf $path/compiler-model $path/gcc ;;
    pkg-config | pkgconf*) ln -sf $path/pkg-config-model $path/pkg-config ;;
    gnuplot*) ln -sf $path/true $path/gnuplot ;;
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
    printf '%s\n' library:{jansson,liburing,libcrypto,libuv} 'header:<stdio.h>' 'header:<http_parser.h>' |
        grep -vxF "$1" >"$modules"
}

setup() { observe env PATH="$path" "$(command -v bash)" "$root/scripts/setup.sh" "$@"; }

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
        libhttp-parser-dev gnuplot-nox git; do
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
    observe env PATH="$path" "$(command -v bash)" -c "$command"
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

case_fedora_gets_its_own_names() {
    system Linux 0 dnf
    setup bench
    expect_status 0
    [[ $(installs) == "dnf install -y gcc "*" pkgconf-pkg-config jansson-devel liburing-devel openssl-devel libuv-devel llhttp-devel gnuplot git" ]] ||
        fail "called: $(installs)"
}

case_arch_gets_its_own_names() {
    system Linux 0 pacman
    setup bench
    expect_status 0
    [[ $(installs) == *"pacman -S --noconfirm --needed gcc "*" pkgconf jansson liburing openssl libuv llhttp gnuplot git" ]] ||
        fail "called: $(installs)"
}

case_macos_gets_its_own_names_and_needs_no_root() {
    system Darwin 501 brew
    setup bench
    expect_status 0
    expect_same "the call" "brew install cmake pkgconf jansson openssl@3 libuv llhttp gnuplot git" "$(installs)"
}

case_freebsd_gets_its_own_names() {
    system FreeBSD 0 pkg
    setup bench
    expect_status 0
    expect_same "the call" "pkg install -y cmake pkgconf jansson libuv llhttp gnuplot git" "$(installs)"
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

run_case "$@"
