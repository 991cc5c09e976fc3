#!/usr/bin/env bash
# Shared libraries export what the installed headers declare, and nothing else:
# every exported name is in namespace sampler, and each of its parts is a word of
# some header.
#   check_symbols.sh INCLUDE_FOLDER LIBRARY...
set -euo pipefail
include=$1
shift
words=$(find "$include" -name '*.h' -exec grep -ohE '\w+' {} + | sort -u)
for library in "$@"; do
  nm -DC --defined-only "$library" |
    awk 'NR == FNR { known[$0]; next }
      # "sampler::logs::Log::Row(long) const": sampler, logs, Log, Row.
      {
        $1 = $2 = ""
        symbol = name = $0
        sub(/^ +/, "", name)
        sub(/^(vtable|typeinfo name|typeinfo) for /, "", name)
        sub(/\[abi:[a-z0-9]+\]/, "", name)
        sub(/operator.*/, "operator", name)
        while (gsub(/<[^<>]*>/, "", name)) {}
        sub(/\(.*/, "", name)
        sub(/^.* /, "", name)  # What a template returns.
        if (name !~ /^sampler::/) { print "not ours: " symbol; bad = 1; next }
        count = split(name, parts, "::")
        for (i = 1; i <= count; ++i) {
          sub(/^~/, "", parts[i])
          if (!(parts[i] in known)) {
            print "not in a header: " symbol
            bad = 1
            break
          }
        }
      }
      END {
        if (FNR < 20) { print "only " FNR " symbols"; bad = 1 }
        print FNR " symbols"
        exit bad
      }' <(echo "$words") - || { echo "in $library"; exit 1; }
done
