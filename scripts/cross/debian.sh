# Linux on another processor: the files of Debian's packages, unpacked in a folder. Read by scripts/cross.sh.

debian_packages=(libc6-dev libjansson-dev libssl-dev liburing-dev libuv1-dev libcmocka-dev libhttp-parser-dev)

# What qemu-user cannot run soundly:
# - programs that start programs: the kernel would have to know the emulator, a setting of the whole machine;
# - what takes io_uring, which it does not have, or measures time, which means nothing there;
# - select with more than FD_SETSIZE descriptors, where it ends itself.
# What scripts do, and the order of callbacks in Node.js, is the same on every processor.
emulated_left_out='^(scripts|semantics)\.|\.cli|io_uring|instructions'
emulated_left_out+='|test_(pool|accept|timer|open_loop|headroom|probe|settle|generator|measure|usage)'
emulated_left_out+='|\.select\.(descriptors_above|an_event_array_of_a_thousand|two_thousand)'

describe_debian() { # ARCHITECTURE PROCESSOR TRIPLET
    architecture=$1 triplet=$3
    sysroot=$work/debian-$architecture/root
    compiler=$(command -v "${2}-linux-gnu-gcc" || true)
    packages=$sysroot/usr/lib/$triplet/pkgconfig
    arguments=(-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$2" -DCMAKE_SYSROOT="$sysroot"
        -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY)
    if [ "$architecture" = i386 ]; then
        # It runs without an emulator, so the programs themselves have to say where their libraries are.
        arguments+=(-DCMAKE_EXE_LINKER_FLAGS="-Wl,--dynamic-linker=$sysroot/lib/ld-linux.so.2 -Wl,-rpath,$sysroot/usr/lib/$triplet")
        # Node.js cannot load a clock of 32 bits.
        left_out='^scripts\.|^semantics\.(programs|.*node)'
    else
        emulator="$(command -v "qemu-$2" || true);-L;$sysroot"
        left_out=$emulated_left_out
    fi
}

prepare_i386() { make_sysroot; }
prepare_aarch64() { make_sysroot; }
prepare_s390x() { make_sysroot; }

# apt with lists and packages of its own, for one architecture.
apt_apart() { # FOLDER ARCHITECTURE ARGUMENT...
    local folder=$1 architecture=$2
    shift 2
    mkdir -p "$folder"/{state/lists/partial,cache/archives/partial}
    : >"$folder/status"
    apt-get -q -o Dir::State="$folder/state" -o Dir::State::status="$folder/status" -o Dir::Cache="$folder/cache" \
        -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o APT::Sandbox::User="" \
        -o APT::Install-Recommends=false "$@"
}

make_sysroot() {
    local folder=$work/debian-$architecture log=$work/debian-$architecture.log
    [ ! -e "$folder/done" ] || return 0
    rm -rf "$folder"
    # One list that cannot be had is no reason to give up: what is missing then is said by the next step.
    apt_apart "$folder" "$architecture" update >"$log" 2>&1 || true
    quietly "$log.download" "fetching Debian's packages for $architecture" \
        apt_apart "$folder" "$architecture" install -y --download-only "${debian_packages[@]}" || return 1
    quietly "$log.unpack" "unpacking them" unpack_packages "$folder" || return 1
    rm -rf "$folder/state" "$folder/cache"
    touch "$folder/done"
}

unpack_packages() { # FOLDER
    local package directory
    for directory in lib lib32 lib64; do
        mkdir -p "$1/root/usr/$directory"
        ln -s "usr/$directory" "$1/root/$directory"
    done
    for package in "$1"/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$1/root" --keep-directory-symlink || return 1
    done
}
