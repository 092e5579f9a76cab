# make run      everything from nothing to a demonstration: `logwalk demo`
# make test     everything from nothing to every test
# make build    .venv/ with the package in it and the command at .venv/bin/logwalk
# make check    every linter and type check
# make bench    logwalk beside what one would pick instead, as ratios, into docs/benchmarks/, and a backfill; half an hour
# make bench-quick  the same without the slow ones, in three minutes
# make storm    thousands of storms over a whole Agent: killed, cut off, reloaded; nothing may be lost
# make check-ddev  Datadog's own validators over the integration, where Python 3.13 is at hand
# make generate the configuration examples and models, out of assets/configuration/spec.yaml
# make docs     the pictures in docs/
# make wheel    the wheel to release, in dist/
# make clean    forget all of it

.NOTPARALLEL:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

# The first Python that is new enough; asked whether it runs, for a version manager's stand-in may not.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
endif

# ddev's, which is newer than what the Agent embeds; a version manager may keep it out of the path.
PYTHON_OF_DDEV := $(shell for python in python3.13 python3.14 python3 $(HOME)/.pyenv/versions/3.13*/bin/python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null && { echo "$$python"; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINS := tests/requirements

CORE := Cargo.toml Cargo.lock $(shell find src assets -not -name '.*')
PACKAGE := pyproject.toml README.md LICENSE $(shell find python -not -path '*/__pycache__*')
EXAMPLES := $(wildcard conf.d/logwalk.d/*.yaml.example)
CARRIED := $(EXAMPLES:conf.d/logwalk.d/%=python/datadog_checks/logwalk/data/%)

export PYO3_PYTHON := $(CURDIR)/$(BIN)/python

.PHONY: run test build check check-ddev generate docs bench bench-quick storm wheel clean machine
.PHONY: test-core test-sim test-python check-format check-types check-clippy check-stub

run: build
	$(BIN)/logwalk demo

build: $(VENV)/built

test: test-core test-sim test-python

# The core alone: no Python, no command line, no simulator.
test-core: | machine
	cargo test --locked

test-sim: | machine
	cargo test --locked --features sim,cli

test-python: $(VENV)/built $(VENV)/test
	$(BIN)/python -m pytest

# Cheapest first.
check: check-format check-types check-clippy check-stub

check-format: $(VENV)/check
	cargo fmt --check
	$(BIN)/ruff check
	$(BIN)/ruff format --check

check-types: $(VENV)/check $(VENV)/agent $(VENV)/test
	$(BIN)/mypy --package datadog_checks.logwalk
	$(BIN)/mypy python/checks.d tests/*.py
	$(BIN)/mypy --package agent
	$(BIN)/mypy --package pipelines
	$(BIN)/mypy --package drawing
	$(BIN)/mypy --package storm

check-clippy: $(VENV)/python
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --all-targets --features python,cli,sim -- -D warnings

# Whether the stub says what the built core is.
check-stub: $(VENV)/built $(VENV)/check
	$(BIN)/python -m mypy.stubtest --mypy-config-file pyproject.toml datadog_checks.logwalk._core

ifdef PYTHON_OF_DDEV
check-ddev: $(VENV)/ddev/installed
	$(VENV)/ddev/bin/python tests/ddev.py

generate: $(VENV)/ddev/installed
	$(VENV)/ddev/bin/python tests/ddev.py --sync
else
check-ddev generate:
	@echo "$@: skipped, for Datadog's ddev needs Python 3.13 and there is none (looked for python3.13, python3.14 and pyenv's)"
endif

docs: $(VENV)/built $(VENV)/test
	cd docs && PYTHONPATH=../tests ../$(BIN)/python -m drawing

bench: $(VENV)/built
	$(BIN)/python benches/run.py
	$(BIN)/python benches/backfill.py
	cd tests && ../$(BIN)/python -m storm.throughput --speed 2
	cd tests && ../$(BIN)/python -m storm --seeds 0-200 --jobs 3 --check both --quiet

bench-quick: $(VENV)/built
	$(BIN)/python benches/run.py --quick

# 4 000 storms, which take about an hour, and some with files as large as real ones; then as fast as
# possible, and a gigabyte at once.
storm: $(VENV)/built $(VENV)/test
	cd tests && ../$(BIN)/python -m storm --seeds 0-2000 --cap truncate --jobs 6 --quiet
	cd tests && ../$(BIN)/python -m storm --seeds 0-2000 --cap recreate --jobs 6 --quiet
	cd tests && ../$(BIN)/python -m storm --seeds 0-20 --scale 32 --speed 10 --jobs 3 --quiet
	cd tests && ../$(BIN)/python -m storm.throughput --speed 2 --cap truncate
	cd tests && ../$(BIN)/python -m storm.throughput --speed 2 --cap recreate
	cd tests && ../$(BIN)/python -m storm.throughput --gigabyte --least 0.3

wheel: $(CARRIED) $(VENV)/built $(VENV)/test $(VENV)/wheel-tools
	rm -f dist/*.whl
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin build --release --locked --zig \
		--compatibility manylinux2014 --interpreter $(BIN)/python --out dist
	LOGWALK_WHEEL="$$(ls dist/*.whl)" $(BIN)/python -m pytest tests/test_wheel.py
	@wheel="$$(ls dist/*.whl)"; tag="$${wheel##*-}"; echo "$$wheel: for $${tag%.whl}, any Python from 3.11 on"

clean:
	rm -rf $(VENV) dist target

# What the rest needs and cannot install by itself.
machine:
	@missing=; say() { missing=1; echo "missing: $$1" >&2; }; \
	[ -n "$(PYTHON)" ] || say "Python 3.11 or newer, as python3 (Debian: apt install python3 python3-venv)"; \
	command -v cargo >/dev/null || say "cargo, Rust's build tool (https://rustup.rs)"; \
	command -v cc >/dev/null || say "a C compiler, as cc (Debian: apt install build-essential)"; \
	[ -z "$$missing" ]

$(VENV)/python: | machine
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "missing: Python's venv module (Debian: apt install python3-venv)" >&2; exit 1; }
	touch $@

# One list of pins, one stamp.
$(VENV)/agent $(VENV)/build $(VENV)/test $(VENV)/check: $(VENV)/%: $(PINS)/%.txt $(VENV)/python
	$(PIP) install --requirement $<
	touch $@

# Its pins are not the Agent's: an environment of its own.
$(VENV)/ddev/installed: $(PINS)/ddev.txt $(VENV)/python
	$(PYTHON_OF_DDEV) -m venv $(VENV)/ddev
	$(VENV)/ddev/bin/python -m pip --disable-pip-version-check --quiet install --requirement $<
	touch $@

$(VENV)/wheel-tools: $(PINS)/wheel.txt $(VENV)/python
	$(PIP) install --requirement $<
	touch $@

$(VENV)/built: $(CORE) $(PACKAGE) $(CARRIED) $(VENV)/agent $(VENV)/build
	rm -rf $(VENV)/wheel
	$(BIN)/maturin build --release --locked --interpreter $(BIN)/python --out $(VENV)/wheel
	$(PIP) install --no-deps --force-reinstall $(VENV)/wheel/*.whl
	touch $@

# The wheel carries the examples, and the Agent copies them from there.
python/datadog_checks/logwalk/data/%: conf.d/logwalk.d/%
	mkdir -p $(@D)
	cp $< $@
