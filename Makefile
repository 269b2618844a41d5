PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOURCE := study experiments tests docs/examples docs/reference.py docs/tutorial.ipynb benchmarks

BACKENDS := $(basename $(notdir $(wildcard requirements/libraries/*.txt)))

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

experiments: $(VENV)/run ## run what is not up to date, write results/ and the report
	@$(BIN)/study run

libraries: $(VENV)/run ## install and measure other libraries too: all, or BACKENDS="torch onnxruntime"
	@for name in $(BACKENDS); do test ! -f requirements/libraries/$$name.txt || $(MAKE) --silent $(VENV)/library-$$name \
		|| echo "$$name could not be installed"; done
	@$(BIN)/study run --backends "$(BACKENDS)"

check: $(VENV)/run ## the gate: recompute every table and hold it to its bounds
	@$(BIN)/study check

baseline: $(VENV)/run ## record today's errors as the baseline for this machine's numerical fingerprint
	@$(BIN)/study baseline

report: $(VENV)/run ## rebuild the report from the stored tables
	@$(BIN)/study report

test: $(VENV)/dev ## run the tests
	@$(BIN)/python -m pytest -q -n 2 --no-loadscope-reorder

lint: $(VENV)/dev ## ruff (rules and format) and mypy strict
	@$(BIN)/ruff check $(SOURCE)
	@$(BIN)/ruff format --check $(SOURCE)
	@$(BIN)/mypy

bench: $(VENV)/dev ## measure the speed of the reference engine against its peers
	@$(BIN)/python -m benchmarks

docs: $(VENV)/dev ## the API reference, from the docstrings, into dist/docs
	@$(BIN)/python docs/reference.py dist/docs

exhaustive: $(VENV)/run ## sweep every input: hours, on any number of workers; what is done is kept
	@$(BIN)/study exhaustive

clean: ## remove the virtual environment and every cache; results/ stays
	rm -rf $(VENV) dist .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/library-%: requirements/libraries/%.txt $(VENV)/run
	$(PIP) --require-hashes --no-deps -r $<
	for pin in $(wildcard requirements/libraries/$*.pin); do $(PIP) --no-deps -r $$pin; done
	@touch $@

$(VENV)/%: requirements/%.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/$*.txt
	$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.PHONY: help experiments libraries exhaustive check baseline report test lint bench docs clean
.SECONDARY:
