# `make help` lists what there is. Everything is installed into .venv, as pinned in requirements/.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet

# Arguments for the program that a target runs: make run ARGS="--port 9000", make test ARGS="-k merge"
ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-thorough check contract figures bench lock clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## Start a server, with demo data if it has none: make run ARGS="--port 9000"
	@$(PY) -m interlock serve --demo-if-empty $(ARGS)

# pytest makes errors of warnings; in the programs that tests start, they are at least shown.
test: $(VENV)/.dev  ## Run the tests, on SQLite and PostgreSQL: make test ARGS="-k merge"
	PYTHONWARNINGS=default $(PY) -m pytest -n 2 --dist worksteal $(ARGS)

test-thorough: export HYPOTHESIS_PROFILE = thorough
test-thorough: test  ## Run the tests with many more random examples

check: $(VENV)/.dev  ## Check style, types, the order of imports, and that migrations fit the tables
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pyrefly check
	$(VENV)/bin/lint-imports --no-logo
	$(PY) -m interlock migrate --check

bench: $(VENV)/.dev  ## Measure speed, a quarter of an hour: make bench ARGS=--quick
	$(PY) -m bench $(ARGS)

# --- How much of Intercom's own description do the contract tests show to hold? ---

VERSION ?= 2.16
CONTRACT ?= ../shared/contract
# Which of $(CONTRACT)/scopes/*.txt, and how much of each must be reached, by version.
CONTRACT_SCOPES ?= data-core support
FLOORS_data-core_2.11 := --min-complete 26 --min-pairs 62
FLOORS_data-core_2.13 := --min-complete 33 --min-pairs 79
FLOORS_data-core_2.14 := --min-complete 33 --min-pairs 79
FLOORS_data-core_2.15 := --min-complete 33 --min-pairs 79
FLOORS_data-core_2.16 := --min-complete 34 --min-pairs 86
FLOORS_data-core_preview := --min-complete 34 --min-pairs 86
FLOORS_support_2.11 := --min-complete 55 --min-pairs 138
FLOORS_support_2.13 := --min-complete 58 --min-pairs 146
FLOORS_support_2.14 := --min-complete 61 --min-pairs 154
FLOORS_support_2.15 := --min-complete 63 --min-pairs 159
FLOORS_support_2.16 := --min-complete 82 --min-pairs 217
FLOORS_support_preview := --min-complete 82 --min-pairs 217

RECORD = build/contract-$(VERSION).jsonl
CONTRACT_REPORT = $(PY) $(CONTRACT)/contract.py report --version $(VERSION) $(RECORD)

contract: $(if $(wildcard $(CONTRACT)/contract.py),$(VENV)/.dev)  ## Compare with Intercom's description: make contract VERSION=2.16
	@test -f $(CONTRACT)/contract.py || { \
	  echo "There is no contract harness in $(CONTRACT). Name its folder: make contract CONTRACT=..."; exit 2; }
	@mkdir -p build
	@: > $(RECORD)
	INTERLOCK_CONTRACT=$(abspath $(CONTRACT)) INTERLOCK_CONTRACT_VERSION=$(VERSION) \
	  INTERLOCK_CONTRACT_RECORD=$(abspath $(RECORD)) PYTHONDONTWRITEBYTECODE=1 $(PY) -m pytest tests/contract $(ARGS)
	@$(foreach scope,$(CONTRACT_SCOPES),echo "--- $(scope)" && \
	  $(CONTRACT_REPORT) --scope $(CONTRACT)/scopes/$(scope).txt $(FLOORS_$(scope)_$(VERSION)) &&) true
	@$(CONTRACT_REPORT) --json > build/contract-$(VERSION).json
	@$(PY) -c "$$ANYTHING_INVALID" build/contract-$(VERSION).json
	@$(PY) tools/contract_figures.py $(VERSION) build/contract-$(VERSION).json $(FIGURES)

# What `make contract` compares with the figures in the documentation, `make figures` writes into them.
FIGURES ?= --check
figures:  ## Measure every version, and write the figures into the documentation
	@for version in 2.16 2.15 2.14 2.13 2.11 preview; do \
	  $(MAKE) --no-print-directory contract VERSION=$$version FIGURES= || exit 1; done
	@$(PY) tools/docs.py

# The harness has floors, but no way to say that nothing at all may be invalid, in scope or out of it.
define ANYTHING_INVALID
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
for pair in report["invalid"]:
    print("invalid:", pair["operation"], pair["status"], pair["error"])
if not report["exchanges"]:
    print("no exchange was recorded")
sys.exit(bool(report["invalid"]) or not report["exchanges"])
endef
contract: export ANYTHING_INVALID := $(ANYTHING_INVALID)

# --- The environment ---

lock:  ## Pin requirements/*.txt anew; with the newest versions: make lock UPGRADE=--upgrade
	@test -x build/lock/bin/uv || { $(PYTHON) -m venv build/lock && \
	  build/lock/bin/pip --disable-pip-version-check --quiet install uv; }
	@$(UV_COMPILE) pyproject.toml --output-file requirements/run.txt
	@$(UV_COMPILE) pyproject.toml requirements/dev.in --constraints requirements/run.txt --output-file requirements/dev.txt

# For every supported Python and system at once, and without the addresses that this machine downloads from.
UV_COMPILE = build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)

clean:  ## Remove what make has made, .venv too; never a server's data
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find interlock tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Files that say what has been installed, so that it is done again only when the pins have changed. `make run` must not
# wait for the tests' tools, so there is one for each.

# Debian's python3 has no ensurepip without python3-venv; where pip is at hand, it can serve in its place.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Interlock needs Python 3.11 or newer, which '$(PYTHON)' is not. Name another: make PYTHON=python3.13 ..."; \
	  exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || { \
	  $(PYTHON) -m venv --clear --without-pip $(VENV) && \
	  $(PYTHON) -m pip --python $(PY) --disable-pip-version-check --quiet install pip; } || { \
	  echo "Could not make $(VENV). On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.run: requirements/run.txt $(VENV)/.made
	@echo "Installing what the server needs ..."
	@$(PIP) install --require-hashes --requirement requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml $(VENV)/.made
	@echo "Installing what tests and checks need ..."
	@$(PIP) install --require-hashes --requirement requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
