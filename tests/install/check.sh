#!/usr/bin/env bash
# Installs a build into a folder of its own, then builds and runs the consumer
# against it: as a CMake package, and with plain g++ and pkg-config.
#   check.sh BUILD_FOLDER
set -euo pipefail
build=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null
for file in include/sampler/pipeline.h bin/sampler \
            share/sampler/configs/schema.json; do
  [[ -e $work/prefix/$file ]] || { echo "not installed: $file"; exit 1; }
done
"$work/prefix/bin/sampler" validate balanced

cmake -S "$here/consumer" -B "$work/cmake" \
  -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
cmake --build "$work/cmake" >/dev/null
echo "CMake package: $("$work/cmake/consumer")"

PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name sampler.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
g++ "$here/consumer/consumer.cc" -o "$work/consumer" \
  $(pkg-config --cflags --libs sampler)
echo "pkg-config: $("$work/consumer")"
