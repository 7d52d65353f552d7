# One command each. `make demo` and `make check` set up all that they need; nothing here needs root.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
SOURCES := bot channels dialogs storage tests benchmarks

RASA_PYTHON ?= $(shell command -v python3.10 >/dev/null 2>&1 && python3.10 -c 'print("python3.10")' 2>/dev/null || ls $(HOME)/.pyenv/versions/3.10.*/bin/python3.10 2>/dev/null | tail -1)
RASA_VENV ?= .venv-rasa
ALIYUN_SDK_VENV ?= .venv-aliyun

.PHONY: demo check bench test fuzz test-rasa test-aliyun faults test-faults faults-order lint types pictures lock clean

demo: $(VENV)/.demo-ready  ## set up and try the bot: phones, staff panel, real servers, no keys of any platform
	$(BIN)/petition-bot demo

check: lint types test  ## set up, then everything CI checks

test: $(VENV)/.dev-ready
	$(BIN)/pytest -n 2 --dist loadgroup

test-rasa: $(VENV)/.dev-ready $(RASA_VENV)/.ready  ## train and run a real Rasa 3.6 (3 GB, some minutes): both engines must agree
	RASA_VENV=$(abspath $(RASA_VENV)) $(BIN)/pytest -n0 -m rasa tests/rasa

test-aliyun: $(VENV)/.dev-ready $(ALIYUN_SDK_VENV)/.ready  ## Aliyun's own client against the played cloud (70 MB)
	ALIYUN_SDK_VENV=$(abspath $(ALIYUN_SDK_VENV)) $(BIN)/pytest -n0 tests/channels/sandbox/test_sms_cloud_peers.py

.venv-schemathesis/.ready:  ## Schemathesis, for tests/bot/api/test_schemathesis.py
	@$(PYTHON) -m venv .venv-schemathesis
	@.venv-schemathesis/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5
	@touch $@

# Its dependencies do not go with rasa-sdk's (aiofiles), hence an environment of its own.
$(ALIYUN_SDK_VENV)/.ready:
	@$(PYTHON) -m venv $(ALIYUN_SDK_VENV)
	@$(ALIYUN_SDK_VENV)/bin/pip install --quiet --disable-pip-version-check alibabacloud-dysmsapi20170525==4.6.0
	@touch $@

$(RASA_VENV)/.ready:
	@test -n "$(RASA_PYTHON)" || { echo "需要 Python 3.10 (Rasa 3.6 needs Python 3.10): RASA_PYTHON=/path/to/python3.10"; exit 1; }
	@echo "正在安装 Rasa 3.6.21，约 3 GB… (installing Rasa 3.6.21, some 3 GB)"
	@$(RASA_PYTHON) -m venv $(RASA_VENV)
	@$(RASA_VENV)/bin/pip install --quiet --disable-pip-version-check rasa==3.6.21 jieba==0.42.1
	@touch $@

SEED ?= 0
MINUTES ?= 30
ONLY ?=
FAULTS = PYTHONPATH=.:tests/tools:tests/faults/tools $(BIN)/python

faults: $(VENV)/.dev-ready  ## break everything for MINUTES while residents talk, drawn from SEED (0: another each time); see that nothing is lost
	$(FAULTS) tests/faults/tools/fault_run.py --seed $(SEED) --minutes $(MINUTES)

test-faults: $(VENV)/.dev-ready  ## half a minute of the same, and a rolling restart, as tests
	$(BIN)/pytest -n0 -m faults tests/faults

fuzz: $(VENV)/.dev-ready  ## some minutes of bent bytes for every parser, other ones each time; ONLY=... for one of them
	$(BIN)/pytest -n0 -q --timeout 3600 --hypothesis-profile=search tests/fuzz -k "$(ONLY)"

faults-order: $(VENV)/.dev-ready  ## a thousand messages of one person over four processes, and how long everybody else waits
	$(FAULTS) tests/faults/tools/fault_one_person.py

bench: $(VENV)/.dev-ready  ## messages a second on one core, beside the least that a bot can do (benchmarks/README.md)
	$(BIN)/python -m benchmarks

lint: $(VENV)/.dev-ready
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/codespell README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md docs $(SOURCES)
	$(BIN)/lint-imports

types: $(VENV)/.dev-ready
	$(BIN)/mypy

pictures: $(VENV)/.dev-ready  ## take the manual's pictures anew (needs chromium)
	$(BIN)/pytest -q tests/journeys/test_demo_page.py --pictures docs/images
	$(BIN)/pytest -q tests/bot/console/test_first_hour.py --pictures docs/images/staff

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra setup --extra embeddings pyproject.toml -o requirements/service.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra setup --extra embeddings --extra embedded -c requirements/service.lock pyproject.toml -o requirements/demo.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra setup --extra embeddings --extra embedded --extra onnx --extra dev -c requirements/demo.lock pyproject.toml -o requirements/dev.lock

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
