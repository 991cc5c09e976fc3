#!/usr/bin/env bash
# The library exports exactly the functions that the header declares.
#   check_exports.sh LIBRARY HEADER
set -euo pipefail
exported=$(nm -D --defined-only "$1" | awk '{print $3}' | sort)
declared=$(grep -oE '\bsampler_[a-z_]+\(' "$2" | tr -d '(' | sort -u)
# The usage example at the top of the header calls declared functions only.
diff <(echo "$declared") <(echo "$exported")
