# What the commands of this tree need: packages, and a build. Sourced, with `root` set to the tree.
#
#   need PACKAGE...          installs those Debian packages that are missing; ends with status 2 if it may not
#   build TARGET [OPTION...] builds a target into $root/build (Release); OPTIONs are for a first configuration

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# A package is there if dpkg says so, or if the machine has no dpkg but a command of that name.
has_package() {
    if command -v dpkg-query >/dev/null; then
        dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$' || command -v "$1" >/dev/null
    else
        command -v "$1" >/dev/null || case $1 in *-dev) true ;; *) false ;; esac
    fi
}

need() {
    missing=
    for package in "$@"; do
        has_package "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null; then
        say "needs$missing; install them with this machine's package manager"
        exit 2
    fi
    as_root=sudo
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif ! sudo -n true 2>/dev/null && ! { [ -t 0 ] && command -v sudo >/dev/null; }; then
        say "needs$missing; type: sudo apt-get install$missing"
        exit 2
    fi
    say "installing$missing"
    installed=$(mktemp)
    if ! { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing; } \
        >"$installed" 2>&1 </dev/null; then
        tail -n 20 "$installed" >&2
        rm -f "$installed"
        say "could not install$missing; the lines above say why"
        exit 2
    fi
    rm -f "$installed"
}

# One build at a time; its output is shown only if it fails.
build() {
    target=$1
    shift
    if ! mkdir -p "$root/build"; then
        say "cannot make $root/build"
        exit 2
    fi
    if ! (
        exec 9>"$root/build/lock"
        flock 9
        [ -f "$root/build/CMakeCache.txt" ] || cmake -S "$root" -B "$root/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_RULE_MESSAGES=OFF "$@" || exit 1
        cmake --build "$root/build" --target "$target" -j "$(nproc)"
    ) >"$root/build/$target.log" 2>&1; then
        tail -n 40 "$root/build/$target.log" >&2
        say "the build failed; the lines above are the end of $root/build/$target.log"
        exit 2
    fi
}

# An example's program, built if it is missing or older than a source.
example() {
    program=$root/build/examples/$1
    if [ ! -x "$program" ] || [ -n "$(find "$root/src" "$root/include" "$root/examples" "$root/CMakeLists.txt" \
        \( -name '*.[ch]' -o -name '*.inc' -o -name '*.cmake' -o -name CMakeLists.txt \) -newer "$program" -print -quit)" ]; then
        need cmake make gcc libc6-dev libopenblas-dev
        [ -x "$program" ] || say "building the library and $1, once"
        build "$1" -DLAMELLA_TESTS=OFF
        touch "$program"
    fi
}
