#!/usr/bin/env bash
# Both examples give the same texts, and logs of the same bytes.
#   check.sh EXAMPLE_IN_C EXAMPLE_IN_CC FOLDER
set -euo pipefail
"$1" "$3/c.safetensors" >"$3/c.txt"
"$2" "$3/cc.safetensors" >"$3/cc.txt"
diff "$3/c.txt" "$3/cc.txt"
cmp "$3/c.safetensors" "$3/cc.safetensors"
