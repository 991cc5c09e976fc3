#!/usr/bin/env bash
# Builds the tool and replays a shipped log of a real model: 24 rows of
# SmolLM2-135M-Instruct telling a story.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/install_packages.sh demo
echo 'Building the tool in build/demo...' >&2
cmake -S . -B build/demo -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DSAMPLER_BUILD_TESTS=OFF -DSAMPLER_JOIN_SOURCES=ON >/dev/null
tools/build_with_progress.sh build/demo sampler-tool
build/demo/tools/sampler replay tests/data/story-f16.safetensors \
  --config balanced --seed 42 --vocab-file tests/data/tokenizer.json
