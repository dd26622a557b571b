# `make run` and `make test` are all a new machine needs; both can be run again at any time.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# One install per change of the dependencies, not per run.
STAMP := .venv/.installed-$(shell sha256sum pyproject.toml | cut -c1-16)
# The default model in the form that serves, made again when what it is made from has changed.
MODEL := .models/.compiled

.PHONY: run test test-postgres lint check bench bench-load chaos clean

run: $(STAMP) $(MODEL)
	$(BIN)/moderation demo --serve

test: $(STAMP) $(MODEL) .venv/.system-packages .venv/generator
	$(BIN)/pytest -n 3 -m "not slow and not alone"
	$(BIN)/pytest -m alone

# What touches the store runs on both databases in `make test`; this is its half on PostgreSQL alone.
test-postgres: $(STAMP) .venv/.system-packages
	$(BIN)/pytest -n 3 -m "postgres and not slow and not alone"

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: $(STAMP)
	$(BIN)/moderation lists lint
	$(BIN)/moderation brands lint
	$(BIN)/moderation policy lint

bench: $(STAMP)
	for each in $(filter-out %/bench_load.py,$(wildcard tests/bench/bench_*.py)); do echo "== $$each"; $(BIN)/python $$each || exit 1; done

# SOAK=600 keeps it up for ten minutes on each database instead.
bench-load: $(STAMP) .venv/.system-packages
	$(BIN)/python tests/bench/bench_load.py $(if $(SOAK),--soak $(SOAK))

# More than a hundred kills, half a minute without a database, and a Ray cluster.
chaos: $(STAMP) .venv/.system-packages .venv/.ray
	$(BIN)/pytest -m slow tests/faults tests/cli

$(STAMP):
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet -e '.[models,bulk,tracing,dev]'
	touch $@

$(MODEL): $(STAMP) $(wildcard moderation/toxicity/*.py moderation/toxicity/pack/*)
	$(BIN)/moderation models compile
	touch $@

# Tests drive a real browser and a real PostgreSQL; Debian's are taken when they are missing and we may install.
.venv/.system-packages: $(STAMP)
	tests/install-system-packages
	touch $@

# Makes a client of our OpenAPI, as an integrator would; it needs other versions of what we use, so it lives apart.
.venv/generator: $(STAMP)
	$(BIN)/pip install --quiet --upgrade --target $@ openapi-python-client==0.29.1
	touch $@

.venv/.ray: $(STAMP)
	$(BIN)/pip install --quiet -e '.[ray]'
	touch $@

clean:
	rm -rf .venv .demo .models build *.egg-info
