# One command each. `make demo` and `make check` set up all that they need; nothing here needs root.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
SOURCES := bot channels dialogs storage tests

.PHONY: demo check test lint types pictures lock clean

demo: $(VENV)/.demo-ready  ## set up and try the bot: phones, staff panel, real servers, no keys of any platform
	$(BIN)/petition-bot demo

check: lint types test  ## set up, then everything CI checks

test: $(VENV)/.dev-ready
	$(BIN)/pytest -n 2 --dist loadgroup

lint: $(VENV)/.dev-ready
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/codespell README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md docs $(SOURCES)
	$(BIN)/lint-imports

types: $(VENV)/.dev-ready
	$(BIN)/mypy

pictures: $(VENV)/.dev-ready  ## take the manual's pictures anew (needs chromium)
	$(BIN)/pytest -q tests/journeys/test_demo_page.py --pictures docs/images

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra setup --extra embeddings pyproject.toml -o requirements/service.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra setup --extra embeddings --extra embedded -c requirements/service.lock pyproject.toml -o requirements/demo.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra setup --extra embeddings --extra embedded --extra dev -c requirements/demo.lock pyproject.toml -o requirements/dev.lock

clean:
	rm -rf $(VENV) data .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "需要 Python 3.11 或更新 (Python 3.11 or newer is needed)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "缺少 venv (missing venv): sudo apt-get install -y python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.demo-ready: requirements/demo.lock pyproject.toml | $(VENV)/bin/python
	@echo "正在安装依赖，约一分钟… (installing dependencies, about a minute)"
	@$(PIP) install --require-hashes -r requirements/demo.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev-ready: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "正在安装依赖，约一分钟… (installing dependencies, about a minute)"
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.demo-ready
