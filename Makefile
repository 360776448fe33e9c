# Everything lives in .venv; each target installs what it needs and says what it cannot.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: run test lint format screenshots clean

run: $(VENV)/run
	$(BIN)/mlp-live serve

test: $(VENV)/dev $(VENV)/browser
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --junitxml=test-results/junit.xml $(ARGS)

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/dev $(VENV)/browser
	$(BIN)/python -m tests.browser.screenshots docs

clean:
	rm -rf $(VENV) build dist test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Debian packs the part of Python that makes environments on its own.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "MLP Live needs Python 3.11 or later")'
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(SUDO) apt-get update && $(SUDO) apt-get install -y python3-venv; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install -c constraints.txt -e .
	touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install -c constraints.txt -e '.[test,lint]'
	touch $@ $(VENV)/run

# The browser tests drive Debian's Chromium, or the one that CHROMIUM names, through Playwright, whose
# driver is linked against libatomic.
$(VENV)/browser: | $(VENV)/bin/python
	{ [ -x "$${CHROMIUM:-/usr/bin/chromium}" ] && $(BIN)/python -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null; } \
	|| { $(SUDO) apt-get update && $(SUDO) apt-get install -y chromium fonts-dejavu-core libatomic1; }
	touch $@
