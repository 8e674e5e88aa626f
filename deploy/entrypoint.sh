#!/bin/sh
# One image, several jobs: web, worker, sandbox, sandbox-worker, and the one-shot migrate and
# prepare-sandbox.
set -eu
cd "$(dirname "$0")/.."

case "${1:-web}" in
web)
    exec python -m gunicorn config.wsgi -c config/gunicorn.py
    ;;
worker)
    exec python manage.py worker
    ;;
sandbox)
    exec python -m gunicorn sandbox.wsgi -c sandbox/gunicorn.py
    ;;
sandbox-worker)
    exec python -m sandbox worker
    ;;
migrate)
    exec python manage.py migrate --no-input
    ;;
prepare-sandbox)
    python -m sandbox migrate --no-input
    python -m sandbox seed
    python -m sandbox freshen
    exec python -m sandbox register_client
    ;;
*)
    echo "There is no job '$1': choose web, worker, sandbox, sandbox-worker, migrate or prepare-sandbox." >&2
    exit 64
    ;;
esac
