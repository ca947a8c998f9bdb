# Sunlit. `make demo` and `make test` need Python 3.11+ and make, nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := config portal supervision experts bidding trading accounts ledger kernel protocol
# Where the second run of the suite looks for PostgreSQL; the account must be allowed to create databases.
SUNLIT_TEST_DATABASE_URL ?= postgresql://postgres@127.0.0.1:5432/test
JOBS ?= 2
# Tests flush thousands of small files to the disk: in memory, where there is room for all, the same calls wait for nothing.
IN_MEMORY := $(shell [ "$$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 6000000 ] 2>/dev/null && echo env TMPDIR=/dev/shm || true)

.PHONY: help install demo test test-sqlite test-postgres sweep lint format types contracts bench coverage docs-check \
	docs messages screenshots lock clean

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(STAMP) ## Build .venv from the hashed requirements

$(STAMP): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements/dev.txt
	@touch $@

demo: install ## Load a demonstration market, run one whole tender, serve http://127.0.0.1:8000
	$(BIN)/python manage.py demo

test: install ## All tests on SQLite, then on PostgreSQL when it can be reached
	$(BIN)/python manage.py compilemessages --locale zh_Hans --ignore '.venv/*' --verbosity 0 || true
	$(MAKE) --no-print-directory test-sqlite
	$(MAKE) --no-print-directory test-postgres

test-sqlite: install
	$(IN_MEMORY) env -u DATABASE_URL $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# Only tests that touch the database run again: the others cannot answer differently. What a browser shows does
# not hang on the engine, nor what every address tells everybody; whole tenders, draws and results are walked there alone.
test-postgres: install
	@if $(BIN)/python -m tests.engines postgres; then \
	  $(IN_MEMORY) env PGOPTIONS="-c synchronous_commit=off" DATABASE_URL=$(SUNLIT_TEST_DATABASE_URL) $(BIN)/python -m pytest -n $(JOBS) --dist worksteal \
	    -m "database and (needs_postgres or not (needs_browser or walk))"; \
	elif [ "$${SUNLIT_REQUIRE:-}" = all ]; then \
	  echo "PostgreSQL is required (SUNLIT_REQUIRE=all) and cannot be reached" >&2; exit 1; \
	else \
	  echo "LEFT OUT: the second run of the suite, on PostgreSQL (set SUNLIT_TEST_DATABASE_URL)"; \
	fi

sweep: install ## Every mutant of the golden bundles through both verifiers, instead of the sample: long, goes on where it stopped
	$(IN_MEMORY) $(BIN)/python -m tests.protocol.sweep $(if $(PART),--part $(PART))

lint: install ## ruff and djlint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@if [ -d templates ]; then $(BIN)/djlint templates --lint --quiet; fi

format: install ## Let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install ## mypy, strict
	$(BIN)/mypy $(PACKAGES)

contracts: install ## Import contracts and budgets
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/architecture

coverage: install ## Branch coverage of the run on SQLite
	$(BIN)/coverage run -m pytest -q
	$(BIN)/coverage report

bench: install ## Measure; writes the table of docs/benchmarks.md
	$(BIN)/python -m benchmarks

docs: install ## Write docs/generated/ anew
	$(BIN)/python manage.py docs

docs-check: install ## Links hold, generated pages are up to date, commands named in README exist
	$(BIN)/python manage.py docs --check

messages: install ## Collect and compile the translations (needs gettext)
	$(BIN)/python manage.py makemessages --locale zh_Hans --no-location --no-wrap \
	  --ignore '.venv/*' --ignore 'tests/*' --ignore 'var/*'
	$(BIN)/python manage.py compilemessages --locale zh_Hans --ignore '.venv/*'

screenshots: install ## Pictures of the main pages with the system's Chromium
	$(BIN)/python scripts/screenshots.py

lock: ## Resolve pyproject.toml into requirements/*.txt (needs uv)
	uv pip compile $(LOCK) --extra s3 pyproject.toml -o requirements/base.txt
	uv pip compile $(LOCK) --extra s3 --group dev -c requirements/base.txt pyproject.toml -o requirements/dev.txt

LOCK := --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet \
	--python-version 3.11

clean: ## Remove what can be built again
	rm -rf $(VENV) var staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
