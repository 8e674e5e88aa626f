#!/bin/sh
# Prints the path of a Python that can run the product, or says in one sentence what to install.
# A shim of a version that is not active exists and still fails, so each candidate is tried.

fits() {
    "$1" -c 'import sys, venv, ssl, sqlite3; assert sys.version_info >= (3, 12)' >/dev/null 2>&1
}

found() {
    "$1" -c 'import sys; print(sys.executable)'
    exit 0
}

if [ -n "${PYTHON:-}" ]; then
    fits "$PYTHON" && found "$PYTHON"
    echo "PYTHON is $PYTHON, which is no Python 3.12 or newer with venv, ssl and sqlite3." >&2
    exit 1
fi

for candidate in python3.14 python3.13 python3.12 python3; do
    fits "$candidate" && found "$candidate"
done

# Newest first, by number, so that 3.13.10 comes before 3.13.9.
versions=${PYENV_ROOT:-$HOME/.pyenv}/versions
# shellcheck disable=SC2010 # pyenv's names are plain
for version in $(ls "$versions" 2>/dev/null | grep -E '^3\.(1[2-9]|[2-9][0-9])' | sort -t. -k2,2nr -k3,3nr); do
    fits "$versions/$version/bin/python3" && found "$versions/$version/bin/python3"
done

if command -v uv >/dev/null 2>&1; then
    echo "No Python 3.12 or newer here; uv fetches one." >&2
    uv python install --quiet 3.13 >&2 && candidate=$(uv python find 3.13) &&
        fits "$candidate" && found "$candidate"
fi

echo "No Python 3.12 or newer was found: install one (Debian, Ubuntu: python3 and python3-venv;" \
    "macOS: brew install python@3.13; anywhere: pyenv or uv), or name one: make demo PYTHON=/path/to/python3." >&2
exit 1
