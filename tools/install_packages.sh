#!/usr/bin/env bash
# Installs the Debian packages that a purpose needs and that are missing:
#   install_packages.sh demo    to build the tool (tools/demo.sh)
#   install_packages.sh tests   also every test and README command (default)
#   install_packages.sh check   also the continuous checks, on Debian 12 only
#   install_packages.sh proofs  what proves the bounds of tests/proof
#   install_packages.sh browser a browser, in which tests look at pages
# Without the right to install, it names what is missing and the command that an
# administrator would run, and ends with status 1.
set -euo pipefail

demo=(g++ cmake ninja-build libabsl-dev nlohmann-json3-dev libhwy-dev
      libcli11-dev libyaml-cpp-dev libre2-dev)
# mold: links the tests. make, pkg-config: the README's library commands. file,
# dpkg-dev: cpack.
# python3-dev, python3-venv: the Python package.
tests=(mold make pkg-config file dpkg-dev python3 python3-dev python3-venv
       libgtest-dev libbenchmark-dev)
proofs=(python3 gappa sollya)
browser=(chromium-headless-shell)
check=(git clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev)

purpose=${1:-tests}
case $purpose in
  demo) packages=("${demo[@]}") ;;
  tests) packages=("${demo[@]}" "${tests[@]}") ;;
  check) packages=("${demo[@]}" "${tests[@]}" "${check[@]}") ;;
  proofs) packages=("${proofs[@]}") ;;
  browser) packages=("${browser[@]}") ;;
  *)
    echo "install_packages.sh: got \"$purpose\", want demo, tests, check," \
      "proofs or browser" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo 'This system has no Debian packages. CMake will say what it misses; as' \
    "Debian calls them: ${packages[*]}" >&2
  exit 0
fi
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
    grep -q 'install ok installed' || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

# Runs a command as root.
as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}
give_up() {  # REASON
  printf '%s\nMissing packages: %s\nAn administrator would run:\n' \
    "$1" "${missing[*]}" >&2
  printf '  apt-get install --no-install-recommends %s\n' "${missing[*]}" >&2
  exit 1
}

if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || give_up 'You are not root, and there is no sudo.'
  sudo true || give_up 'You are not root, and sudo refused.'
fi
echo "Installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -qq || give_up 'apt-get update failed.'
unknown=()
for package in "${missing[@]}"; do
  apt-cache show "$package" >/dev/null 2>&1 || unknown+=("$package")
done
[[ ${#unknown[@]} -eq 0 ]] ||
  give_up "This system's package lists do not have: ${unknown[*]}"
as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" \
  >/dev/null || give_up 'apt-get install failed.'
