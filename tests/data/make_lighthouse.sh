#!/usr/bin/env bash
# Makes lighthouse.safetensors anew: a run of sampler-generate that tells how it
# was drawn. Fetches and builds what tools/demo/generate.sh does.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tools/demo/generate.sh 'Tell me a short story about a lighthouse.' \
  --config balanced --seed 42 --tokens 60 --sequences 2 \
  --log "$work/run.safetensors"
build/demo/tools/sampler convert "$work/run.safetensors" \
  tests/data/lighthouse.safetensors --top-k 48 --force
