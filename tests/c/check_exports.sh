#!/usr/bin/env bash
# The library exports exactly the functions that the headers declare.
#   check_exports.sh LIBRARY HEADER...
set -euo pipefail
exported=$(nm -D --defined-only "$1" | awk '{print $3}' | sort)
shift
# Comments call declared functions, here or in another header.
declared=$(cat "$@" | sed 's#/\*.*\*/##; /\/\*/,/\*\//d' |
  grep -oE '\bsampler_[a-z_]+\(' | tr -d '(' | sort -u)
diff <(echo "$declared") <(echo "$exported")
