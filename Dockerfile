# One image for web, worker and sandbox: `docker run selfcare web`, `… worker`, `… sandbox`.
FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1
WORKDIR /app

# First what changes seldom, so that a change of code installs nothing anew.
COPY requirements/bootstrap.txt requirements/runtime.txt requirements/
RUN python -m venv /tmp/bootstrap \
    && /tmp/bootstrap/bin/pip install --require-hashes -r requirements/bootstrap.txt \
    && python -m venv --without-pip /venv \
    && /tmp/bootstrap/bin/uv pip install --python /venv/bin/python --compile-bytecode \
        --require-hashes -r requirements/runtime.txt

COPY manage.py ./
COPY config config
COPY selfcare selfcare
COPY sandbox sandbox
COPY templates templates
COPY static static
COPY locale locale
COPY deploy/entrypoint.sh deploy/health_check.py deploy/
COPY tools/check.env tools/catalogs.py /tmp/
# Static files get names with a digest; the invented environment stays in this stage.
RUN /venv/bin/python /tmp/catalogs.py compile --root /app
RUN set -a && . /tmp/check.env && set +a \
    && STATIC_ROOT=/app/collected /venv/bin/python manage.py collectstatic --no-input \
    && /venv/bin/python -m compileall -q config selfcare sandbox


FROM python:3.13-slim

RUN useradd --system --uid 10001 --home-dir /app --no-create-home selfcare
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/collected BIND=0.0.0.0 SANDBOX_HOST=0.0.0.0
WORKDIR /app
# What people attach and export; a volume that all instances share, unless FILES_BUCKET is set.
RUN install -d -o 10001 -g 10001 /files
COPY --from=build /venv /venv
COPY --from=build /app /app

USER 10001
EXPOSE 8000 9000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "deploy/health_check.py"]
ENTRYPOINT ["deploy/entrypoint.sh"]
CMD ["web"]
