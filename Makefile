# One command starts it (make run), another tests it (make test); both set everything up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
READY_DEV := $(VENV)/ready-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: setup setup-dev run ask test lint format evaluate train vectors bench lock clean
.DELETE_ON_ERROR:

setup: $(READY)

setup-dev: $(READY_DEV)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(READY): requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements.txt
	$(PIP) install --quiet --no-deps -e .
	@touch $@
	-@$(BIN)/python -m bot sources > /dev/null  # builds the model and loads the story, so that the first answer is quick

$(READY_DEV): requirements-dev.txt $(READY)
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

run: $(READY)
	$(BIN)/python -m bot run

ask: $(READY)
	@$(BIN)/python -m bot ask "$(Q)"

test: $(READY_DEV)
	$(BIN)/python -m pytest

lint: $(READY_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY_DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

evaluate: $(READY)
	$(BIN)/python -m bot evaluate

train: $(READY_DEV)
	$(BIN)/python -m retrieval.training.ranker

vectors: $(READY)
	$(BIN)/python -m retrieval.training.vectors

bench: $(READY_DEV)
	$(BIN)/python -m tests.bench

# Versions and hashes only: no index's address belongs in the repository.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements.txt --group dev pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) build *.egg-info
