# Every target sets up what it lacks and is safe to run twice.

PYTHON ?= python3.11
PORT ?= 8050
BIN := .venv/bin
export PORT
# Programs find our packages from the repository's root; nothing is installed in the environment but what is pinned.
export PYTHONPATH := $(CURDIR)
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help serve refresh test soak bench lint format docs snapshot lock clean

help: ## List every target
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: .venv/.ready node_modules/.ready ## Serve on http://127.0.0.1:$PORT (8050), making a release first if there is none it can read
	@$(BIN)/python -m pipelines refresh --if-needed
	@$(BIN)/python -m dashboard.store upgrade
	@echo "ICS Progress is at http://127.0.0.1:$(PORT) (stop it with Ctrl+C)"
	@# Whoever reaches this server may write in the log, so it is refused where others could reach it.
	@ICS_LOCAL_WRITES=$${ICS_LOCAL_WRITES-1} exec $(BIN)/python -m dashboard

refresh: .venv/.ready ## Run the pipeline; LIVE=1 also asks the publishers; ARGS="--inbox DIR" and others are passed on
	@$(BIN)/python -m pipelines refresh $(if $(LIVE),--live) $(ARGS)

PAGES := tests/browser tests/page tests/contract tests/unit

test: .venv/.ready node_modules/.ready .venv/.browser .venv/.postgres lint ## Every test but the long ones (ARGS are passed to pytest)
	@mkdir -p build
ifdef ARGS
	$(BIN)/python -m pytest -m "not soak" $(ARGS)
else
	@# Two halves beside each other that take about as long: what needs no run of the pipeline but one, and the rest.
	@$(BIN)/python -m pytest -m "not soak" -o cache_dir=build/pytest_pages $(PAGES) >build/pages_tests.log 2>&1 & \
		pages=$$!; $(BIN)/python -m pytest -m "not soak" $(PAGES:%=--ignore=%); rest=$$?; \
		wait $$pages; pages=$$?; cat build/pages_tests.log; [ $$rest -eq 0 ] && [ $$pages -eq 0 ]
endif

soak: .venv/.ready node_modules/.ready .venv/.browser .venv/.postgres ## The long tests: kills, crawls, many processes
	$(BIN)/python -m pytest -m soak --timeout 1800 $(ARGS)

bench: .venv/.ready node_modules/.ready .venv/.browser ## Benchmarks, a JSON object a line; CHECK=1 fails over budget
	@$(BIN)/python -m tests.benchmarks $(if $(CHECK),--check) $(ARGS)

lint: .venv/.ready ## Style, types and which package may import which
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.ready ## Put the code in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: .venv/.ready ## Write the data dictionary again from the contracts, and the statuses in numbers from the release
	@$(BIN)/python -c "from data_contracts.dictionary import markdown; print(markdown(), end='')" > docs/data_dictionary.md
	@$(BIN)/python -m pipelines refresh --if-needed
	@$(BIN)/python -m pipelines statuses > docs/statuses.md

snapshot: .venv/.ready ## Rebuild the figures the package carries: make snapshot FROM=DIR
	@$(BIN)/python -m pipelines snapshot --from "$(FROM)"

lock: .venv/.ready ## Pin every package again, with hashes and no addresses
	$(BIN)/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml

clean: ## Remove what the targets made, but not data
	rm -rf .venv node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.ready: requirements.lock
	@echo "Setting up Python packages (about a minute, once)"
	@$(PYTHON) -m venv --clear .venv || { \
		echo "Python 3.11 with venv is needed: as root, apt-get install python3.11-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

# Without npm the server uses the whole plotly.js that comes with Dash: it works, and loads more.
node_modules/.ready: package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent --ignore-scripts; \
		else echo "npm is not here: pages will load the whole of plotly.js, and axe tests cannot run"; mkdir -p node_modules; fi
	@touch $@

.venv/.browser: .venv/.ready
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
		elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Getting Chromium from Debian (once)"; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
		elif $(BIN)/playwright install chromium; then :; \
		else echo "The browser tests need Chromium: install it (as root, apt-get install chromium) and run this again" >&2; exit 1; fi
	@touch $@

# The tests of the store run on PostgreSQL too, in clusters of their own; none needs to be running.
.venv/.postgres: .venv/.ready
	@if $(BIN)/python -m tests.builders.postgres; then :; \
		elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Getting PostgreSQL from Debian (once)"; apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; \
		else echo "The tests of the store need PostgreSQL: install it (as root, apt-get install postgresql) and run this again" >&2; exit 1; fi
	@touch $@
