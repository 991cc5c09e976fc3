#!/usr/bin/env bash
# Builds consumer/bits.cc against an installed tree with all kinds of flags, on
# the shared and on the static library, and compares what it prints.
#   check_flags.sh    (PKG_CONFIG_PATH and LD_LIBRARY_PATH say which)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

read -ra compile <<<"$(pkg-config --cflags sampler)"
read -ra shared <<<"$(pkg-config --libs sampler)"
read -ra static <<<"$(pkg-config --static --libs sampler libhwy)"
static=("${static[@]/#-lsampler/-l:libsampler}")
for i in "${!static[@]}"; do
  [[ ${static[i]} != -l:* ]] || static[i]+=.a
done

try() {  # COMPILER, FLAG...
  local compiler=$1
  shift
  "$compiler" -std=c++20 "$@" "${compile[@]}" -c "$here/consumer/bits.cc" \
    -o "$work/bits.o"
  local kind
  for kind in shared static; do
    local -n libraries=$kind
    "$compiler" "$@" "$work/bits.o" -o "$work/bits" "${libraries[@]}"
    "$work/bits" >"$work/printed"
    if [[ ! -e $work/first ]]; then
      mv "$work/printed" "$work/first"
      [[ $(wc -l <"$work/first") -eq 240 ]] ||
        { echo "bits.cc printed $(wc -l <"$work/first") lines"; exit 1; }
    elif ! cmp -s "$work/first" "$work/printed"; then
      diff "$work/first" "$work/printed" | head -n 4
      echo "other bits: $compiler $*, $kind"
      exit 1
    fi
  done
}

fast=(-march=native -ffast-math)
try g++ -O1 -ffp-contract=off
try g++ -O3 -march=native
try g++ -O3 "${fast[@]}"
try g++ -O0 "${fast[@]}"
for clang in clang++ clang++-14 clang++-19; do
  command -v $clang >/dev/null || continue
  try $clang -O3 "${fast[@]}" -w
  break
done
echo 'The same bits with all flags.'
