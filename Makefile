# Every target sets up what it needs; the first run on a fresh machine makes .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OPTIONS ?=


.PHONY: setup study test chromium postgresql check bench generalisation coverage docs clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "jalon needs Python 3.11 to 3.13; name one with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get install -y -qq python3-venv; } || \
	  { echo "this Python cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(READY)

study: setup
	$(BIN)/jalon study run studies/breast_real.toml $(OPTIONS)

test: setup chromium postgresql
	$(BIN)/python -m pytest $(OPTIONS)

# The calculator is tested in Debian's Chromium, the export of scores in PostgreSQL too.
chromium:
	@command -v chromium >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  { echo "the calculator's tests need Chromium; on Debian: apt-get install chromium"; exit 1; }

postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; } || \
	  echo "the tests of exported SQL skip PostgreSQL: it needs root and, on Debian, apt-get install postgresql"

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(BIN)/python -W error -m pytest --doctest-modules --ignore=src/jalon/registry/store/migrations src/jalon

# The peers live in an environment of their own; R is timed too where Rscript is found.
BENCH := .venv-bench

$(BENCH)/.ready: benchmarks/requirements.lock
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --require-hashes -r benchmarks/requirements.lock
	@touch $@

bench: $(BENCH)/.ready
	PYTHONPATH=src $(BENCH)/bin/python -m benchmarks.speed $(OPTIONS)
	PYTHONPATH=src $(BENCH)/bin/python -m benchmarks.learning

# FasterRisk pins old versions exactly, so it has an environment to itself.
FASTERRISK := .venv-fasterrisk

$(FASTERRISK)/.ready: benchmarks/generalisation/fasterrisk.lock
	$(PYTHON) -m venv $(FASTERRISK)
	$(FASTERRISK)/bin/python -m pip install --quiet --require-hashes -r $<
	@touch $@

generalisation: $(BENCH)/.ready $(FASTERRISK)/.ready
	PYTHONPATH=src $(BENCH)/bin/python -m benchmarks.generalisation $(OPTIONS)

coverage: setup
	$(BIN)/python -m benchmarks.coverage $(OPTIONS)

docs: setup
	$(BIN)/python docs/generate.py
	$(BIN)/pdoc --docformat google --no-show-source -o site jalon

clean:
	rm -rf $(VENV) $(BENCH) $(FASTERRISK) site out .pytest_cache .mypy_cache .ruff_cache .hypothesis
