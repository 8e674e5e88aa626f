# `make` alone explains itself. Everything runs in .venv, which each target makes and fills first.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
export PORT ?= 8000
export SANDBOX_PORT ?= 9000
IN = .venv/bin/python
LOCK = .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.12 \
	--generate-hashes --no-header
# Tests run side by side, each process with servers of its own: with given ones in a single process.
# Three suit two cores, as tests wait a good deal; who has nothing left takes from the others.
TEST_PROCESSES ?= $(if $(DATABASE_URL)$(REDIS_URL),0,3)
TESTS_SIDE_BY_SIDE = -n $(TEST_PROCESSES) --dist worksteal
WITH_CHECK_ENV = set -a; . ./tools/check.env; set +a;

.NOTPARALLEL:
.PHONY: help demo dev test test-browser lint types deploy-check migrations-check check reset bench \
	catalogs lock runtime-environment dev-environment

help:  ## this list
	@echo "Selfcare. The two commands to begin with are make demo and make test."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "PORT (8000) and SANDBOX_PORT (9000) choose the ports; PYTHON names a Python 3.12 or newer."

demo: runtime-environment  ## set up, start web, sandbox and their workers, print where and who
	@exec $(IN) -m tools.demo

dev: runtime-environment  ## the same, started anew whenever a file changes
	@exec $(IN) -m tools.demo --reload

test: dev-environment  ## everything but the browser, on a real PostgreSQL and Valkey
	@$(IN) -m tools.postgres --variable SANDBOX_DATABASE_URL --database box --unless-given -- \
		$(IN) -m pytest $(TESTS_SIDE_BY_SIDE) -c tests/sandbox/pytest.ini tests/sandbox
	@$(IN) -m pytest $(TESTS_SIDE_BY_SIDE) -m "not browser" tests

test-browser: dev-environment  ## the journeys in a real Chromium
	@$(IN) -m tools.chromium
	@$(IN) -m pytest $(TESTS_SIDE_BY_SIDE) -m browser tests

lint: dev-environment  ## ruff, format, imports, templates, translations
	@$(IN) -m ruff check .
	@$(IN) -m ruff format --check .
	@.venv/bin/lint-imports
	@$(IN) -m djlint --check --lint templates
	@$(IN) -m yamllint --strict .github deploy
	@$(WITH_CHECK_ENV) DJANGO_SETTINGS_MODULE=config.settings $(IN) -m tools.catalog_check

types: dev-environment  ## mypy, strict
	@$(WITH_CHECK_ENV) $(IN) -m mypy
	@$(WITH_CHECK_ENV) $(IN) -m mypy --config-file sandbox/mypy.ini

deploy-check: dev-environment  ## Django's own check of production settings
	@$(WITH_CHECK_ENV) $(IN) manage.py check --deploy --fail-level WARNING
	@# The box's generated column asks the database what it can: one that is there.
	@$(WITH_CHECK_ENV) SANDBOX_DATABASE_URL=sqlite:///var/check.sqlite3 $(IN) -m sandbox check --fail-level WARNING

migrations-check: dev-environment  ## no model without its migration
	@$(WITH_CHECK_ENV) SELFCARE_ENVIRONMENT=local DATABASE_URL=sqlite://:memory: $(IN) manage.py makemigrations --check --dry-run
	@$(WITH_CHECK_ENV) SANDBOX_DATABASE_URL=sqlite:///var/check.sqlite3 $(IN) -m sandbox makemigrations --check --dry-run

check: lint types deploy-check migrations-check test test-browser  ## all of it: what CI runs

reset: runtime-environment  ## forget the demo's people, money and secrets
	@$(IN) -m tools.demo --reset

bench: dev-environment  ## requests a second beside an empty view, with 1,000,000 transactions
	@$(IN) -m tools.bench

catalogs: dev-environment  ## bring the catalogs in locale/ to the texts of the sources
	@$(WITH_CHECK_ENV) DJANGO_SETTINGS_MODULE=config.settings $(IN) -m tools.catalogs update

lock: dev-environment  ## make the lists of packages anew from requirements/*.in
	@$(LOCK) requirements/bootstrap.in -o requirements/bootstrap.txt
	@$(LOCK) requirements/runtime.in -o requirements/runtime.txt
	@$(LOCK) requirements/dev.in -c requirements/runtime.txt -o requirements/dev.txt

runtime-environment:
	@sh tools/set_up.sh runtime
	@$(IN) -m tools.catalogs compile

dev-environment:
	@sh tools/set_up.sh dev
	@$(IN) -m tools.catalogs compile
