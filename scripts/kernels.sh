#!/usr/bin/env bash
# The conformance cases, and what backends ask of the kernel, on kernels that this machine does not run. See usage().
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
    cat <<'END'
usage: scripts/kernels.sh [options] [VERSION...]
  VERSION          of Debian's kernels: 6.1, 6.12, 6.12-rt, ...; the newest of each that apt has. Default: these
                   three, or those of them that apt has
  --backends A,B   default: all that were built, also those that have to be named
  --case NAME,NAME as for `pollbench check`; default: all
  --jobs N         cases that run side by side in a kernel; default: 2
  --limit S        the seconds that a kernel may take; default: 5400
  --programs DIR   where pollbench and pollbench-conformance are; default: they are built
  --out DIR        default: results/kernels
Boots each kernel in qemu by software emulation, checks the backends there, counts what they ask of the kernel for an
accept, and writes table.md and table.tsv: all that is not the same on every kernel. Times are not taken: emulation
says nothing of them. scripts/setup.sh kernels installs what it takes. REQUIRE_BACKENDS="epoll io_uring" in the
environment makes a skip on these a failure.
Exit status: 0 done, 1 a case failed on some kernel, 2 bad usage, 3 it could not be carried out, 130 interrupted.
END
}

say() { printf 'kernels: %s\n' "$*" >&2; }
give_up() {
    say "$*"
    exit 3
}
bad_usage() {
    say "$*"
    usage >&2
    exit 2
}

versions=() backends="" cases="" jobs=2 limit_s=5400 programs="" out=$root/results/kernels
while [ $# -gt 0 ]; do
    case $1 in
    --backends | --case | --jobs | --limit | --programs | --out)
        [ $# -gt 1 ] || bad_usage "$1 wants a value"
        case $1 in
        --backends) backends=$2 ;;
        --case) cases=$2 ;;
        --jobs) jobs=$2 ;;
        --limit) limit_s=$2 ;;
        --programs) programs=$2 ;;
        --out) out=$2 ;;
        esac
        shift
        ;;
    -h | --help) usage && exit ;;
    -*) bad_usage "unknown argument '$1'" ;;
    *)
        [[ $1 =~ ^[0-9]+\.[0-9]+(-rt)?$ ]] || bad_usage "'$1' is no version: they look like 6.1 or 6.12-rt"
        versions+=("$1")
        ;;
    esac
    shift
done
[[ $jobs =~ ^[1-9][0-9]?$ ]] || bad_usage "--jobs takes a number from 1 to 99, not '$jobs'"
[[ $limit_s =~ ^[1-9][0-9]{0,5}$ ]] || bad_usage "--limit takes seconds from 1 to 999999, not '$limit_s'"
optional=no
[ ${#versions[@]} -gt 0 ] || { versions=(6.1 6.12 6.12-rt) && optional=yes; }

work=$root/build-kernels scratch="" qemu=""

# A kernel that still runs is ended by its id; the shell says nothing of that.
end_qemu() {
    { kill -KILL "$qemu" && wait "$qemu"; } 2>/dev/null || true
    qemu=""
}

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
    [ -z "$qemu" ] || end_qemu
    [ -z "$scratch" ] || rm -rf "$scratch"
}
trap clean_up EXIT
trap 'say "interrupted" && exit 130' INT
trap 'say "ended from outside" && exit 143' TERM HUP

build() {
    local log=$work/build.log
    say "building"
    {
        CC=$("$root/scripts/find_program.sh" cc) cmake -S "$root" -B "$work/build" -DPOLLBENCH_TESTS=ON &&
            cmake --build "$work/build" --parallel "$(getconf _NPROCESSORS_ONLN)" \
                --target pollbench pollbench-conformance
    } >"$log" 2>&1 || { cat "$log" >&2 && give_up "it does not build"; }
    programs=$work/build
}

# What the programs do not know is said now, not by the first kernel in some minutes.
check_names() {
    local conformance=$programs/pollbench-conformance name
    for name in pollbench pollbench-conformance; do
        [ -x "$programs/$name" ] || give_up "$programs/$name is not there"
    done
    if [ -z "$backends" ]; then
        # Of one that was not built, the pairs have a single case.
        backends=$("$conformance" --pairs | awk '{n[$1]++} n[$1] == 2 {printf "%s%s", s, $1; s = ","}')
    fi
    for name in ${backends//,/ }; do
        "$conformance" --list "$name" >/dev/null 2>&1 || bad_usage "there is no backend '$name'"
    done
    "$conformance" --list >"$scratch/cases"
    for name in ${cases//,/ }; do
        grep -qxF -e "$name" "$scratch/cases" || bad_usage "there is no case '$name'"
    done
}

# The newest package with a kernel of VERSION, or nothing.
package_of() { # VERSION
    local version=${1%-rt} kind="amd64"
    [ "$version" = "$1" ] || kind="rt-amd64"
    apt-cache pkgnames "linux-image-$version." 2>/dev/null |
        grep -E "^linux-image-${version//./\\.}\.[0-9][^-]*(-[0-9]+)?-$kind(-unsigned)?\$" | sort -V | tail -1 || true
}

# Prints the path of the kernel; fetched once.
kernel_of() { # PACKAGE
    local folder=$work/packages/$1
    if [ ! -d "$folder" ]; then
        (cd "$scratch" && apt-get -o APT::Sandbox::User=root download "$1" >&2 && dpkg -x "$1"_*.deb unpacked) || return 1
        mv "$scratch/unpacked" "$folder"
    fi
    ls "$folder"/boot/vmlinuz-*
}

# Sets $kernel. Lists of packages that are absent or old get one chance to become new.
find_kernel() { # VERSION
    local package attempt
    for attempt in 1 2; do
        package=$(package_of "$1")
        [ -z "$package" ] || ! kernel=$(kernel_of "$package") || return 0
        [ "$attempt" = 2 ] || apt-get update -qq >&2 || true
    done
    [ -n "$package" ] || { say "apt has no kernel of version $1" && return 1; }
    give_up "$package cannot be fetched, see above"
}

# busybox, the two programs, the libraries that they take, and what is to be done.
make_initramfs() {
    local tree=$scratch/tree program library
    mkdir -p "$tree"/{bin,dev,proc,sys,tmp,etc,pb}
    cp "$(command -v busybox)" "$tree/bin/busybox"
    cp "$root/scripts/kernels/init" "$tree/init"
    chmod +x "$tree/init"
    echo root:x:0:0:root:/:/bin/sh >"$tree/etc/passwd"
    echo 127.0.0.1 localhost >"$tree/etc/hosts"
    printf '%s="%s"\n' backends "$backends" cases "$cases" jobs "$jobs" \
        "export REQUIRE_BACKENDS" "${REQUIRE_BACKENDS-}" >"$tree/settings"
    for program in pollbench pollbench-conformance; do
        cp "$programs/$program" "$tree/pb/"
        ldd "$programs/$program" | awk '/=> \//{print $3} /^\t\/lib/{print $1}'
    done | sort -u | while read -r library; do
        mkdir -p "$tree$(dirname "$library")"
        cp -L "$library" "$tree$library"
    done
    (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$scratch/initramfs"
}

# Its console goes into a file; what it found comes over the second serial line as tar files, one after the other, so
# that what is there stays when it does not get to its end.
boot() { # FOLDER
    # no_timer_check: where the host is busy, the timer that is emulated does not pass that check.
    local append="console=ttyS0 quiet panic=-1 tsc=reliable clocksource=tsc no_timer_check mitigations=off audit=0"
    local end_s problem=""
    rm -rf "$1" && mkdir -p "$1"
    qemu-system-x86_64 -accel tcg,thread=multi,tb-size=512 -cpu Nehalem -smp 2 -m 1024 \
        -nodefaults -no-user-config -display none -no-reboot -kernel "$kernel" -initrd "$scratch/initramfs" \
        -append "$append nokaslr cryptomgr.notests" -serial "file:$1/console" -serial "file:$scratch/found.tar" \
        </dev/null &
    qemu=$!
    end_s=$((SECONDS + limit_s))
    while kill -0 "$qemu" 2>/dev/null && [ $SECONDS -lt $end_s ]; do
        sleep 1
    done
    if kill -0 "$qemu" 2>/dev/null; then
        problem="it was not over after $limit_s s"
        end_qemu
    else
        wait "$qemu" || problem="qemu failed with exit status $?"
        qemu=""
    fi
    tar -x -i -f "$scratch/found.tar" -C "$1" 2>/dev/null || problem=${problem:-"what it handed over is cut off"}
    [ -e "$1/done" ] || problem=${problem:-"it ended too early"}
    [ -z "$problem" ] || { say "$problem; the last lines of $1/console:" && tail -n 5 "$1/console" >&2 && return 1; }
}

[[ $out = /* ]] || out=$PWD/$out
"$root/scripts/setup.sh" kernels || give_up "something that is needed is missing, see above"
mkdir -p "$work/packages" "$out" || give_up "nothing can be written there"
scratch=$(mktemp -d "$work/scratch.XXXXXX")
[ -n "$programs" ] || build
check_names
make_initramfs
folders=() incomplete=no
for version in "${versions[@]}"; do
    find_kernel "$version" || {
        [ $optional = yes ] || incomplete=yes
        continue
    }
    say "$version: ${kernel##*/vmlinuz-}, this takes minutes; progress is in $out/$version/console"
    began_s=$SECONDS
    if boot "$out/$version"; then
        say "$version: over after $((SECONDS - began_s)) s"
        folders+=("$out/$version")
    else
        say "$version: left out of the table"
        incomplete=yes
    fi
done
[ ${#folders[@]} -gt 0 ] || give_up "there is no kernel to tell of"
status=0
"$root/scripts/find_program.sh" python3 "$root/scripts/kernels/table.py" --out "$out" "${folders[@]}" || status=$?
[ $incomplete = no ] || give_up "not every kernel that was asked for is in the table, see above"
exit $status
