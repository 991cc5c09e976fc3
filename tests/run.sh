#!/usr/bin/env bash
# Builds everything and runs all tests. Further arguments go to CMake:
#   tests/run.sh -DSAMPLER_SHARED_DIR=/path/to/the/full/data
# Tests of random rows and of laws run a tenth of their cases, which each of
# them is made to see its faults with; SAMPLER_TEST_SHARE=100 runs them all.
# SAMPLER_TEST_EXCLUDE is a regular expression of tests to leave out.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/install_packages.sh tests
build=${SAMPLER_BUILD_DIR:-build/tests}
# Without one, the Python package is left out, and a skipped test says so.
python=$(tests/python/environment.sh "$build/python-environment") || python=
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DSAMPLER_BUILD_BENCHMARKS=ON -DSAMPLER_JOIN_SOURCES=ON \
  "-DSAMPLER_PYTHON=$python" "$@" >/dev/null
cmake --build "$build"
SAMPLER_TEST_SHARE=${SAMPLER_TEST_SHARE:-10} \
  ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" \
  ${SAMPLER_TEST_EXCLUDE:+--exclude-regex "$SAMPLER_TEST_EXCLUDE"}
