#!/usr/bin/env bash
# The library exports exactly the functions that the headers declare.
#   check_exports.sh LIBRARY HEADERS_FOLDER
set -euo pipefail
exported=$(nm -D --defined-only "$1" | awk '{print $3}' | sort)
declared=$(grep -ohE '\bsampler_[a-z_]+\(' \
  "$2"/{rewinder,sampler,speculation}.h | tr -d '(' | sort -u)
# The usage examples at the top of the headers call declared functions only.
diff <(echo "$declared") <(echo "$exported")
