#!/usr/bin/env bash
# Measures this library beside the ways to sample that Python has, and writes it
# down: tools/bench/results/NAME-python.{json,svg} and README.md's table.
#
#   tools/bench/peers.sh NAME [PYTHON]
#
# PYTHON has numpy, torch, transformers, vllm and this package; what it lacks of
# the others is left out. Unless it is given, an environment with all of them is
# made (once, some 5 GB). NAME is a measurement of measure.sh. The machine
# should be doing nothing else.
set -euo pipefail
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
cd "$(dirname "$0")/../.."
name=$1
if [ ! -e "tools/bench/results/$name.json" ]; then
  echo "peers.sh: there is no tools/bench/results/$name.json: run" \
    "tools/bench/measure.sh first" >&2
  exit 2
fi
python=${2:-$(tools/demo/engine_environment.sh vllm "$PWD/build/python-vllm" \
  torch==2.13.0 accelerate gguf transformers)}

# One thread for every library.
export OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
"$python" tools/bench/peers.py --json "tools/bench/results/$name-python.json"
python3 tools/bench/report.py write "$name"
