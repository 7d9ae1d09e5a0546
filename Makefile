# Each target first sets up .venv, which needs Python 3.11 or newer and a package index.
# The stamp makes the next run instant; a change to the dependencies sets up again.
.DEFAULT_GOAL := help
.PHONY: help demo test check eval bench server-env

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/set-up
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

# Most of torch and transformers never runs: what does is compiled once, at its first import.
PIP += --no-compile
unexport PYTHONDONTWRITEBYTECODE

help:
	@echo "make demo             compare two drawn boards and write demo/report.html"
	@echo "make test             run the tests; PYTEST_ADDOPTS adds options"
	@echo "make check            format, lint, types and import direction"
	@echo "make eval DATA=DIR    score the shipped model on DeepPCB pairs in DIR"
	@echo "make bench            run the benchmarks"
	@echo "make server-env       set up transformers serve in .server-env, 5.5 GB, for its tests"

demo: $(STAMP)
	@rm -rf demo
	@$(BIN)/foveal compare examples/boards/template.png examples/boards/tested.png --out demo; \
	status=$$?; case $$status in 0|1|3) ;; *) exit $$status ;; esac
	@echo "Report: $(CURDIR)/demo/report.html"

test: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy src tests
	$(BIN)/lint-imports --no-logo

eval: $(STAMP)
	@test -n "$(DATA)" || { echo "make eval needs the DeepPCB folder: make eval DATA=DIR" >&2; exit 2; }
	$(BIN)/foveal eval deeppcb --data "$(DATA)"

bench: $(STAMP)
	@for script in benchmarks/steps.py benchmarks/batch.py benchmarks/decode.py; do \
		echo "$$script"; $(BIN)/python "$$script" || exit; \
	done

# Apart from .venv, since torchvision goes with another build of torch; transformers is the same.
server-env: $(STAMP)
	$(BIN)/python -m venv .server-env
	.server-env/bin/python -m pip install -qq --disable-pip-version-check --no-compile \
		torch==2.14.1 torchvision==0.29.1 \
		"transformers[serving]==$$($(BIN)/python -c 'import transformers; print(transformers.__version__)')"

# torch comes first, at its exact pin: pip then takes the CPU build where an index offers one.
$(STAMP): pyproject.toml constraints.txt
	@python=$$(for name in $(or $(PYTHON),python3.11 python3 python); do \
		"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
			&& { echo "$$name"; break; }; \
	done); \
	test -n "$$python" || { echo "no Python 3.11 or newer here: install one, or give PYTHON=PATH" >&2; exit 2; }; \
	echo "Setting up $(VENV) with $$python; this takes a minute or two."; \
	"$$python" -m venv $(VENV)
	@$(PIP) pip setuptools
	@$(PIP) torch
	@$(PIP) --no-build-isolation --editable '.[dev]'
	@touch $@
