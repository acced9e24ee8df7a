# SPDX-License-Identifier: EUPL-1.2
# What ./demo and ./check share: the Debian packages that are missing, and a build. Sourced, from the root of the tree.
# Nothing is installed that is found already, by `command -v`, pkg-config or its header.

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# missing COMMAND PACKAGE | lib MODULE PACKAGE | header FILE PACKAGE: adds the package to $wanted unless it is there.
wanted=
missing() { command -v "$1" >/dev/null 2>&1 || PATH=$PATH:/usr/sbin command -v "$1" >/dev/null 2>&1 || wanted="$wanted $2"; }
lib() { pkg-config --exists "$1" 2>/dev/null || wanted="$wanted $2"; }
header() { [ -e "/usr/include/$1" ] || wanted="$wanted $2"; }

packages_to_build() {
    missing cc gcc
    missing c++ g++
    missing meson meson
    missing ninja ninja-build
    missing pkg-config pkg-config
    missing python3 python3
    lib libcurl libcurl4-openssl-dev
    lib libmosquitto libmosquitto-dev
    lib libmicrohttpd libmicrohttpd-dev
    lib sqlite3 libsqlite3-dev
    lib icu-i18n libicu-dev
    lib libical libical-dev
    lib jansson libjansson-dev
    lib libqrencode libqrencode-dev
    lib libcrypto libssl-dev
    header phonenumbers/phonenumberutil.h libphonenumber-dev
}

packages_to_test() {
    lib cmocka libcmocka-dev
    missing mosquitto mosquitto
    missing openssl openssl
    missing git git
    missing nm binutils
    missing chasquid chasquid
    lib libsmpp34 libsmpp34-dev
    missing chromium chromium
    missing node "nodejs npm" # where there is a node, its npm comes with it: Debian's is not put beside it
}

install_wanted() {
    [ -n "$wanted" ] || return 0
    command -v apt-get >/dev/null 2>&1 || die "needs these Debian packages and finds no apt-get:$wanted"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || die "needs these packages; install them as root:$wanted"
        as_root=sudo
    fi
    say "installing:$wanted"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >/dev/null || die "apt-get update failed; is there a network?"
    # shellcheck disable=SC2086 # one word a package
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted </dev/null >/dev/null ||
        die "could not install:$wanted"
    wanted=
}

# build FOLDER [MESON OPTION]...: configures once, builds what changed. Its words are shown only when it fails.
build() {
    folder=$1
    shift
    mkdir -p build 2>/dev/null && [ -w build ] || die "may not write in $PWD; work in a copy of the tree that is yours"
    log=build/${folder##*/}.log
    if [ ! -e "$folder/build.ninja" ]; then
        say "building $folder; the first time takes minutes"
        meson setup "$folder" "$@" >"$log" 2>&1 || { cat "$log" >&2; die "could not configure $folder"; }
    fi
    ninja -C "$folder" >"$log" 2>&1 || { grep -v '^\[' "$log" >&2; die "could not build $folder"; }
}
