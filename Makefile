# Two commands do everything on a fresh Debian machine: `make demo` and `make test`.
# Each sets up what it needs: Debian packages (as root or with sudo), .venv, images.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := $(shell sed 's/\#.*//' lab/debian.txt)
CODE := roaming monitor lab tests benchmarks

.PHONY: setup packages check test demo demo-down bench docs lock
.DEFAULT_GOAL := help

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: packages $(VENV)/.ready ## Debian packages and .venv

packages:
	@missing=$$(dpkg-query -W -f '$${db:Status-Abbrev} $${Package}\n' $(PACKAGES) 2>&1 | grep -v '^ii' || true); \
	if [ -n "$$missing" ]; then \
	    echo "Installing Debian packages: $(PACKAGES)"; \
	    $(SUDO) apt-get update -qq && \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; \
	fi

$(VENV)/.ready: requirements.txt pyproject.toml | packages
	@echo "Making $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

check: $(VENV)/.ready ## Format, lint, types, layers, YAML, Ansible
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/yamllint --strict inventory lab/inventory playbooks
	@cd playbooks && PATH="$(CURDIR)/$(BIN):$$PATH" ansible-lint --offline -q

# Three at once on two cores: two thirds of the time tests wait for daemons and timers. Two labs at once: those that
# share one are a group, and beside it the radio lab walks, whose clock no busy machine changes. The lab is tested after a
# failure too: a golden file says which line of a template is another, and a walk which roam it breaks.
test: setup check ## Every test, the real daemons and the lab included
	@$(BIN)/roam-lab images --build
	@failed=0; \
	$(BIN)/pytest -n 3 --dist loadfile -m "not lab" || failed=1; \
	$(BIN)/pytest -n 2 --dist loadgroup -m lab || failed=1; \
	exit $$failed

demo: setup ## The federation in containers: red, pushed, green, each hub lost
	@$(BIN)/roam-lab demo -i lab/inventory

demo-down: $(VENV)/.ready ## Take the demo down; nothing is left
	@$(BIN)/roam-lab down

bench: setup ## Measure side by side, print a table, write JSON
	@$(BIN)/python -m benchmarks

docs: $(VENV)/.ready ## Write the generated pages of docs/
	@$(BIN)/python -c 'from roaming.rules import document; print(document(), end=str())' > docs/rules.md
	@$(BIN)/python -c 'from monitor.metrics import document; print(document(), end=str())' > docs/metrics.md
	@$(BIN)/pytest -q tests/project tests/rules/test_rules.py tests/monitor/metrics/test_catalogue.py

lock: $(VENV)/.ready ## Pin every dependency again, with hashes and without index addresses
	@env -u PIP_FIND_LINKS $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	    --group dev pyproject.toml -o requirements.txt
