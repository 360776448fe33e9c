# Everything is installed into .venv and node_modules. Each target installs what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
NODE   := PATH="$(CURDIR)/$(BIN):$$PATH"
PIP    := $(BIN)/pip --disable-pip-version-check install -c constraints.txt
PYTEST := $(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal --junitxml=test-results/junit.xml
SAMPLE := 300
SEED   := 1

.DEFAULT_GOAL := help
.PHONY: help run test test-fast fuzz lint format docs coverage mutation screenshots clean

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(VENV)/run ## Serve the page on http://127.0.0.1:8000/.
	$(BIN)/mlp-live serve

test: $(VENV)/dev $(VENV)/browser ## Run every test, in Python, in Node and in Chromium (ARGS="-k name" selects).
	$(PYTEST) $(ARGS)

test-fast: $(VENV)/dev ## Run every test that needs no browser.
	$(PYTEST) --ignore=tests/browser $(ARGS)

fuzz: $(VENV)/dev ## Run the adversarial tests with many new examples, then a flood of messages.
	$(PYTEST) --hypothesis-profile=fuzz tests/adversarial tests/protocol $(ARGS)
	$(BIN)/python -m tests.adversarial.flood --seed $$(date +%s)

lint: $(VENV)/dev node_modules/installed ## Check style and types: ruff, mypy, TypeScript (checkJs), Biome.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NODE) node_modules/.bin/tsc -p tsconfig.json
	$(NODE) node_modules/.bin/biome lint --error-on-warnings

format: $(VENV)/dev node_modules/installed ## Correct the style where a tool can.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NODE) node_modules/.bin/biome lint --write

docs: $(VENV)/docs ## Build the documentation into site/; a broken link is an error.
	$(BIN)/zensical build --clean --strict

coverage: $(VENV)/dev ## Report the branch coverage of the Python tests that need no browser.
	$(PYTEST) --ignore=tests/browser --cov --cov-report=term $(ARGS)

mutation: $(VENV)/mutation ## Change the code in many places and report what no test notices (SAMPLE=300 SEED=1).
	nice $(BIN)/python -m tests.mutation --sample $(SAMPLE) --seed $(SEED) $(ARGS)

screenshots: $(VENV)/dev $(VENV)/browser ## Take the pictures in docs/ again.
	$(BIN)/python -m tests.browser.screenshots docs

clean: ## Remove everything that was installed or built.
	rm -rf $(VENV) node_modules build dist site test-results .cache \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis

# On Debian, the modules that create environments are a package of their own.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "MLP Live needs Python 3.11 or later")'
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(SUDO) apt-get update && $(SUDO) apt-get install -y python3-venv; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e .
	touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[test,lint]'
	touch $@ $(VENV)/run

$(VENV)/mutation: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[test,mutation]'
	touch $@ $(VENV)/run

$(VENV)/docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[docs]'
	touch $@

# Only the linters need npm packages; package.json pins them, and no lock file is written.
node_modules/installed: package.json $(VENV)/dev
	$(NODE) npm install --no-package-lock --no-audit --no-fund
	touch $@

# The browser tests drive Debian's Chromium, or the one that CHROMIUM names, through Playwright, whose
# driver is linked against libatomic.
$(VENV)/browser: | $(VENV)/bin/python
	{ [ -x "$${CHROMIUM:-/usr/bin/chromium}" ] && $(BIN)/python -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null; } \
	|| { $(SUDO) apt-get update && $(SUDO) apt-get install -y chromium fonts-dejavu-core libatomic1; }
	touch $@
