#!/usr/bin/env bash
# Same bits everywhere: builds the golden tests with both compilers, without
# and with optimisation, for this machine's own instruction set, and for
# aarch64 and riscv64 under emulation, and runs them; each must reproduce the
# files of tests/data bit for bit. Argument: the folder to build in.
#
# aarch64 needs qemu-user, g++-aarch64-linux-gnu, and libabsl-dev, libhwy-dev
# and libgtest-dev for arm64 (dpkg --add-architecture arm64), riscv64 the same
# for riscv64, which Debian has from 13 on; where they are missing it is
# skipped, and said so.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-build/bit-identity}
tests=(golden_tokens_test golden_test numeric_test house_functions_test
       kernels_test row_scan_test exp_sum_test power_test sort_test)

run() {  # NAME, emulator or "", arguments of CMake
  local name=$1 emulator=$2
  shift 2
  local build=$folder/$name
  cmake -S . -B "$build" -G Ninja -DSAMPLER_BUILD_TOOLS=OFF \
    -DCMAKE_BUILD_TYPE=Release "$@" >/dev/null
  if ! cmake --build "$build" --target "${tests[@]}" >"$build/build.log"; then
    grep -A9 'error\|FAILED' "$build/build.log"
    printf '%-24s does not build\n' "$name"
    exit 1
  fi
  local test
  for test in "${tests[@]}"; do
    if ! SAMPLER_TEST_SHARE=${SAMPLER_TEST_SHARE:-10} \
        $emulator "$build/tests/$test" >"$build/$test.log"; then
      grep -v '^\[ *\(RUN\|OK\)' "$build/$test.log"
      printf '%-24s differs: %s\n' "$name" "$test"
      exit 1
    fi
  done
  printf '%-24s the same bits\n' "$name"
}

gcc=(-DCMAKE_CXX_COMPILER=g++)
clang=(-DCMAKE_CXX_COMPILER=clang++-14)
run gcc-O0 "" "${gcc[@]}" -DCMAKE_CXX_FLAGS_RELEASE=-O0
run gcc-O3 "" "${gcc[@]}" -DCMAKE_CXX_FLAGS_RELEASE=-O3
run gcc-O3-native "" "${gcc[@]}" '-DCMAKE_CXX_FLAGS_RELEASE=-O3 -march=native'
if command -v clang++-14 >/dev/null; then
  run clang-O0 "" "${clang[@]}" -DCMAKE_CXX_FLAGS_RELEASE=-O0
  run clang-O3 "" "${clang[@]}" -DCMAKE_CXX_FLAGS_RELEASE=-O3
  run clang-O3-native "" "${clang[@]}" \
    '-DCMAKE_CXX_FLAGS_RELEASE=-O3 -march=native'
else
  echo 'clang                    skipped: clang++-14 is not installed'
fi
emulated() {  # architecture
  local arch=$1
  local libraries=/usr/lib/$arch-linux-gnu
  if command -v "qemu-$arch" "$arch-linux-gnu-g++" >/dev/null &&
      [[ -e $libraries/libabsl_status.so && -e $libraries/libgtest.a ]]; then
    run "$arch-O2" "qemu-$arch -L /usr/$arch-linux-gnu" \
      -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$arch" \
      -DCMAKE_CXX_COMPILER="$arch-linux-gnu-g++" \
      -DCMAKE_LIBRARY_ARCHITECTURE="$arch-linux-gnu" \
      -DCMAKE_CXX_FLAGS_RELEASE=-O2
  else
    printf '%-24s skipped: its compiler, emulator or libraries are not %s\n' \
      "$arch" installed
  fi
}
emulated aarch64
emulated riscv64
