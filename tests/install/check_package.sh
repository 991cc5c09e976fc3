#!/usr/bin/env bash
# Makes the Debian package of a build, lists what it holds, and runs the tool and
# a program in C from its content. Exit code 77: this machine makes none.
#   check_package.sh BUILD_FOLDER
set -euo pipefail
build=$1
here=$(cd "$(dirname "$0")" && pwd)
for program in dpkg-deb dpkg-shlibdeps cpack; do
  command -v "$program" >/dev/null || { echo "no $program"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$build" && cpack -G DEB -B "$work" >"$work/log" 2>&1) ||
  { cat "$work/log"; exit 1; }
package=$(echo "$work"/sampler_*.deb)
depends=$(dpkg-deb --field "$package" Depends)
echo "$(dpkg-deb --field "$package" Package Version | xargs), depends: $depends"
[[ $depends == *libc6* && $depends == *libstdc++6* ]] ||
  { echo 'libraries are missing from the dependencies'; exit 1; }

# An archive's paths begin with "./".
dpkg-deb --contents "$package" | awk '{print $6}' >"$work/content"
for file in usr/bin/sampler usr/include/sampler/pipeline.h \
            usr/include/sampler/c/sampler.h \
            usr/share/sampler/configs/schema.json \
            usr/share/man/man1/sampler.1 \
            usr/share/bash-completion/completions/sampler \
            usr/share/zsh/site-functions/_sampler \
            usr/share/fish/vendor_completions.d/sampler.fish \
            usr/share/doc/sampler/copyright; do
  grep -qxF "./$file" "$work/content" || { echo "not packed: $file"; exit 1; }
done
for file in libsampler.a libsampler.so.0.2 libsampler_c.so.0.2 \
            pkgconfig/sampler-c.pc cmake/sampler/sampler-config.cmake; do
  grep -qE "^\./usr/lib/([^/]*/)?$file\$" "$work/content" ||
    { echo "not packed: $file"; exit 1; }
done

dpkg-deb --extract "$package" "$work/root"
"$work/root/usr/bin/sampler" validate balanced
PKG_CONFIG_PATH=$(dirname "$(find "$work/root" -name sampler-c.pc)")
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
export PKG_CONFIG_PATH LD_LIBRARY_PATH
# shellcheck disable=SC2046
cc -std=c11 "$here/consumer/consumer.c" -o "$work/consumer" \
  $(pkg-config --cflags --libs sampler-c)
"$work/consumer"
