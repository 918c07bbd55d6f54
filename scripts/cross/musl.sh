# Linux with musl: Debian's musl-gcc, and libraries made from the sources of Debian's packages, since those of the
# packages themselves need glibc. Read by scripts/cross.sh.

musl_sources=(jansson cmocka liburing openssl)

describe_musl() {
    local folder=$work/musl
    compiler=$(command -v musl-gcc || true)
    packages=$folder/root/lib/pkgconfig
    # musl brings no headers of the kernel.
    arguments=(-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=x86_64 -DCMAKE_C_FLAGS="-idirafter $folder/kernel"
        -DCMAKE_FIND_ROOT_PATH="$folder/root" -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY
        -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY)
    left_out='^scripts\.'
}

prepare_musl() {
    local folder=$work/musl source
    [ ! -e "$folder/done" ] || return 0
    rm -rf "$folder"
    mkdir -p "$folder"/{kernel,root,sources}
    ln -s /usr/include/linux /usr/include/asm-generic "$folder/kernel/"
    ln -s /usr/include/x86_64-linux-gnu/asm "$folder/kernel/"
    fetch_sources "$folder" || return 1
    for source in "${musl_sources[@]}"; do
        say "musl: building $source"
        quietly "$work/musl-$source.log" "building $source" in_source "$folder" "$source" || return 1
    done
    rm -rf "$folder"/{apt,sources}
    touch "$folder/done"
}

# apt reads where packages come from as it is set up here, and is told to look for sources there.
fetch_sources() { # FOLDER
    local file etc=$1/apt/etc log=$work/musl-sources.log archive source
    mkdir -p "$etc/sources.list.d"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        [ ! -f "$file" ] ||
            sed -E 's/^deb /deb-src /; s/^Types:.*/Types: deb-src/' "$file" >"$etc/${file#/etc/apt/}"
    done
    apt_sources "$1" update >"$log" 2>&1 || true
    (cd "$1/sources" && apt_sources "$1" source --download-only "${musl_sources[@]}") >>"$log" 2>&1 || true
    for source in "${musl_sources[@]}"; do
        archive=$(compgen -G "$1/sources/${source}_*.orig.tar.?z" | head -1 || true)
        # Debian's own changes to it are not needed, so a list that is behind its mirror does no harm.
        if [ -z "$archive" ]; then
            failed_step "$log" "fetching the source of $source"
            return 1
        fi
        tar -x -f "$archive" -C "$1/sources" || return 1
    done
}

apt_sources() { # FOLDER ARGUMENT...
    local folder=$1
    shift
    apt_apart "$folder/apt" "$(dpkg --print-architecture)" -o Dir::Etc::sourcelist="$folder/apt/etc/sources.list" \
        -o Dir::Etc::sourceparts="$folder/apt/etc/sources.list.d" "$@"
}

in_source() { # FOLDER NAME
    local jobs
    jobs=$(getconf _NPROCESSORS_ONLN)
    export CC="musl-gcc -idirafter $1/kernel"
    (cd "$1"/sources/"$2"-* && "make_$2" "$1/root" "$jobs")
}

make_with_cmake() { # ROOT JOBS ARGUMENT...
    local root=$1 jobs=$2
    shift 2
    CC=musl-gcc cmake -S . -B made -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$root" \
        -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF "$@" &&
        cmake --build made --parallel "$jobs" --target install
}

make_jansson() { # ROOT JOBS
    make_with_cmake "$@" -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF -DJANSSON_WITHOUT_TESTS=ON
}

make_cmocka() { # ROOT JOBS
    make_with_cmake "$@" -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF &&
        { [ -e "$1/lib/libcmocka.a" ] || find made -name 'libcmocka*.a' -exec cp {} "$1/lib/libcmocka.a" \; ; }
}

make_liburing() { # ROOT JOBS
    ./configure --prefix="$1" --libdir="$1/lib" --libdevdir="$1/lib" --cc="$CC" &&
        make -C src -j "$2" install prefix="$1" libdir="$1/lib" ENABLE_SHARED=0 &&
        make liburing.pc && cp liburing.pc "$1/lib/pkgconfig/"
}

# Of OpenSSL the digests and PBKDF2, and of these the plain C.
make_openssl() { # ROOT JOBS
    local unused=(ssl tls cms ct ocsp ts srp cmp ec dh dsa camellia aria seed idea rc2 rc4 des bf cast sm2 sm3 sm4 md4
        mdc2 rmd160 whirlpool blake2 chacha poly1305 siphash scrypt gost dso engine legacy tests sock ui-console
        afalgeng ktls asm shared)
    CFLAGS=-O1 ./Configure linux-generic64 "${unused[@]/#/no-}" --prefix="$1" --libdir=lib &&
        make -j "$2" build_generated libcrypto.a libcrypto.pc &&
        cp libcrypto.a "$1/lib/" && cp libcrypto.pc "$1/lib/pkgconfig/" && cp -r include/openssl "$1/include/"
}
