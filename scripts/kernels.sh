#!/usr/bin/env bash
# The conformance cases, and what backends ask of the kernel, on kernels that this machine does not run. See usage().
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
    cat <<'END'
usage: scripts/kernels.sh [--backends A,B] [--case NAME,NAME] [--out DIR] [VERSION...]
  VERSION        of Debian's kernels: 6.1, 6.12, 6.12-rt, ...; the newest of each that apt has. Default: these three
  --backends A,B default: all
  --case NAME    as for `pollbench check`; default: all
  --out DIR      default: results/kernels
Boots each kernel in qemu by software emulation, checks the backends there, counts what they ask of the kernel for an
accept, and prints a table of all that is not the same on every kernel. Times are not taken: emulation says nothing
of them. Three backends take four to five minutes a kernel. scripts/setup.sh kernels installs what it takes.
Exit status: 0 done, 1 a case failed on some kernel, 2 bad usage, 3 it could not be carried out.
END
}

say() { printf 'kernels: %s\n' "$*" >&2; }
give_up() {
    say "$*"
    exit 3
}

versions=() backends="" cases="" out=$root/results/kernels
while [ $# -gt 0 ]; do
    case $1 in
    --backends | --case | --out)
        [ $# -gt 1 ] || { say "$1 wants a value" && usage >&2 && exit 2; }
        case $1 in
        --backends) backends=$2 ;;
        --case) cases=$2 ;;
        --out) out=$2 ;;
        esac
        shift
        ;;
    -h | --help) usage && exit ;;
    [0-9]*) versions+=("$1") ;;
    *) say "unknown argument '$1'" && usage >&2 && exit 2 ;;
    esac
    shift
done
[ ${#versions[@]} -gt 0 ] || versions=(6.1 6.12 6.12-rt)

"$root/scripts/setup.sh" kernels || give_up "something that is needed is missing, see above"
work=$root/build-kernels
mkdir -p "$work/packages" "$out"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The newest package with a kernel of VERSION, or nothing.
package_of() { # VERSION
    local version=${1%-rt} kind="amd64"
    [ "$version" = "$1" ] || kind="rt-amd64"
    apt-cache pkgnames "linux-image-$version." |
        grep -E "^linux-image-${version//./\\.}\.[0-9][^-]*(-[0-9]+)?-$kind(-unsigned)?\$" | sort -V | tail -1 || true
}

# Prints the path of the kernel; fetched once.
kernel_of() { # PACKAGE
    local folder=$work/packages/$1
    if [ ! -d "$folder" ]; then
        (cd "$scratch" && apt-get download "$1" >&2 && dpkg -x "$1"_*.deb unpacked) || return 1
        mv "$scratch/unpacked" "$folder"
    fi
    ls "$folder"/boot/vmlinuz-*
}

build() {
    local log=$work/build.log
    say "building"
    {
        CC=$("$root/scripts/find_program.sh" cc) cmake -S "$root" -B "$work/build" -DPOLLBENCH_TESTS=ON &&
            cmake --build "$work/build" --parallel "$(getconf _NPROCESSORS_ONLN)" \
                --target pollbench pollbench-conformance
    } >"$log" 2>&1 || { cat "$log" >&2 && give_up "it does not build"; }
}

# busybox, the two programs and the libraries that they take.
make_initramfs() {
    local tree=$scratch/tree program library
    mkdir -p "$tree"/{bin,dev,proc,sys,tmp,etc,pb}
    cp "$(command -v busybox)" "$tree/bin/busybox"
    cp "$root/scripts/kernels/init" "$tree/init"
    chmod +x "$tree/init"
    echo root:x:0:0:root:/:/bin/sh >"$tree/etc/passwd"
    echo 127.0.0.1 localhost >"$tree/etc/hosts"
    for program in pollbench pollbench-conformance; do
        cp "$work/build/$program" "$tree/pb/"
        ldd "$work/build/$program" | awk '/=> \//{print $3} /^\t\/lib/{print $1}'
    done | sort -u | while read -r library; do
        mkdir -p "$tree$(dirname "$library")"
        cp -L "$library" "$tree$library"
    done
    (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$scratch/initramfs"
}

# Its console goes into a file, what it found comes over the second serial line as a tar file.
boot() { # KERNEL FOLDER
    local append="console=ttyS0 quiet panic=-1 tsc=reliable clocksource=tsc mitigations=off audit=0 nokaslr"
    append+=" cryptomgr.notests pollbench.backends=$backends pollbench.case=$cases"
    mkdir -p "$2"
    timeout --kill-after=10 5400 qemu-system-x86_64 -accel tcg,thread=multi,tb-size=512 -cpu Nehalem -smp 2 -m 1024 \
        -nodefaults -no-user-config -display none -no-reboot -kernel "$1" -initrd "$scratch/initramfs" \
        -append "$append" -serial "file:$2/console" -serial "file:$scratch/found.tar" </dev/null || return 1
    tar -x -f "$scratch/found.tar" -C "$2" 2>/dev/null && [ -s "$2/check.json" ]
}

build
make_initramfs
folders=()
for version in "${versions[@]}"; do
    package=$(package_of "$version")
    [ -n "$package" ] || { say "SKIPPED $version: apt has no kernel of that version" && continue; }
    kernel=$(kernel_of "$package") || give_up "$package cannot be fetched"
    say "$version: ${kernel##*/vmlinuz-}, this takes minutes"
    rm -rf "${out:?}/$version"
    boot "$kernel" "$out/$version" || give_up "$version did not get to its end; $out/$version/console says how far"
    folders+=("$out/$version")
done
[ ${#folders[@]} -gt 0 ] || give_up "there is no kernel to run on"
"$root/scripts/find_program.sh" python3 "$root/scripts/kernels/table.py" "${folders[@]}" | tee "$out/table.md"
! grep -q '"FAIL"' "${folders[@]/%//check.json}"
