# Everything a newcomer needs: `make run` and `make test`. `make` alone lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# What one of our many processes has compiled the others read; without that each start costs seconds more.
export PYTHONDONTWRITEBYTECODE :=
# uv and npm trust the same certificates as the rest of this machine, so they work behind a company's proxy too.
export UV_SYSTEM_CERTS := 1
NPM := NODE_OPTIONS=--use-system-ca npm

# Tests wait for the database, for programs and for browsers often enough that a third process pays on two cores.
PYTEST_ARGS ?= --numprocesses 3 --dist loadfile --no-loadscope-reorder

PACKAGES := .venv/.installed
MODULES := node_modules/.installed
FRONT_END := callcenter/static/dist/.built
SOURCES := $(shell find callcenter/static -path callcenter/static/dist -prune -o -print 2>/dev/null)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard callcenter/translations/*/LC_MESSAGES/messages.po))
READY := $(PACKAGES) $(FRONT_END) $(CATALOGUES)

.PHONY: help ready run test test-fast explore template check check-front fix lock bench drill demo-traffic translations clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

ready: $(READY) ## install what is needed and build the front end

run: $(READY) ## start the whole contact centre with a demo company
	@exec callcenter demo

test: $(PACKAGES) ## run every check and every test
	@$(MAKE) --no-print-directory --jobs 2 --output-sync check check-front ready template
	pytest $(PYTEST_ARGS)

test-fast: $(READY) template ## run the tests that start no program and no browser
	pytest -m fast $(PYTEST_ARGS)

explore: $(READY) template ## try made-up input that the suite has not seen; what fails is kept and tried first next time
	EXPLORE=1 pytest -m hypothesis $(PYTEST_ARGS)

template: $(READY) ## make the database that tests copy, where it is missing or of yesterday
	@python -m tests.template

check: $(PACKAGES) ## style, types and floors, in seconds
	ruff check
	ruff format --check
	mypy
	lint-imports
	djlint --lint --quiet templates callcenter/simulator/templates

check-front: $(MODULES) ## style, types and tests of the scripts and styles
	@npm run --silent check

fix: $(PACKAGES) $(MODULES) ## format Python, scripts and styles, and mend what is safe to mend
	ruff check --fix
	ruff format
	@npm run --silent fix

bench: $(READY) ## measure against floors taken in the same run
	@exec callcenter bench

drill: $(READY) ## race 10 000 interactions through killed routers; takes minutes
	@exec python -m tests.journeys.drill

demo-traffic: $(READY) ## send lifelike callers to a running demo
	@exec callcenter simulate

translations: $(PACKAGES) ## collect new texts, then compile the catalogues
	mkdir -p .build
	pybabel --quiet extract --mapping babel.cfg --sort-by-file --no-location --omit-header \
	  --keywords "lazy_gettext lazy_ngettext:1,2 say:2 _say:3 Invalid:1" --output .build/messages.pot .
	pybabel --quiet update --no-fuzzy-matching --width 110 \
	  --input-file .build/messages.pot --output-dir callcenter/translations
	@$(MAKE) --no-print-directory $(CATALOGUES)

lock: $(PACKAGES) ## compile the locks anew after a change of pyproject.toml or package.json
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --constraints requirements.lock --extra dev --output-file requirements-dev.lock pyproject.toml
	$(NPM) install --package-lock-only

clean: ## remove what was built and installed (never the data)
	rm -rf .venv .build node_modules callcenter/static/dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	rm -f callcenter/translations/*/LC_MESSAGES/*.mo

$(PACKAGES): requirements-dev.lock pyproject.toml tools/environment.sh
	@tools/environment.sh
	@touch $@

$(MODULES): package-lock.json .npmrc $(PACKAGES)
	@echo "Installing the browser packages of package-lock.json …" >&2
	@$(NPM) ci --silent || $(NPM) ci
	@touch $@

$(FRONT_END): $(SOURCES) tools/build.mjs $(MODULES)
	@npm run --silent build
	@touch $@

%.mo: %.po $(PACKAGES)
	@pybabel --quiet compile --input-file $< --output-file $@
