#!/bin/sh
# Makes .venv and fills it from a hash-locked list: `tools/set_up.sh runtime` or `… dev`.
# A stamp with the list's checksum makes the second time a matter of milliseconds.
set -u
cd "$(dirname "$0")/.." || exit 1

list=requirements/$1.txt
stamp=.venv/.installed-$1-$(cat requirements/bootstrap.txt requirements/runtime.txt "$list" | cksum | tr -d ' ')
log=.venv/set_up.log

[ -e "$stamp" ] && .venv/bin/python -c '' 2>/dev/null && exit 0

fail() {
    if grep -qiE 'getaddrinfo|name resolution|nodename nor|dns error|connection refused|unreachable|timed out|connecttimeout|newconnectionerror|error sending request|failed to connect|no matching distribution.*none\)|certificate' "$log" 2>/dev/null; then
        echo "The package registry can't be reached: check the network (or the proxy and index settings of pip), then try again. Details: $log" >&2
    else
        tail -n 15 "$log" >&2 2>/dev/null
        echo "$1 Details: $log" >&2
    fi
    exit 1
}

# An environment that was moved or whose Python was removed is of no use.
if [ -e .venv ] && ! .venv/bin/python -c 'import sys; assert sys.version_info >= (3, 12)' 2>/dev/null; then
    rm -rf .venv
fi

if [ ! -x .venv/bin/python ]; then
    python=$(sh tools/find_python.sh) || exit 1
    echo "Making .venv with $("$python" -V) …"
    made=$("$python" -m venv .venv 2>&1) || {
        rm -rf .venv
        if command -v uv >/dev/null 2>&1; then
            uv venv --quiet --python "$python" .venv || exit 1
        else
            printf '%s\n' "$made" | tail -n 5 >&2
            echo "$python can't make an environment: install its venv package (Debian, Ubuntu: python3-venv)." >&2
            exit 1
        fi
    }
fi

if [ -x .venv/bin/uv ] && cmp -s requirements/bootstrap.txt .venv/.bootstrap; then
    uv=.venv/bin/uv
elif .venv/bin/python -c 'import pip' 2>/dev/null; then
    echo "Fetching uv, which installs the rest …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 \
        --require-hashes -r requirements/bootstrap.txt >"$log" 2>&1 || fail "uv could not be installed."
    cp requirements/bootstrap.txt .venv/.bootstrap
    uv=.venv/bin/uv
else
    uv=$(command -v uv) || { echo ".venv has neither pip nor uv: remove it and try again." >&2; exit 1; }
fi

# uv does not read pip's settings; a machine that has an index of its own told pip about it.
if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null)}
    [ -n "$index" ] && export UV_DEFAULT_INDEX="$index"
fi

echo "Installing $(grep -c '==' "$list") packages from $list …"
"$uv" pip install --quiet --python .venv/bin/python --require-hashes -r "$list" >"$log" 2>&1 ||
    fail "The packages could not be installed."
touch "$stamp"
