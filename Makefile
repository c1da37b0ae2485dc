# Everything a fresh Debian 12 machine with python3, make, apt and pip needs: `make demo`, `make test`.
# PYTHON=/path/to/python3 chooses the interpreter, PHCPACK=no goes on without PHCpack, ARGS='...' is handed to pytest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV := .venv
PY := $(VENV)/bin/python
# One pytest worker more than cores: tests wait for other processes and for time limits, which left a third of two cores
# idle with two workers. Past eight, starting the workers costs more than they save.
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 1); echo $$((n < 8 ? n + 1 : 8)))
ARGS ?=
COUNT ?= 200
SIZE ?= 1
SITE ?=
export PHCPACK PYTHON

# One thread a process: the tests are parallel already.
test test-slow tutorials studies bench: export OMP_NUM_THREADS := 1
test test-slow tutorials studies bench: export OPENBLAS_NUM_THREADS := 1
# Workers read the byte code that one of them has written: without it each compiles all tests.
test test-slow: export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test test-slow tutorials studies bench adversary mutations hostile lint wheel docs clean distclean

help:  ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## PHCpack and Python packages, into .venv; does nothing when all is there
	@bash scripts/setup.sh main

demo: setup  ## a census of five small landscapes, certified, and a figure, demo.png
	@$(VENV)/bin/stationary demo $(ARGS)

test: setup  ## all tests but the slow ones
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

test-slow: setup  ## the slow tests: minutes each
	@$(PY) -m pytest -m slow --timeout 3600 -n $(WORKERS) --dist loadfile $(ARGS)

tutorials: setup  ## run the tutorials and the gallery: they print what their pages say
	@$(PY) -m pytest -m pages --timeout 3600 tests/test_pages.py $(ARGS)

studies: setup  ## the studies in full, and their pages: 40 minutes of one core; ARGS=depth runs one
	@$(PY) scripts/study_pages.py $(ARGS)

bench: setup  ## speed against PHCpack, measured in the same run, and its history (tests/benchmarks/history.jsonl)
	@$(PY) -m pytest -m benchmark --timeout 3600 -p no:xdist -s $(ARGS)
	@$(PY) -m tests.benchmarks.history

adversary: setup  ## misleading landscapes against exact algebra; COUNT=10000 takes hours (docs/adversary.md)
	@$(PY) -m tests.adversary.campaign --size $(COUNT) $(ARGS)

mutations: setup  ## damaged solves, none of which may lead to a wrong claim: minutes (docs/adversary.md)
	@$(PY) -m tests.adversary.mutations $(ARGS)

hostile: setup  ## hostile files, folders and moments; SIZE=100 takes hours (docs/reliability.md)
	@$(PY) -m tests.hostile.campaign --size $(SIZE) $(ARGS)

lint: setup  ## ruff and mypy --strict
	@bash scripts/setup.sh dev
	@$(PY) -m ruff check .
	@$(PY) -m mypy

wheel: setup  ## build the wheel, install it into an empty environment, and try it there
	@bash scripts/try_wheel.sh

docs: setup  ## the documentation, into docs/_build/html; SITE=--prove shows the energies of all rows with certificates
	@bash scripts/setup.sh docs
	@rm -rf docs/api
	@$(PY) -m sphinx -q -W --keep-going -b html docs docs/_build/html
	@$(VENV)/bin/stationary site docs/_build/html/browse $(SITE)
	@echo "open docs/_build/html/index.html"

clean:  ## remove what builds and tests left behind
	@rm -rf build dist docs/_build docs/api .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find polysys homotopy tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## remove the virtual environment too
	@rm -rf $(VENV)
