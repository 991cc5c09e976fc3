#!/usr/bin/env bash
# Installs what the project builds with, from Debian 12 or Ubuntu 24.04 packages.
# With "check" as argument also what the continuous checks use.
set -euo pipefail

packages=(g++ cmake ninja-build pkg-config libabsl-dev nlohmann-json3-dev
          libhwy-dev libcli11-dev libtbb-dev libgtest-dev libbenchmark-dev)
if [[ "${1:-}" == check ]]; then
  packages+=(git dpkg-dev clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
    grep -q 'install ok installed' || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

echo "Installing: ${missing[*]}" >&2
sudo=()
[[ $(id -u) -eq 0 ]] || sudo=(sudo)
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" \
  >/dev/null
