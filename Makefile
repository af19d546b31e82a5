# Two commands: `make up` and `make test`. They need Python 3.11 or newer and nothing else.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check
PAGE := src/touchgraph/static/graphiql.html
WEB := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up test test-quick explore bench lint format golden lock jars

help: ## Say what each target does
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

up: .venv/.runtime $(PAGE) ## Start everything: Neo4j, the reform, GraphQL on http://127.0.0.1:8000/graphql
	@exec $(BIN)/touchgraph up

test: .venv/.development $(PAGE) lint ## Check everything, as CI does
	$(BIN)/python -m pytest -n 2 --dist loadscope --durations 15

test-quick: .venv/.development lint ## Check what needs no database, between two edits
	$(BIN)/python -m pytest -m "not database and not slow"

explore: .venv/.development $(PAGE) ## Draw cases anew, for as long as nothing is found; tell of what is in an @example
	while HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -n 2 --dist loadscope -k "random or differential or rollup or values or what_if or history"; do :; done

bench: .venv/.development $(PAGE) ## Measure, and write what is found to bench/RESULTS.md
	$(BIN)/python -m bench

lint: .venv/.development ## Check style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.development ## Put the code into its form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

golden: .venv/.development ## Write the golden files anew from their queries; read the difference
	GOLDEN=1 $(BIN)/python -m pytest tests/answer/test_golden.py

lock: .venv/.development ## Write the lock files anew; UPGRADE=--upgrade takes the newest versions
	$(BIN)/$(LOCK) $(UPGRADE) --extra build -o requirements.lock
	$(BIN)/$(LOCK) $(UPGRADE) --extra build --extra dev -o requirements-dev.lock

jars: .venv/.runtime ## Write the list of Neo4j's jars anew
	$(BIN)/python -m touchgraph.database.jars

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "touchgraph needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12" >&2; \
	  exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# The stamps say what is installed. The project itself is installed editable, so that its sources are used as they are.
.venv/.runtime: requirements.lock pyproject.toml | .venv/.made
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.development: requirements-dev.lock .venv/.runtime
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(PAGE): $(WEB) hatch_build.py | .venv/.runtime
	$(BIN)/python hatch_build.py
	@touch $@
