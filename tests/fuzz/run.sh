#!/usr/bin/env bash
# Fuzzes every target for some seconds, as many at a time as there are cores:
#   run.sh BUILD SECONDS [TARGET ...]
# BUILD was configured with SAMPLER_BUILD_FUZZERS. What a target finds stays in
# BUILD/tests/fuzz/found/TARGET; an input that breaks something, beside it.
set -euo pipefail
[[ $# -ge 2 ]] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
export folder=$(cd "$(dirname "$0")" && pwd)
export build=$1/tests/fuzz
export seconds=$2
shift 2
targets=("$@")
[[ $# -gt 0 ]] || mapfile -t targets < <(cd "$folder/corpus" && printf '%s\n' *)

fuzz_one() {  # TARGET
  local log=$build/$1.log
  mkdir -p "$build/found/$1"
  if "$build/fuzz" "--target=$1" "-max_total_time=$seconds" -timeout=60 \
    -rss_limit_mb=4096 -print_final_stats=1 "-artifact_prefix=$build/$1-" \
    "$build/found/$1" "$folder/corpus/$1" >"$log" 2>&1; then
    printf '%-12s %s\n' "$1" "$(grep DONE "$log" | tr -s '\t ' ' ')"
  else
    tail -n 60 "$log" >&2
    return 1
  fi
}
export -f fuzz_one
printf '%s\n' "${targets[@]}" |
  xargs -P "$(nproc)" -I{} bash -c 'fuzz_one "$1"' fuzz_one {}
