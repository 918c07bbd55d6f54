#!/usr/bin/env bash
# Installs what is missing and nothing else. See usage() below.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec >&2 # standard output belongs to the script that called this one

usage() {
    cat <<'END'
usage: scripts/setup.sh [bench|test|kernels|cross] [--dry-run]
  bench      what building and running pollbench takes
  test       that, and what its tests and .ci/run take (the default)
  kernels    what bench takes, and what scripts/kernels.sh does (Debian and Ubuntu)
  cross      what bench takes, and what scripts/cross.sh does (Debian and Ubuntu)
  --dry-run  print the command that would install what is missing, and do nothing
Without root or a sudo that asks for no password, the command is printed and nothing is done.
Exit status: 0 everything needed is there, 1 something needed is missing, 2 bad usage.
END
}

# One need per line: its set, whether something fails without it (needed) or is left out (useful: a test
# skips), how to see that it is there, and its package in each system ("-": comes with the system, or not for
# it). Where two programs of a name can be on the PATH, "program" asks for the one that everything here uses.
needs() {
    cat <<'END'
# set level  check                         apt                dnf                pacman            brew         pkg                 pkgin
bench needed command:cc,gcc,clang          gcc                gcc                gcc               -            -                   gcc
bench needed program:cc                    libc6-dev          glibc-devel        glibc             -            -                   -
bench needed command:cmake                 cmake              cmake              cmake             cmake        cmake               cmake
bench needed command:make,ninja            make               make               make              -            -                   -
bench needed command:pkg-config            pkg-config         pkgconf-pkg-config pkgconf           pkgconf      pkgconf             pkgconf
bench needed library:jansson               libjansson-dev     jansson-devel      jansson           jansson      jansson             jansson
bench useful library:liburing              liburing-dev       liburing-devel     liburing          -            -                   -
bench needed library:libcrypto             libssl-dev         openssl-devel      openssl           openssl@3    -                   -
bench useful library:libuv                 libuv1-dev         libuv-devel        libuv             libuv        libuv               libuv
bench useful library:libevent_core         libevent-dev       libevent-devel     libevent          libevent     libevent            libevent
bench useful header:ev.h,libev/ev.h        libev-dev          libev-devel        libev             libev        libev               libev
bench useful header:llhttp.h,http_parser.h libhttp-parser-dev llhttp-devel       llhttp            llhttp       llhttp              http-parser
bench needed program:gnuplot               gnuplot-nox        gnuplot            gnuplot           gnuplot      gnuplot             gnuplot
bench useful command:git                   git                git                git               git          git                 git
test  needed library:cmocka                libcmocka-dev      libcmocka-devel    cmocka            cmocka       cmocka              cmocka
test  needed program:gcc                   gcc                gcc                gcc               -            -                   gcc
test  needed command:clang                 clang              clang              clang             -            -                   clang
test  needed program:clang                 libclang-rt-dev    compiler-rt        compiler-rt       -            -                   -
test  useful command:clang-format-14,clang-format clang-format      clang-tools-extra  clang             clang-format -                   -
test  needed command:python3               python3            python3            python            -            python3             -
test  needed program:python3               python3-jsonschema python3-jsonschema python-jsonschema -            devel/py-jsonschema -
test  useful command:ip,ifconfig           iproute2           iproute            iproute2          -            -                   -
test  useful command:curl                  curl               curl               curl              -            curl                curl
test  useful command:wrk                   wrk                -                  wrk               wrk          wrk                 -
test  useful program:chromium              chromium           chromium           chromium          -            chromium            chromium
test  useful program:node                  nodejs             nodejs             nodejs            node         node                nodejs
test  useful command:valgrind              valgrind           valgrind           valgrind          -            valgrind            -
kernels needed library:cmocka              libcmocka-dev      -                  -                 -            -                   -
kernels needed command:qemu-system-x86_64  qemu-system-x86    -                  -                 -            -                   -
kernels needed command:busybox             busybox-static     -                  -                 -            -                   -
kernels needed command:cpio                cpio               -                  -                 -            -                   -
kernels needed command:python3             python3            -                  -                 -            -                   -
kernels needed command:apt-get             apt                -                  -                 -            -                   -
cross needed command:i686-linux-gnu-gcc    gcc-i686-linux-gnu -                  -                 -            -                   -
cross needed command:aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu -                  -                 -            -                   -
cross needed command:s390x-linux-gnu-gcc   gcc-s390x-linux-gnu -                  -                 -            -                   -
cross needed command:musl-gcc              musl-tools         -                  -                 -            -                   -
cross needed command:qemu-aarch64          qemu-user          -                  -                 -            -                   -
cross needed command:npm                   npm                -                  -                 -            -                   -
cross needed command:openssl               openssl            -                  -                 -            -                   -
cross needed command:perl                  perl               -                  -                 -            -                   -
cross needed command:python3               python3            -                  -                 -            -                   -
cross needed command:apt-get               apt                -                  -                 -            -                   -
test  useful command:unshare               util-linux         util-linux         util-linux        -            -                   -
END
}

say() { printf 'setup: %s\n' "$*"; }

find_manager() {
    local manager
    for manager in apt-get dnf pacman brew; do
        command -v "$manager" >/dev/null && echo "$manager" && return
    done
    case $(uname -s) in
    FreeBSD | DragonFly) echo pkg ;;
    NetBSD | SunOS) echo pkgin ;;
    OpenBSD) echo pkg_add ;;
    *) echo none ;;
    esac
}

present() { # CHECK: one line of needs()
    local kind=${1%%:*} name names
    IFS=, read -r -a names <<<"${1#*:}"
    for name in "${names[@]}"; do
        case $kind in
        command) command -v "$name" >/dev/null && return 0 ;;
        library) pkg-config --exists "$name" 2>/dev/null && return 0 ;;
        header) finds_header "$name" && return 0 ;;
        program) "$scripts/find_program.sh" "$name" >/dev/null 2>&1 && return 0 ;;
        esac
    done
    return 1
}

# The compiler is asked, and told of the places that only cmake knows by itself.
finds_header() {
    "$scripts/find_program.sh" cc -E -x c -I/usr/local/include -I/usr/pkg/include -I/opt/homebrew/include - \
        <<<"#include <$1>" >/dev/null 2>&1
}

# Fills packages, missing_needed and missing_useful for the chosen set.
look() {
    local set level check apt dnf pacman brew pkg pkgin package
    packages=() missing_needed="" missing_useful=""
    while read -r set level check apt dnf pacman brew pkg pkgin; do
        [ "$set" = bench ] || [ "$set" = "$wanted" ] || continue
        case $manager in
        apt-get | none) package=$apt ;;
        dnf) package=$dnf ;;
        pacman) package=$pacman ;;
        brew) package=$brew ;;
        pkg) package=$pkg ;;
        pkgin | pkg_add) package=$pkgin ;;
        esac
        [ "$package" != - ] || continue
        present "$check" </dev/null && continue
        [[ " $missing_needed $missing_useful " != *" $package "* ]] || continue # another line's, too
        packages+=("$package")
        if [ "$level" = needed ]; then missing_needed+=" $package"; else missing_useful+=" $package"; fi
    done < <(needs)
}

install_command() {
    case $manager in
    apt-get) echo "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends" ;;
    dnf) echo "dnf install -y" ;;
    pacman) echo "pacman -S --noconfirm --needed" ;;
    brew) echo "brew install" ;;
    pkg) echo "pkg install -y" ;;
    pkgin) echo "pkgin -y install" ;;
    pkg_add) echo "pkg_add -I" ;;
    esac
}

# Prints the command that fetches the lists of packages, if this system's are absent or lack one we want.
refresh_command() {
    case $manager in
    apt-get) apt-get install -s -qq --no-install-recommends "${packages[@]}" >/dev/null 2>&1 ||
        echo "apt-get update -q" ;;
    pacman) compgen -G "/var/lib/pacman/sync/*.db" >/dev/null || echo "pacman -Sy" ;;
    esac
}

# How to become root: nothing for root and brew, "sudo -n" where no password is asked, else fails.
find_privilege() {
    privilege=""
    [ "$(id -u)" != 0 ] && [ "$manager" != brew ] || return 0
    privilege="sudo -n "
    sudo -n true 2>/dev/null
}

run() { # COMMAND LOG: words of our own making, split on purpose
    say "$1"
    # shellcheck disable=SC2086
    $1 </dev/null 2>&1 | tee -a "$2"
}

install_packages() {
    local log result=0
    log=$(mktemp)
    install_with_log "$log" || result=$?
    if [ $result != 0 ]; then
        say "the packages could not be installed; the lines above say why"
        if grep -qiE 'resolv|connect|unreachable|timed out|timeout' "$log"; then
            say "it looks as if the network or its proxy is down: run this again when it is back"
        fi
    fi
    rm -f "$log"
    return $result
}

install_with_log() { # LOG
    local refresh install
    refresh=$(refresh_command)
    install="$privilege$(install_command) ${packages[*]}"
    # One source that does not answer is no reason to give up: another may have what we want.
    [ -z "$refresh" ] || run "$privilege$refresh" "$1" || true
    run "$install" "$1" && return
    # A list that is there but old names files that the mirror no longer has.
    if [ "$manager" = apt-get ] && [ -z "$refresh" ]; then
        run "${privilege}apt-get update -q" "$1" || true
        run "$install" "$1" && return
    fi
    install_apart "$1"
}

# Where a package that is merely useful has another name, or none, it must not keep the others away.
install_apart() { # LOG
    local package
    [ -n "$missing_useful" ] || return 1
    [ -z "$missing_needed" ] || run "$privilege$(install_command)$missing_needed" "$1" || return
    for package in $missing_useful; do
        run "$privilege$(install_command) $package" "$1" || true
    done
}

print_by_hand() {
    local refresh prefix="" hint=" as root"
    if [ "$manager" = none ]; then
        say "no package manager known here; install what Debian calls: ${packages[*]}"
        return
    fi
    refresh=$(refresh_command)
    if [ "$manager" = brew ] || [ "$(id -u)" = 0 ]; then hint=""; fi
    if [ -n "$hint" ] && command -v sudo >/dev/null; then prefix="sudo " hint=""; fi
    say "to install what is missing, run$hint:"
    printf '    %s%s%s %s\n' "${refresh:+$prefix$refresh && }" "$prefix" "$(install_command)" "${packages[*]}"
}

# The kernel's list of tracepoints: with it pollbench counts system calls independently of the backends.
mount_tracefs() {
    local folder=/sys/kernel/tracing
    [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] && [ -d $folder ] && [ ! -d $folder/events ] || return 0
    if mount -t tracefs nodev $folder 2>/dev/null; then
        say "mounted tracefs on $folder, so that system calls can be counted"
    else
        say "tracefs could not be mounted on $folder; system calls will not be counted"
    fi
}

wanted=test dry_run=no
for argument in "$@"; do
    case $argument in
    bench | test | kernels | cross) wanted=$argument ;;
    --dry-run) dry_run=yes ;;
    -h | --help) usage && exit ;;
    *) say "unknown argument '$argument'" && usage && exit 2 ;;
    esac
done

manager=$(find_manager)
look
if [ ${#packages[@]} = 0 ]; then
    [ $dry_run = yes ] || mount_tracefs
    exit 0
fi
say "missing for $wanted:$missing_needed$missing_useful"
if [ $dry_run = yes ] || [ "$manager" = none ] || ! find_privilege; then
    print_by_hand
else
    install_packages || print_by_hand
    look
fi
[ $dry_run = yes ] || mount_tracefs
[ -z "$missing_useful" ] || say "going on without$missing_useful: what depends on it is left out"
if [ -n "$missing_needed" ]; then
    say "still missing, and nothing works without:$missing_needed"
    exit 1
fi
