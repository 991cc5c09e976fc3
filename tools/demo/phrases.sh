#!/usr/bin/env bash
# A small model tells a story about a lighthouse: as it likes; without the word,
# with what is held of every beginning of it, let go and taken back; and without
# a family of words. And that the log of such a run replays token by token.
# Fetches and builds what tools/demo/generate.sh does.
set -euo pipefail
cd "$(dirname "$0")/../.."

question='Tell me a short story about a lighthouse.'
settings=(--config balanced --seed 42 --tokens 60)
log=build/demo/phrases.safetensors

echo '--- As it likes:'
tools/demo/generate.sh "$question" "${settings[@]}"
echo
echo '--- Without lighthouses:'
tools/demo/generate.sh "$question" "${settings[@]}" --ban lighthouse \
  --ban-ignore-case --ban-trace
echo
echo '--- Without lighthouses, the sea, storms, coasts and keepers:'
rm -f "$log" "$log.partial"
tools/demo/generate.sh "$question" "${settings[@]}" --ban lighthouse \
  --ban-ignore-case --ban-regex '(?i)\b(sea|storms?|coast|keeper)\b' \
  --ban-trace --log "$log"
echo
echo '--- The same from the log, every token drawn again:'
build/demo/tools/sampler replay "$log" --verify --quiet --rows 0:10
