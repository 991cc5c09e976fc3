#!/usr/bin/env bash
# Makes a virtual environment with what the Python package is built and tested
# with (requirements.txt), and prints its interpreter. Where Python or the
# package registry is absent it says so, and ends with status 1.
#   environment.sh FOLDER
set -euo pipefail
folder=$1
requirements=$(dirname "$0")/requirements.txt

give_up() {
  printf '\n*** The Python package is NOT built and NOT tested: %s\n\n' "$1" >&2
  exit 1
}

python=$folder/bin/python
if ! cmp -s "$requirements" "$folder/requirements.txt"; then
  command -v python3 >/dev/null || give_up 'there is no python3.'
  # The system's, whose headers are installed beside it, before any other.
  system=$([[ -x /usr/bin/python3 ]] && echo /usr/bin/python3 || echo python3)
  "$system" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    give_up "$("$system" --version) is older than 3.10."
  "$system" -m venv "$folder" >&2 || give_up 'python3 -m venv failed.'
  "$python" -m pip install --quiet --disable-pip-version-check \
    -r "$requirements" >&2 || give_up 'pip install failed (see above).'
  cp "$requirements" "$folder/requirements.txt"
fi
echo "$(cd "$folder" && pwd)/bin/python"
