#!/usr/bin/env bash
# tools/install_packages.sh on machines that are made up here: programs of a
# folder stand for dpkg, apt, id and sudo.
#   check_packages_script.sh INSTALL_PACKAGES_SCRIPT
set -euo pipefail
script=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

program() {  # NAME, TEXT
  printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}
# A machine on which everything but $1 is installed, with the user id $2.
machine() {
  rm -rf "$work/bin" "$work/ran"
  mkdir "$work/bin"
  local tool
  for tool in bash grep; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done
  program dpkg-query "[[ ' $1 ' == *\" \${*: -1} \"* ]] || echo install ok installed"
  program id "echo $2"
  program apt-get "echo \"\$*\" >>'$work/ran'"
  program apt-cache "[[ \$2 != clang-14 ]]"
}
fail() { echo "$1"; cat "$work/said" "$work/ran" 2>/dev/null; exit 1; }
run() {  # EXPECTED STATUS, ARGUMENT
  local status=0
  PATH=$work/bin bash "$script" $2 >"$work/said" 2>&1 || status=$?
  [[ $status -eq $1 ]] || fail "status $status, want $1"
}
says() { grep -qF -- "$1" "$work/said" || fail "does not say: $1"; }
ran() { grep -qxF -- "$1" "$work/ran" || fail "did not run: $1"; }
ran_nothing() { [[ ! -e $work/ran ]] || fail 'ran something'; }

machine '' 1000
run 0 demo
ran_nothing

machine 'cmake libbenchmark-dev' 0
run 0 tests
ran 'install -y -qq --no-install-recommends cmake libbenchmark-dev'

# The demo asks for what it needs only.
machine libbenchmark-dev 1000
run 0 demo
ran_nothing

machine 'cmake libbenchmark-dev' 1000
run 1 ''
says 'no sudo'
says 'apt-get install --no-install-recommends cmake libbenchmark-dev'
ran_nothing

machine cmake 1000
program sudo "[[ \$1 != true ]]"
run 1 demo
says 'sudo refused'
says 'apt-get install --no-install-recommends cmake'
ran_nothing

machine cmake 1000
program sudo '"$@"'
program true ''
run 0 demo
ran 'install -y -qq --no-install-recommends cmake'

machine clang-14 0
run 1 check
says "do not have: clang-14"

# A browser is asked for by name alone.
machine chromium-headless-shell 0
run 0 tests
ran_nothing
run 0 browser
ran 'install -y -qq --no-install-recommends chromium-headless-shell'

machine cmake 0
program apt-get 'exit 100'
run 1 demo
says 'apt-get update failed'
says 'Missing packages: cmake'

machine '' 1000
rm "$work/bin/dpkg-query"
run 0 demo
says 'no Debian packages'

machine '' 1000
run 2 nonsense
says 'got "nonsense"'
echo 'All machines as expected.'
