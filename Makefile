# `make demo` and `make test` bring up all they need; the work is done by dev/portal.
# VENV (VENV_211, VENV_UDATA) name another virtual environment to use as it is; ARGS goes to pytest.
VENV ?= .venv
VENV_211 ?= .venv-2.11
VENV_UDATA ?= .venv-udata
ARGS ?=
export VENV VENV_211 VENV_UDATA
export PYTHONPATH := $(CURDIR)

PORTAL := python3 -m dev.portal

.PHONY: demo stop clean test test-unit test-portal test-browser test-contract test-2.11 hostile isolation chaos identity lint messages python

demo: python ## a portal with sample data; run again after a change of code (DATAGOUV=1: and a data.gouv.fr beside it)
	@$(PORTAL) demo $(if $(filter-out 0,$(DATAGOUV)),--datagouv)

stop: python ## end all processes of this checkout
	@$(PORTAL) stop

clean: python ## end all processes and remove all data of this checkout
	@$(PORTAL) clean

test: python ## all tests on CKAN 2.12, then those without browser on CKAN 2.11
	@$(PORTAL) test $(ARGS)

test-unit test-portal test-browser test-contract: test-%: python ## one folder of tests on CKAN 2.12
	@$(PORTAL) test --part $* $(ARGS)

test-2.11: python ## the tests without browser on CKAN 2.11
	@$(PORTAL) test --on-211 $(ARGS)

lint: python ## style, types, layers, messages, tables, wheel (ARGS="ruff types" runs these two)
	@$(PORTAL) lint $(ARGS)

# SEED=… makes the plan of an earlier run again; STORE=ckan:fs (or odl:fs) keeps the files in a storage of CKAN 2.12
CHAOS = $(if $(SEED),--seed $(SEED)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(STORE),--store $(STORE)) $(ARGS)
chaos: python ## a portal of its own under faults, ROUNDS=20 of each
	@$(PORTAL) chaos faults $(CHAOS)

identity: python ## ROUNDS=200 of four parallel uploads to one file: is each report shown that of the bytes?
	@$(PORTAL) chaos identity $(CHAOS)

hostile: python ## hostile, broken and odd files through the function and through a portal; prints JSON
	@$(PORTAL) shell $(abspath $(VENV))/bin/python -m tests.hostile.run

isolation: python ## every action and route by every kind of person: who reads and writes what; prints JSON
	@mkdir -p .services && rm -f .services/isolation.json
	@ODL_COUNTS=$(CURDIR)/.services/isolation.json $(PORTAL) shell $(abspath $(VENV))/bin/python -m pytest \
	  --ckan-ini test.ini -q tests/portal/trust/test_isolation.py $(ARGS); code=$$?; \
	  cat .services/isolation.json; exit $$code

messages: ## write new messages of the code into the .po files
	@$(VENV)/bin/python -m dev.catalogues update

python:
	@command -v python3 >/dev/null || { echo "→ Installing python3"; \
	  if [ "$$(id -u)" = 0 ]; then apt-get update && apt-get install --yes python3; \
	  else sudo apt-get update && sudo apt-get install --yes python3; fi; } >&2
