#!/usr/bin/env bash
# This sampler inside an engine that Python has, on a small model: installs the
# engine, the model and the package into an environment of their own (once), has
# the engine tell a story with our sampler, logs it, and replays the log: every
# token is drawn again.
#   python_engine.sh transformers|mlx-lm|vllm|ort-genai|llama-cpp-python [PROMPT]
# transformers brings torch: some 5 GB, minutes. mlx-lm and llama-cpp-python read
# the model through it or by themselves.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

engine=${1:-}
case $engine in
  transformers) packages=(torch transformers accelerate gguf) ;;
  mlx-lm) packages=('mlx[cpu]' mlx-lm torch transformers accelerate gguf) ;;
  vllm) packages=(torch==2.13.0 accelerate gguf) ;;
  ort-genai)
    packages=(onnxruntime-genai onnx onnx_ir torch transformers accelerate gguf)
    ;;
  llama-cpp-python) packages=(llama-cpp-python) ;;
  *)
    echo "python_engine.sh: got \"$engine\", want transformers, mlx-lm, vllm," \
      'ort-genai or llama-cpp-python' >&2
    exit 2
    ;;
esac
prompt=${2:-Tell a story of three rivers.}

environment=$root/build/python-$engine
python=$("$root/tools/demo/engine_environment.sh" "$engine" "$environment" \
  "${packages[@]}")
export HF_HUB_OFFLINE=1
"$python" "$root/tools/demo/python_engine.py" "$engine" "$prompt" \
  "$environment/story.safetensors"
