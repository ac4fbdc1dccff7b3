# make run: set up, then screen the example patients against the bundled studies.
# make test: set up, then check style, types, layers and run every test.
# Needs python3 (3.11 or newer), pip, make and git; brings uv itself.

OUT ?= out
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --frozen --no-sync

.PHONY: run test setup lint types layers tests docs bench clean

run: setup
	@$(RUN) python -m paratope screen src/paratope/patient/examples --plan src/paratope/patient/plans
	@$(RUN) python -m paratope screen src/paratope/patient/examples --plan src/paratope/patient/plans --format html --out $(OUT)/dossiers >/dev/null
	@echo "One dossier per patient, to read in a browser or to print:"
	@ls -1 $(OUT)/dossiers/*.html

test: setup lint types layers tests

setup: .venv/.ready

.uv/bin/uv:
	@echo "Bringing uv into .uv ..."
	@python3 -m pip install --quiet --disable-pip-version-check --target .uv uv

.venv/.ready: pyproject.toml uv.lock $(if $(findstring .uv,$(UV)),.uv/bin/uv,)
	@$(UV) sync --frozen --quiet --compile-bytecode --python-preference system
	@$(RUN) python -m compileall -q src
	@touch $@

lint:
	@$(RUN) ruff check src tests benchmarks
	@$(RUN) ruff format --check --quiet src tests benchmarks

types:
	@$(RUN) mypy

layers:
	@$(RUN) lint-imports

tests:
	@$(RUN) pytest

docs: setup
	@PYTHON=.venv/bin/python docs/regenerate.sh

bench: setup
	@$(RUN) python benchmarks/run.py
	@$(RUN) python benchmarks/designs.py

clean:
	rm -rf .venv .uv out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
