#!/usr/bin/env bash
# Holds an engine against its own settings: installs it, a small model and the
# package into an environment of their own (once), runs it, checks what it gave.
#   conformance.sh transformers|vllm|mlx-lm|ort-genai|llama.cpp|openvino [FILE]
#       [-- OPTION...]
# With FILE, packs the run into it as well. Options are those of conformance.py
# run: --only SETTING..., --draws N, --resume.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tools/conformance

engine=${1:-}
file=''
options=()
if [[ $# -gt 1 && $2 != -- ]]; then
  file=$2
  shift
fi
if [[ $# -gt 1 ]]; then
  [[ $2 == -- ]] || {
    echo "conformance.sh: got \"$2\", want -- before options" >&2
    exit 2
  }
  options=("${@:3}")
fi
weights=(torch transformers accelerate gguf)  # To read the model, or write it.
case $engine in
  transformers) packages=("${weights[@]}") ;;
  vllm) packages=(torch==2.13.0 accelerate gguf) ;;
  mlx-lm) packages=('mlx[cpu]' mlx-lm "${weights[@]}") ;;
  ort-genai) packages=(onnxruntime-genai onnx onnx_ir "${weights[@]}") ;;
  llama.cpp) packages=(xllamacpp) ;;
  openvino) packages=(openvino-genai) ;;
  *)
    echo "conformance.sh: got \"$engine\", want transformers, vllm, mlx-lm," \
      'ort-genai, llama.cpp or openvino' >&2
    exit 2
    ;;
esac

environment=$root/build/conformance-$engine
python=$("$root/tools/demo/engine_environment.sh" "$engine" "$environment" \
  "${packages[@]}")
export HF_HUB_OFFLINE=1
model=$("$python" "$here/model_of.py" "$engine" "$environment")
"$python" "$here/conformance.py" run "$engine" --model "$model" \
  --output "$environment/run" "${options[@]}"
if [[ -n $file ]]; then
  "$python" "$here/conformance.py" pack "$environment/run" "$file"
fi
"$python" "$here/conformance.py" check "$environment/run"
