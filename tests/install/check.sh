#!/usr/bin/env bash
# Installs a build into a folder of its own, then builds and runs consumers
# against it: as a CMake package, static and shared, and with plain compilers and
# pkg-config, from C++ and from C11.
#   check.sh BUILD_FOLDER
set -euo pipefail
build=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

cmake --install "$build" --prefix "$prefix" >/dev/null
for file in include/sampler/pipeline.h include/sampler/version.h bin/sampler \
            share/sampler/configs/schema.json \
            share/sampler/configs/balanced.json share/man/man1/sampler.1 \
            share/bash-completion/completions/sampler \
            share/zsh/site-functions/_sampler \
            share/fish/vendor_completions.d/sampler.fish; do
  [[ -e $prefix/$file ]] || { echo "not installed: $file"; exit 1; }
done
# The promised headers, and no other.
diff <(LC_ALL=C sort "$here/../../sampler/package/public_headers.txt") \
  <(cd "$prefix/include" && find sampler -type f | LC_ALL=C sort)
"$prefix/bin/sampler" validate balanced "$prefix/share/sampler/configs/vllm.json"
libraries=$(dirname "$(find "$prefix" -name libsampler.so)")
"$here/check_symbols.sh" "$here/../../sampler" "$libraries"/libsampler.so \
  "$libraries"/libsampler_logs.so "$libraries"/libsampler_importers.so

# Which libraries of ours a program runs with.
ours() { LC_ALL=C ldd "$1" | grep -o 'libsampler[a-z_]*\.so[.0-9]*' | xargs; }
for component in static shared; do
  cmake -S "$here/consumer" -B "$work/$component" \
    -DCMAKE_PREFIX_PATH="$prefix" -DSAMPLER_COMPONENT=$component >/dev/null
  cmake --build "$work/$component" >/dev/null
  echo "CMake package, $component: $("$work/$component/consumer")," \
    "with $(ours "$work/$component/consumer")"
  echo "CMake package, C: $("$work/$component/c_consumer")"
done
[[ -z $(ours "$work/static/consumer") ]] || { echo 'not static'; exit 1; }
[[ $(ours "$work/shared/consumer") == *libsampler.so.[0-9]* ]] ||
  { echo 'not shared'; exit 1; }
if cmake -S "$here/consumer" -B "$work/both" -DCMAKE_PREFIX_PATH="$prefix" \
    '-DSAMPLER_COMPONENT=static;shared' >/dev/null 2>&1; then
  echo 'static and shared at once'
  exit 1
fi
# A source tree inside another project; that it compiles is what all tests show.
# Neither side's flags reach the other's sources.
for shared in OFF ON; do
  source=$work/source-$shared
  cmake -S "$here/consumer" -B "$source" \
    -DSAMPLER_SOURCE="$here/../.." -DBUILD_SHARED_LIBS=$shared \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_CXX_VISIBILITY_PRESET=hidden \
    -DCMAKE_CXX_FLAGS=-ffast-math -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >/dev/null
  commands=$(grep '"command"' "$source/compile_commands.json")
  theirs=$(grep 'consumer\.dir' <<<"$commands")
  ours=$(grep -v 'consumer\.dir' <<<"$commands")
  for flag in -std=gnu++20 -fno-fast-math -ffp-contract=off '-O3 -DNDEBUG'; do
    [[ $(grep -cF -e "$flag" <<<"$ours") -eq $(wc -l <<<"$ours") ]] ||
      { echo "a source of ours is compiled without $flag"; exit 1; }
  done
  if grep -qE 'Unity|-fvisibility=hidden' <<<"$(grep -v sampler_c <<<"$ours")"
  then
    echo 'sources of ours are joined, or hide what they export'
    exit 1
  fi
  if grep -qE 'fp-contract|no-fast-math|gnu\+\+20' <<<"$theirs"; then
    echo 'our flags reach a source of the project around'
    exit 1
  fi
done

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name sampler.pc)")
export PKG_CONFIG_PATH LD_LIBRARY_PATH=$libraries
# shellcheck disable=SC2046
g++ -std=c++20 "$here/consumer/consumer.cc" -o "$work/consumer" \
  $(pkg-config --cflags --libs sampler)
echo "pkg-config, C++: $("$work/consumer")"
"$here/check_flags.sh"
# shellcheck disable=SC2046
cc -std=c11 -pedantic -Wall -Wextra -Werror "$here/consumer/consumer.c" \
  -o "$work/c_consumer" $(pkg-config --cflags --libs sampler-c)
echo "pkg-config, C11: $("$work/c_consumer")"
[[ $("$work/c_consumer") == *"version $(pkg-config --modversion sampler-c)" ]]
