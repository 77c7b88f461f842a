# `make run` opens the program on its demo queue, `make run ARGS="..."` on anything; `make test` runs the tests.
# Each does all of its own set-up: system packages (packaging/system-packages) and a virtual environment.

PYTHON ?= python3
VENV ?= .venv
ARGS ?= --demo
MINUTES ?= 60
SEED ?= 1
FLOOR ?= 3.11
TIP ?= 3.11 3.12 3.13
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: run test test-floor test-tip lint bench soak fuzz docs smoke smoke-roots screenshots clean

run: $(VENV)/run.stamp
	@$(BIN)/python -m uringreview $(ARGS)

test: $(VENV)/test.stamp
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/lint.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/test.stamp
	@for each in $(filter-out bench/soak.py,$(wildcard bench/*.py)); do echo "== $$each"; $(BIN)/python $$each || exit; done

# A random user on the real window (MINUTES, SEED), and coverage-guided fuzzing of all parsers (MINUTES in total).
soak: $(VENV)/test.stamp
	@$(BIN)/python bench/soak.py --minutes $(MINUTES) --seed $(SEED)

fuzz: $(VENV)/test.stamp
	@$(PIP) install -e '.[test,fuzz]'
	@$(BIN)/python fuzz/fuzz.py --minutes $(MINUTES) --seed $(SEED)

smoke: $(VENV)/package.stamp
	@packaging/smoke $(BIN)/python

# The tests at the lowest versions that pyproject.toml allows (those of Debian 13), and at the newest on other Pythons.
test-floor: $(VENV)/test.stamp
	@packaging/test-versions floor $(FLOOR) $(PYTEST_ARGS)

test-tip: $(VENV)/test.stamp
	@packaging/test-versions tip "$(TIP)" $(PYTEST_ARGS)

# Each package installed into a fresh root of the Debian that it is for. Needs root and debootstrap.
smoke-roots: $(VENV)/package.stamp
	@PYTHON=$(BIN)/python packaging/smoke-root trixie thin
	@packaging/smoke-root bookworm bundled

# The documents as pages in build/docs; a link that leads nowhere is an error.
docs: $(VENV)/docs.stamp
	@$(BIN)/python -m sphinx -q -W --keep-going -n -b html docs build/docs
	@echo build/docs/index.html

screenshots: $(VENV)/run.stamp
	@$(BIN)/python docs/make-screenshots.py

clean:
	rm -rf $(VENV) build dist

$(VENV)/bin/python:
	@packaging/system-packages run
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "uringreview needs Python 3.11 or newer; this is %d.%d. Name another with: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: pyproject.toml | $(VENV)/bin/python
	@PYTHON=$(PYTHON) packaging/system-packages run
	@$(PIP) install -e .
	@touch $@

$(VENV)/test.stamp: pyproject.toml | $(VENV)/bin/python
	@PYTHON=$(PYTHON) packaging/system-packages test
	@$(PIP) install -e '.[test]'
	@touch $@ $(VENV)/run.stamp

$(VENV)/lint.stamp: pyproject.toml $(VENV)/test.stamp | $(VENV)/bin/python
	@$(PIP) install -e '.[test,lint]'
	@touch $@

$(VENV)/docs.stamp: pyproject.toml | $(VENV)/bin/python
	@PYTHON=$(PYTHON) packaging/system-packages run
	@$(PIP) install -e '.[docs]'
	@touch $@

$(VENV)/package.stamp: pyproject.toml | $(VENV)/bin/python
	@PYTHON=$(PYTHON) packaging/system-packages test
	@$(PIP) install -e '.[package]'
	@touch $@
