#!/usr/bin/env bash
# Compiles the library, the C interface and the readers of logs for macOS arm64,
# with the headers of this machine's packages; nothing is linked or run.
#
#   pip install --target zig ziglang
#   tests/compile_macos.sh zig/ziglang/zig [FILE...]
#
# Without files: every source of sampler/ but the bindings and adapters.
set -euo pipefail
if [[ $# == 0 ]]; then
  echo 'compile_macos.sh: got no argument, want the program zig' >&2
  exit 2
fi
zig=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/include"
for package in absl hwy nlohmann re2; do
  ln -s "/usr/include/$package" "$scratch/include/$package"
done
if [[ $# == 0 ]]; then
  mapfile -t files < <(find sampler -name '*.cc' -not -path 'sampler/python/*' \
    -not -path 'sampler/adapters/*' -not -path 'sampler/package/*' | sort)
  set -- "${files[@]}"
fi
failed=0
for file in "$@"; do
  if ! "$zig" c++ -target aarch64-macos.13.0 -std=c++20 -ffp-contract=off -w \
      -I. -isystem "$scratch/include" -c -o "$scratch/object.o" "$file" \
      2>"$scratch/said"; then
    cat "$scratch/said"
    failed=$((failed + 1))
  fi
done
echo "macOS arm64: $(($# - failed)) of $# files compile"
[[ $failed == 0 ]]
