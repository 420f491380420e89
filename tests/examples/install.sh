# examples/support/install.sh on a machine that is made up: what it says and does when a package is missing. install.sh TREE
root=$1
fake=$(mktemp -d) || exit 1
trap 'rm -rf "$fake"' EXIT
failures=0

# A machine: its commands are the ones put there, its dpkg knows nothing.
machine() {
    rm -rf "$fake/bin"
    mkdir "$fake/bin"
    for tool in sh grep tail mktemp rm env cat; do
        ln -s "$(command -v $tool)" "$fake/bin/$tool"
    done
    printf '#!/bin/sh\nexit 1\n' >"$fake/bin/dpkg-query"
    chmod +x "$fake/bin/dpkg-query"
    while [ $# -gt 0 ]; do
        printf '#!/bin/sh\n%s\n' "$2" >"$fake/bin/$1"
        chmod +x "$fake/bin/$1"
        shift 2
    done
}

needs() {
    PATH=$fake/bin sh -c '. "$0/examples/support/install.sh"; need "$@"' "$root" "$@" >"$fake/out" 2>&1 </dev/null
    status=$?
}

expect() { # NAME STATUS TEXT
    if [ $status -ne "$2" ] || ! grep -qF -- "$3" "$fake/out"; then
        echo "$1: status $status, expected $2 and \"$3\" in:"
        cat "$fake/out"
        failures=$((failures + 1))
    fi
}

machine id 'echo 1000' apt-get 'exit 0' sudo 'exit 1'
needs absent-dev present-dev
expect 'no right to install: the line to type' 2 'type: sudo apt-get install absent-dev present-dev'

machine id 'echo 0' apt-get "echo \"\$@\" >>$fake/log"
needs absent-dev
expect 'as root: installed' 0 'installing absent-dev'
cat "$fake/log" >"$fake/out"
expect 'as root: what apt-get was asked' 0 'install -qy --no-install-recommends absent-dev'

machine id 'echo 0' apt-get 'echo E: no network; exit 100'
needs absent-dev
expect 'apt-get fails: its own words' 2 'E: no network'

machine id 'echo 1000'
needs absent-dev
expect 'no apt-get: said' 2 "package manager"

machine id 'echo 1000' present 'exit 0'
needs present
printf 'nothing said\n' >>"$fake/out"
expect 'a command that is there is not asked for' 0 'nothing said'
[ "$(cat "$fake/out")" = 'nothing said' ] || { echo "need talks when nothing is missing"; failures=$((failures + 1)); }

exit $failures
