#!/usr/bin/env bash
# Shared libraries export what headers of ours declare, and nothing else: every
# exported name is in namespace sampler, each of its parts is a word of some
# header, and whatever the static twin defines for others is exported too.
#   check_symbols.sh HEADERS_FOLDER LIBRARY.so...   (LIBRARY.a beside it)
set -euo pipefail
include=$1
shift
words=$(find "$include" -name '*.h' -exec grep -ohE '\w+' {} + | sort -u)

# Mangled names of the namespace that a library defines for others; not of the
# versions for one instruction set (N_AVX2, ...), which nobody reaches but their
# dispatchers.
ours() {  # READELF OPTION, LIBRARY
  readelf -W "$1" "$2" |
    awk '$5 ~ /GLOBAL|WEAK|UNIQUE/ && $6 == "DEFAULT" && $7 != "UND" &&
         $8 ~ /^_Z(N[VK]*[RO]?|T[VIST]N)7sampler/ {print $8}' |
    grep -vE 'kernels[0-9]+N_(AVX|SSE|SSSE|EMU|SCALAR|NEON)' | sort -u
}

for library in "$@"; do
  missing=$(comm -23 <(ours --syms "${library%.so}.a") \
    <(ours --dyn-syms "$library"))
  if [[ -n $missing ]]; then
    c++filt <<<"$missing"
    echo "are not exported by $library"
    exit 1
  fi
  nm -DC --defined-only "$library" |
    awk 'NR == FNR { known[$0]; next }
      # "sampler::logs::Log::Row(long) const": sampler, logs, Log, Row.
      function parts_of(name, parts) {
        sub(/^(vtable|typeinfo name|typeinfo) for /, "", name)
        sub(/\[abi:[a-z0-9]+\]/, "", name)
        sub(/operator.*/, "operator", name)
        while (gsub(/<[^<>]*>/, "", name)) {}
        sub(/\(.*/, "", name)
        sub(/^.* /, "", name)  # What a template returns.
        return split(name, parts, "::")
      }
      # Names that nm cannot read, as those of constrained constructors:
      # "_ZNK7sampler4logs3LogC1...".
      function parts_of_mangled(name, parts,  count, size) {
        sub(/^_ZN[VK]*[RO]?/, "", name)
        for (count = 0; match(name, /^[0-9]+/); ) {
          size = substr(name, 1, RLENGTH) + 0
          parts[++count] = substr(name, RLENGTH + 1, size)
          name = substr(name, RLENGTH + 1 + size)
        }
        return count
      }
      {
        $1 = $2 = ""
        symbol = $0
        sub(/^ +/, "", symbol)
        split("", parts)
        count = symbol ~ /^_Z/ ? parts_of_mangled(symbol, parts) \
                               : parts_of(symbol, parts)
        if (parts[1] != "sampler") {
          print "not ours: " symbol
          bad = 1
          next
        }
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
