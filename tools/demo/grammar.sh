#!/usr/bin/env bash
# A grammar engine's bitmask in this sampler's `mask`: installs the engine, a
# small model, what runs it (OpenVINO) and the package into an environment of
# their own (once), has the model answer with JSON of a schema, logs the masks
# beside the rows, and replays the log: every token is drawn again.
#   grammar.sh xgrammar|llguidance [PROMPT]
# xgrammar brings torch: some 5 GB, minutes.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

engine=${1:-}
case $engine in
  xgrammar | llguidance) ;;
  *)
    echo "grammar.sh: got \"$engine\", want xgrammar or llguidance" >&2
    exit 2
    ;;
esac
prompt=${2:-Describe a river as JSON: its name, its country, its length in km.}

environment=$root/build/python-$engine
python=$("$root/tools/demo/engine_environment.sh" "$engine" "$environment" \
  "$engine" openvino-genai)
"$python" "$root/tools/demo/grammar.py" "$engine" "$prompt" \
  "$environment/answer.safetensors"
