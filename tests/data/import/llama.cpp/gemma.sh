#!/bin/sh
# Gemma on the small card
exec llama-server -m /models/gemma.gguf -ngl 99 -c 8192 \
  --temp 1.0 --top-k 64 --top-p 0.95 --min-p 0.0 --jinja
