#!/usr/bin/env bash
# Makes quantised-rows.safetensors anew: what SmolLM2-135M-Instruct says of the
# 64 tokens of a story, and what quantised forms of it say of the same text. It
# fetches the model and llama.cpp as tools/demo/generate.sh does.
#   tests/data/make_quantised_rows.sh STORY     STORY: a safetensors log with
#                                               tokens and prompt_tokens
# Needs g++ and python3 with numpy.
#
# base      f16, the weights that the published Q4_1 file stands for
# kernels   that file as it is: the same weights, activations of 8 bits
# q8_0      the weights rounded to 8 bits; q4_0: to 4 bits
set -euo pipefail
story=$(realpath "$1")
cd "$(dirname "$0")/../.."
tools/demo/generate.sh --fetch >/dev/null
kit=$PWD/build/llama
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
g++ -std=c++20 -O1 -I"$kit/include" tests/data/make_quantised_rows.cc \
  -o "$work/make" -L"$kit/lib" -l:"$(cd "$kit/lib" && ls libllama.*so)" \
  -l:"$(cd "$kit/lib" && ls libggml.*so)" -l:libggml-base.so \
  -Wl,-rpath,"$kit/lib"
published=$kit/SmolLM2-135M-Instruct.Q4_1.gguf
"$work/make" "$kit/lib" quantise "$published" "$work/base.gguf" 1
"$work/make" "$kit/lib" quantise "$work/base.gguf" "$work/q8_0.gguf" 7
"$work/make" "$kit/lib" quantise "$work/base.gguf" "$work/q4_0.gguf" 2
ln -s "$published" "$work/kernels.gguf"
ids=$(python3 - "$story" <<'PYTHON'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
head = json.loads(data[8 : 8 + size])
def ids(name):
    begin, end = head[name]["data_offsets"]
    return struct.unpack("<%di" % ((end - begin) // 4), data[8 + size + begin : 8 + size + end])
print(len(ids("prompt_tokens")), *ids("prompt_tokens"), *ids("tokens"))
PYTHON
)
for name in base kernels q8_0 q4_0; do
  # shellcheck disable=SC2086
  "$work/make" "$kit/lib" rows "$work/$name.gguf" $ids >"$work/$name.f32"
done
python3 tests/data/make_quantised_rows.py "$work" tests/data/quantised-rows.safetensors
