# `make run` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: run test check lint types quality exact learn bench-signatures bench-duplicates torture soak constraints clean

run: $(READY)
	$(BIN)/winnow ingest

test: $(READY)
	$(BIN)/python -m pytest

check: lint types test

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

# Scores on the labelled collections that CORPORA names, against the pinned ones; PIN=1 pins them anew.
quality: $(READY)
	$(BIN)/python -m benchmarks.quality $(if $(PIN),--pin)

# Holds repair against ftfy on many lines, those of the labelled collections among them, and measures its speed.
exact: $(READY)
	$(BIN)/python -m benchmarks.repair_exact

# Learns the weights of the text splitter anew from the labelled collections that CORPORA names.
learn: $(READY)
	$(BIN)/python -m benchmarks.learn_boundaries

# Times signatures against datasketch and rensa; rensa is installed below the user's cache folder.
bench-signatures: $(READY)
	$(BIN)/python -m benchmarks.signatures

# Runs that die, whose disk fails, whose power is cut, while others read; TRIALS of them, for SECONDS at most.
TRIALS ?= 240
SECONDS ?= 900
torture: $(READY)
	$(BIN)/python -m benchmarks.torture $(TRIALS) $(SECONDS)

# RUNS small runs in one process while another reads: open files, memory and time of each.
RUNS ?= 500
soak: $(READY)
	$(BIN)/python -m benchmarks.soak $(RUNS)

# Planted duplicates: what winnow and other tools find of them, and at what cost. Renews docs/benchmarks.md.
bench-duplicates: $(READY)
	$(BIN)/python -m benchmarks.duplicates

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "winnow needs Python 3.11 or newer, this is " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

# Writes anew which versions are installed, after trying newer ones.
constraints:
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade --editable '.[dev]'
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt
	touch $(READY)

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
