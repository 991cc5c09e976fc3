#!/usr/bin/env bash
# Measures everything that README.md shows and writes it down, in less than ten
# minutes: tools/bench/results/NAME.{json,md,svg} and README.md's table.
#
#   tools/bench/measure.sh BUILD_DIR [LLAMA_DIR] [NAME]
#
# BUILD_DIR is made, or reused. LLAMA_DIR is a folder with llama.cpp's include/
# and lib/; without it, or with "", its columns stay empty. NAME is "epyc-zen5"
# unless given. The machine should be doing nothing else.
set -euo pipefail
if [ $# -lt 1 ] || [ $# -gt 3 ]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
build=$(realpath -m "$1")
llama=${2:+$(realpath "$2")}
name=${3:-epyc-zen5}
cd "$(dirname "$0")/../.."

cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release \
  -DSAMPLER_BUILD_BENCHMARKS=ON -DSAMPLER_LLAMA_DIR="$llama" >/dev/null
cmake --build "$build" --target sampler-bench llama-compare --parallel

"$build/tools/bench/llama-compare" --json "$build/compare.json"

# Every stage, on rows that rotate through L3; where rows lie and what they are
# made of; chains in a loop with other work; batches.
chains='(greedy|short|min_p_draw|temperature_draw|top_p_draw)'
"$build/tools/bench/sampler-bench" --benchmark_min_time=0.05 \
  --benchmark_out="$build/bench.json" --benchmark_out_format=json \
  --benchmark_filter="^stage/.*/(151936/gaussian|49152/real)/f32/l3|^$chains/151936/gaussian/(f32|.*/memory)|^(short|default|top_p_draw)/(32000/gaussian|49152/real)/f32/(l3|loop)|^batch/.*/151936/gaussian/(f32|bf16)/"

tools/bench/report.py collect "$name" "$build/compare.json" "$build/bench.json"
tools/bench/report.py write "$name"
