# `make run` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: run test check lint types quality exact learn bench bench-signatures bench-duplicates torture soak fuzz reference constraints clean

run: $(READY)
	$(BIN)/winnow ingest

# Files of tests are run side by side, each from its start to its end in one process.
PROCESSES ?= 2
test: $(READY)
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile

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

# The whole job beside other tools, on dumps made from a seed; about 15 minutes on two cores. SIZES are MB, say 10,1000.
bench: $(READY)
	$(BIN)/python -m benchmarks.bench run $(if $(SIZES),--sizes $(SIZES)) $(if $(ONLY),--only $(ONLY))

# Times signatures against datasketch and rensa; rensa is installed below the user's cache folder.
bench-signatures: $(READY)
	$(BIN)/python -m benchmarks.signatures

# Runs that die, whose disk fails, whose power is cut, while others read; TRIALS of them, for SECONDS at most, in
# these WAYS (all of them by default; benchmarks/torture.py has their names).
TRIALS ?= 240
SECONDS ?= 900
torture: $(READY)
	$(BIN)/python -m benchmarks.torture $(TRIALS) $(SECONDS) $(WAYS)

# RUNS small runs in one process while another reads: open files, memory and time of each.
RUNS ?= 500
soak: $(READY)
	$(BIN)/python -m benchmarks.soak $(RUNS)

# Damages dumps for MINUTES; each that breaks a promise becomes a file in tests/fuzz/cases.
MINUTES ?= 10
fuzz: $(READY)
	$(BIN)/python -m benchmarks.fuzz $(MINUTES) $(SEED)

# Planted duplicates: what winnow and other tools find of them, and at what cost. Renews docs/benchmarks.md.
bench-duplicates: $(READY)
	$(BIN)/python -m benchmarks.duplicates

# Writes the reference of tables and commands from the code.
reference: $(READY)
	$(BIN)/python docs/reference.py

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
