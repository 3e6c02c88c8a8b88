#!/bin/sh
# Makes the Python environment of the client tests once and prints its interpreter.
# KUMIKI_TEST_VENV says where it lives; default: target/venv of this module. A changed requirements.txt makes it anew.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${KUMIKI_TEST_VENV:-$here/../target/venv}
stamp=$venv/requirements.txt
if ! cmp -s "$here/requirements.txt" "$stamp"; then
    python=${PYTHON:-python3}
    command -v "$python" >/dev/null || { echo "Python 3 is missing: apt install python3-venv, dnf install python3, brew install python" >&2; exit 3; }
    rm -rf "$venv"
    "$python" -m venv "$venv" >&2 || { echo "the venv module is missing: apt install python3-venv" >&2; exit 3; }
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2 \
        || { echo "the Python packages of $here/requirements.txt could not be installed" >&2; exit 4; }
    cp "$here/requirements.txt" "$stamp"
fi
echo "$venv/bin/python"
