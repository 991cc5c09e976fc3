#!/usr/bin/env bash
# A small model tells a story about a lighthouse, once as it likes and once
# without the word: what is taken back when a phrase is complete, where the text
# goes instead, and that its log replays token by token. Fetches and builds what
# tools/demo/generate.sh does.
set -euo pipefail
cd "$(dirname "$0")/../.."

question='Tell me a short story about a lighthouse.'
settings=(--config balanced --seed 42 --tokens 60)
log=build/demo/phrases.safetensors

echo '--- As it likes:'
tools/demo/generate.sh "$question" "${settings[@]}"
echo
echo '--- Without lighthouses, the sea, storms, coasts and keepers:'
rm -f "$log" "$log.partial"
tools/demo/generate.sh "$question" "${settings[@]}" --ban lighthouse \
  --ban-ignore-case --ban-regex '(?i)\b(sea|storms?|coast|keeper)\b' \
  --ban-trace --log "$log"
echo
echo '--- The same from the log, every token drawn again:'
build/demo/tools/sampler replay "$log" --verify --quiet --rows 0:10
