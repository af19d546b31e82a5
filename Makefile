# Two commands: `make up` and `make test`. They need Python 3.11 or newer and nothing else.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check
PAGE := src/touchgraph/static/graphiql.html
WEB := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
WORKERS := -n $(or $(N),2) --dist loadgroup --no-loadscope-reorder
TIMES ?= 10
DRAWING := $(shell grep -rlE '^from (hypothesis|tests.support.chance) import' tests --include='test_*.py')
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up test test-quick explore bench lint format golden lock jars

help: ## Say what each target does
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

up: .venv/.runtime $(PAGE) ## Start everything: Neo4j, the reform, GraphQL on http://127.0.0.1:8000/graphql
	@exec $(BIN)/touchgraph up

test: .venv/.development $(PAGE) lint ## Check everything, as CI does
	$(BIN)/python -m pytest $(WORKERS) --durations=15

test-quick: .venv/.development $(PAGE) lint ## Check what can be checked without a database and a browser, in a minute
	$(BIN)/python -m pytest $(WORKERS) -m "not database and not slow"

explore: .venv/.development $(PAGE) ## Look for new cases that fail, TIMES=10 over; keep what is found as an @example
	for run in $$(seq $(TIMES)); do HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest $(WORKERS) $(DRAWING) || exit 1; done

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
