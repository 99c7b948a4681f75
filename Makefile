# `make demo` shows numplan at work; `make check test` is what CI runs. Each sets up what it needs.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Tests at once. Many of them wait for processes and for the clock, so this is more than there are cores.
WORKERS ?= 4
CONSUMERS := .venv-consumers
SITE := .venv-docs
DIST := .venv-dist
LOWEST := .venv-lowest
# Tests start numplan a thousand times: bytecode is kept, also where the environment says otherwise.
export PYTHONDONTWRITEBYTECODE :=

help: ## Show what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV), with the versions of constraints.txt; once, for about half a minute …"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[emulator,object-store,postgres,dev]'
	@touch $@

setup: $(READY) ## Make the virtual environment, with the versions of constraints.txt

test: $(READY) ## Run the tests
	$(BIN)/python -m pytest -m "slow or not torture" -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# The libraries that only tests need are of the usual versions: it is not they that are tried here.
TESTERS = $(shell grep -iE '^(cryptography|flask-cors|hypothesis|moto|pytest|pytest-timeout|pytest-xdist)==' constraints.txt)
lowest: $(LOWEST)/.ready ## Run the tests that libraries matter to, with the lowest versions that pyproject.toml allows
	$(LOWEST)/bin/python -m pytest -n $(WORKERS) --dist loadfile --ignore tests/emulator/test_schemathesis.py \
		--ignore tests/state/test_schema.py $(addprefix tests/,api emulator engine manifest model numbering state views)

# By uv, for pip cannot be asked for the lowest.
$(LOWEST)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct \
		-e '.[emulator,object-store,postgres]' $(TESTERS)
	@touch $@

$(CONSUMERS)/%/.ready: tests/consumers/%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps -r $<
	@touch $@

consumers: $(CONSUMERS)/terraform/.ready $(CONSUMERS)/checkov/.ready ## The tools that tests/consumers runs; half a gigabyte

check: $(READY) ## Lint, types, layers, formatting, and how large things may grow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house

format: $(READY) ## Let the formatter decide
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

torture: $(READY) ## Thousands of crashes and faults under one law; takes some hours
	HYPOTHESIS_PROFILE=torture $(BIN)/python -m pytest -m torture
	$(BIN)/python -m tests.torture.fuzz --count 100000
	$(BIN)/python -m tests.torture.campaign --injections 10000
	for states in 2 3; do \
		$(BIN)/python -m tests.torture.campaign --injections 1000 --states $$states || exit 1; done
	for kind in http gitlab postgres s3 azure gcs; do \
		$(BIN)/python -m tests.torture.campaign --injections 500 --state $$kind || exit 1; done

mutate: $(READY) ## Small changes of the code that carries the promise: do tests notice? Takes about an hour
	HYPOTHESIS_PROFILE=ci $(BIN)/python tests/torture/mutation.py

coverage: $(READY) ## Run the tests and show what they never reach
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered

demo: $(READY) ## Plan, apply, shrink and look, on an emulated account
	@PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python examples/demo.py

bench: $(READY) ## Time and memory, beside the floor, octoDNS and terraform; takes a quarter of an hour
	test -x $(VENV)-bench/bin/octodns-sync || { $(PYTHON) -m venv $(VENV)-bench && \
		$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check octodns==1.22.0; }
	$(BIN)/python -m benchmarks.bench

$(SITE)/.ready: docs/site/requirements.txt
	$(PYTHON) -m venv --clear $(SITE)
	$(SITE)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

docs: $(SITE)/.ready ## Build the site from the pages, searchable, into build/site; a broken link is an error
	$(SITE)/bin/python docs/site/build.py

schemas: $(READY) ## Write the schemas of state and plan anew, from their types
	$(BIN)/python -m numplan.state.schema

lock: ## Write constraints.txt anew, from the newest versions that work together
	rm -rf $(VENV)-lock && $(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check -e '.[emulator,object-store,postgres,dev]'
	$(VENV)-lock/bin/python -m pip freeze --exclude-editable > constraints.txt
	rm -rf $(VENV)-lock

wheel: $(READY) ## Build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps -w dist .

$(DIST)/.ready: tests/project/dist.txt
	$(PYTHON) -m venv --clear $(DIST)
	$(DIST)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

dist: $(DIST)/.ready ## Build the archive and the wheel of a release into dist/, and check what the index would show
	rm -rf dist
	$(DIST)/bin/python -m build --outdir dist .
	$(DIST)/bin/twine check --strict dist/*
	$(DIST)/bin/check-wheel-contents dist/*.whl

# In a folder outside, with an environment of its own: nothing of this checkout is in reach.
dist-check: ## Unpack the archive in dist/ and run its own `make check quick` there; takes some minutes
	folder="$$(mktemp -d)" && tar -xzf dist/numplan-*.tar.gz -C "$$folder" --strip-components=1 && \
		$(MAKE) -C "$$folder" check quick && rm -rf "$$folder"

quick: $(READY) ## Run the tests but for those that take long or start what this machine may not have
	CI= $(BIN)/python -m pytest -q -m "not slow and not torture" -n $(WORKERS) --dist loadfile \
		--ignore tests/browser --ignore tests/consumers --ignore tests/services --ignore tests/torture

clean: ## Remove what was made
	rm -rf $(VENV) $(VENV)-bench $(LOWEST) $(CONSUMERS) $(SITE) $(DIST) dist build .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis mutants

.PHONY: help setup test lowest consumers torture mutate check format coverage demo bench docs schemas lock wheel dist dist-check quick clean
