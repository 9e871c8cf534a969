# The front door. `make demo` and `make test` each work as the first command in a fresh clone.

SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo up down test test-longer test-large test-cases test-hours test-faults test-live test-tsql test-ui look package check format lock bench wheels catalogue docs site install system-packages clean

PYTHON := .venv/bin/python
# The first of these that is 3.11 to 3.13 makes .venv: `make install PYTHONS=python3.12` names one.
PYTHONS := python3 python3.13 python3.12 python3.11
APT_PACKAGES := python3-venv unixodbc odbc-postgresql libsqliteodbc tdsodbc postgresql

# Nothing is reported to anybody.
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
export PREFECT_HOME := $(CURDIR)/build/prefect

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

demo: install ## A sample openIMIS into a stand-in DHIS2: day one, day two, day two again
	@$(PYTHON) -W ignore -m tests.system.demo

# SERVICE_HOME is a folder that stays: Prefect's database, and the login of its API.
SERVICE_HOME ?= $(HOME)/.openimis-to-dhis2
SERVICE_PORT ?= 4200
up: install ## Start Prefect's server and a worker on this machine, with blocks, deployments, automations
	@.venv/bin/openimis-dhis2 up --home $(SERVICE_HOME) --port $(SERVICE_PORT)

down: install ## Stop the worker and the server that make up has started
	@.venv/bin/openimis-dhis2 down --home $(SERVICE_HOME) --port $(SERVICE_PORT)

# Where CI is set, branch coverage has a floor (pyproject.toml), and processor time a limit.
# Tests wait now and then: three workers keep two processors busy.
test: install ## All tests that end within ten minutes
	@$(PYTHON) -m pytest -m "not longer and not large and not other_cases and not exhaustive and not hours and not browser" -n 3 --dist loadfile $(if $(CI),--cov)

test-longer: install ## What the ten minutes have no room for; continuous integration runs it too
	@$(PYTHON) -m pytest -m "(longer and not large or ci) and not other_cases and not hours" -n 3 --dist loadfile

test-large: install ## What takes longer and protects the laws: kills of flows, backups, reconciliation, whole days
	@$(PYTHON) -m pytest -m "large and not other_cases and not hours" -n 3 --dist loadfile

test-cases: install ## The other DHIS2 versions, and the other cases of a kind
	@$(PYTHON) -m pytest -m "other_cases and not exhaustive and not hours" -n 3 --dist loadfile

# What is tried there is small, and in several processes at once: one thread each is quickest.
test-hours test-faults: export POLARS_MAX_THREADS := 1
test-hours: install ## A kill at every single point, faults in a first load, fortnights of changes, 100,000 insurees
	@$(PYTHON) -m pytest -m hours -n 2 --dist worksteal

test-faults: install ## Faults, kills, bad records and wrong settings: what was tried, and what was lost
	@$(PYTHON) -m pytest tests/system/faults tests/system/crashes -m "not hours" -n 3 --dist worksteal

# DHIS2_URL, DHIS2_USER and DHIS2_PASSWORD name an empty, disposable DHIS2 and its superuser.
test-live: install ## The whole story on a real DHIS2; WRITE=1 writes docs/tested-servers.md
	@$(PYTHON) -W ignore -m tests.live $(if $(WRITE),--write) $(if $(RECORD),--record $(RECORD)) $(if $(DEMO),--demo) $(STEPS)

# OPENIMIS_TSQL is a connection string; WRITE=1 writes docs/tested-databases.md.
test-tsql: install ## openIMIS on the SQL Server that OPENIMIS_TSQL names, by each driver: a table at the end
	@$(PYTHON) -W ignore -m tests.live.tsql

# Debian's Chromium, since Playwright's own browsers are no Debian packages. PICTURES=1 keeps the
# screenshots of the docs.
test-ui: install ## A data manager's morning in a browser: Prefect's UI, from the form to Retry
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null; then
	  sudo=; if [ "$$(id -u)" -ne 0 ]; then sudo=sudo; fi
	  $$sudo apt-get update -qq
	  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
	fi
	$(PYTHON) -m pytest -m browser -p no:xdist tests/ui

# DHIS2_URL, DHIS2_USER and DHIS2_PASSWORD name a filled, disposable DHIS2 and its superuser.
look: install ## Every dashboard as each kind of user sees it in DHIS2's own app: pictures in build/look
	@$(PYTHON) -W ignore -m tests.look

package: install ## What set-up writes into an empty DHIS2, as files: build/package/<version>.json
	@$(PYTHON) -W ignore -m tests.project.package

# For a machine without internet: deploy/install.sh --wheels build/wheels
wheels: install ## The Python packages of production as files: build/wheels
	@rm -rf build/wheels
	# Also what another patch of this Python needs: Debian 12 has 3.11.2, the only one that wants async-timeout.
	sed -E "s/ ; python_full_version [^\\]*//" requirements.lock > build/wheels.lock
	$(PYTHON) -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes -r build/wheels.lock -d build/wheels
	$(PYTHON) -m pip download --quiet --disable-pip-version-check --no-deps "setuptools>=77" -d build/wheels

catalogue: install ## Bring the catalogues of translations up to date: staging/catalogues/*.po
	@$(PYTHON) -m tests.project.catalogue

docs: install ## The pages of mapping, indicators and patches, from the tables: docs/*.md
	@.venv/bin/openimis-dhis2 docs docs

site: install ## The pages as a site: build/site; a dead link ends it
	@$(PYTHON) -m tests.project.site && echo "build/site/README.html"

check: install ## Format, lint, types, architecture, fresh lock: all of them, then how many failed
	@failed=0
	run() { echo "== $$*"; "$$@" || failed=$$((failed + 1)); }
	run .venv/bin/ruff format --check .
	run .venv/bin/ruff check .
	run .venv/bin/mypy
	run .venv/bin/lint-imports
	run $(PYTHON) -m tests.project.locks
	echo "$$failed of 5 checks failed"
	test $$failed -eq 0

format: install ## Put the code into form
	@.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

lock: install ## Choose versions anew within requirements*.in, with hashes
	@for name in requirements requirements-dev; do
	  .venv/bin/uv pip compile --quiet --upgrade --generate-hashes --no-header --universal --python-version 3.11 $$name.in -o $$name.lock
	done

bench: install ## Ratios within one run on this machine
	@missed=
	for name in uids desired delta bundles fold extract load posting match set_up day; do
	  echo "== $$name"
	  $(PYTHON) -m tests.benchmarks.$$name || missed="$$missed $$name"
	done
	echo "Missed a bound:$${missed:- none}"
	test -z "$$missed"

install: .venv/command system-packages
	@mkdir -p $(PREFECT_HOME)

.venv/command: .venv/installed pyproject.toml
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The lock is complete. Without --no-deps, pip before 24 wants the newest release of what is locked
# and has extras, and refuses any other.
.venv/installed: requirements-dev.lock | system-packages
	@for python in $(PYTHONS); do
	  $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && break
	  python=
	done
	test -n "$$python" || {
	  echo "Python 3.11, 3.12 or 3.13 is needed; found $$(python3 --version 2>&1). Install one (Debian: apt-get install python3 python3-venv; macOS: brew install python@3.13), then run this again. Nothing was installed." >&2; exit 1; }
	$$python -m venv --clear .venv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	touch $@

system-packages:
	@if command -v odbcinst >/dev/null && odbcinst -q -d 2>/dev/null | grep -q SQLite3 \
	  && odbcinst -q -d | grep -q 'PostgreSQL Unicode' && odbcinst -q -d | grep -q FreeTDS && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	  && python3 -c 'import ensurepip' 2>/dev/null; then exit 0; fi
	if ! command -v apt-get >/dev/null; then
	  echo "Please install unixODBC with the drivers for PostgreSQL, SQLite and SQL Server, and PostgreSQL 15 or later (macOS: brew install unixodbc psqlodbc sqliteodbc freetds postgresql@15), then run this again." >&2
	  exit 1
	fi
	sudo=; if [ "$$(id -u)" -ne 0 ]; then sudo=sudo; fi
	echo "Installing $(APT_PACKAGES) ..."
	$$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $(APT_PACKAGES) >/dev/null

clean: ## Remove what was built; staging folders and DHIS2 are not touched
	@rm -rf .venv build .mypy_cache .ruff_cache .hypothesis
