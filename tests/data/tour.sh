#!/bin/sh
# Puts the files that the examples of `sampler` name into a folder:
#   tests/data/tour.sh /tmp/tour && cd /tmp/tour
set -eu
[ $# -eq 1 ] || { echo "usage: tour.sh FOLDER" >&2; exit 2; }
data=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cp "$data/story-f16.safetensors" "$1/run.safetensors"
cp "$data/import/llama-request.json" "$1/request.json"
cp "$data/marked.json" "$1/text.json"
cp "$data/marked.key" "$1/vllm.key"
