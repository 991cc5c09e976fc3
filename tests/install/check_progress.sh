#!/usr/bin/env bash
# tools/build_with_progress.sh on builds that are made up here: a program of a
# folder stands for cmake.
#   check_progress.sh BUILD_WITH_PROGRESS_SCRIPT
set -euo pipefail
script=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/build"

build() {  # STATUS, SECONDS PER FILE
  cat >"$work/bin/cmake" <<STAND_IN
#!/bin/bash
for file in {1..40}; do
  sleep $2
  printf '[%d/40] Building file %d\n' \$file \$file
done
[[ $1 -eq 0 ]] || echo 'x.cc:1: error: no such thing'
exit $1
STAND_IN
  chmod +x "$work/bin/cmake"
  local status=0
  PATH=$work/bin:$PATH "$script" "$work/build" target 2>"$work/said" ||
    status=$?
  [[ $status -eq $1 ]] || fail "status $status, want $1"
}
fail() { echo "$1"; cat "$work/said"; exit 1; }
says() { grep -qE -- "$1" "$work/said" || fail "does not say: $1"; }

build 0 0.05
# Any time: how long it takes is a matter of the machine.
time='[0-9]+:[0-5][0-9]'
says "^  4 of 40 files, $time so far, about $time to go$"
says "^  1 of 40 files, $time so far$"
says "^  40 of 40 files, $time so far$"
[[ $(wc -l <"$work/said") -eq 11 ]] || fail 'not a line for every tenth'
[[ $(wc -l <"$work/build/build.log") -eq 40 ]] || fail 'the log is not whole'

build 1 0
says 'x.cc:1: error: no such thing'
says 'The build failed; all of its output is in .*/build.log'
echo 'Progress as expected.'
