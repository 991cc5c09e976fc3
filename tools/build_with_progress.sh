#!/usr/bin/env bash
# Builds targets of a build folder and tells how far it is on standard error:
# over one line of a terminal, and elsewhere a line at every tenth. What the
# compilers say is shown only if the build fails, and stays in BUILD/build.log.
#   build_with_progress.sh BUILD TARGET...
set -euo pipefail
build=$1
shift
log=$build/build.log

# "  83 of 230 files, 2:41 so far, about 4:45 to go". The first files, which the
# others are compiled with, tell nothing about those.
tell() {  # DONE TOTAL SECONDS
  printf '  %d of %d files, %d:%02d so far' "$1" "$2" $(($3 / 60)) $(($3 % 60))
  if ((20 * $1 > $2 && $1 < $2)); then
    local left=$(($3 * ($2 - $1) / $1))
    printf ', about %d:%02d to go' $((left / 60)) $((left % 60))
  fi
}

show() {  # Reads what ninja prints: "[83/230] Building ...".
  local line tenth told=-1
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    local done=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
    if [[ -t 2 ]]; then
      printf '\r\033[K%s' "$(tell "$done" "$total" "$SECONDS")" >&2
      continue
    fi
    tenth=$((10 * done / total))
    ((tenth > told)) || continue
    told=$tenth
    printf '%s\n' "$(tell "$done" "$total" "$SECONDS")" >&2
  done
  if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}

: >"$log"
if ! NINJA_STATUS='[%f/%t] ' cmake --build "$build" --target "$@" 2>&1 | show
then
  grep -v '^\[[0-9]*/[0-9]*\] ' "$log" >&2 || true
  echo "The build failed; all of its output is in $log." >&2
  exit 1
fi
