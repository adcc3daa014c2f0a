# All commands work from a clean clone on Debian 12; `make help` lists them.
.DEFAULT_GOAL := build
.NOTPARALLEL:
.DELETE_ON_ERROR:
SHELL := /bin/bash

JOBS ?= $(shell nproc)
ALL ?=
SIZES ?= 1000,10000,100000,1000000
MINUTES ?= 30
SECONDS ?= 60
deps = bash compose/local/deps.sh
# Thread sanitizer needs memory at fixed places, which some kernels' address randomisation does not leave free.
fixed_addresses = $(shell setarch --addr-no-randomize true 2>/dev/null && echo setarch --addr-no-randomize)

.PHONY: build
build: ## build all services for use, into build/release/bin (the default)
	@$(deps) build
	@$(MAKE) --no-print-directory compile-release

.PHONY: test
test: ## build everything with tests and run all of them
	@$(deps) build run test
	@$(MAKE) --no-print-directory compile-dev
	@ctest --preset dev --parallel $(JOBS)

.PHONY: test-asan
test-asan: ## unit and integration tests with the address and undefined behaviour sanitizers
	@$(deps) build run test
	@$(MAKE) --no-print-directory compile-asan
	@ctest --preset asan --parallel $(JOBS) --label-regex '^(unit|integration)$$'

.PHONY: test-tsan
test-tsan: ## unit and integration tests with the thread sanitizer
	@$(deps) build run test
	@$(fixed_addresses) $(MAKE) --no-print-directory compile-tsan
	@$(fixed_addresses) ctest --preset tsan --parallel $(JOBS) --label-regex '^(unit|integration)$$'

.PHONY: fuzz
fuzz: ## feed what parses bytes of strangers with anything, each target for SECONDS (60)
	@$(deps) build run test fuzz
	@$(MAKE) --no-print-directory compile-fuzz
	@tests/fuzz/run.sh build/fuzz $(SECONDS)

.PHONY: soak
soak: ## the fault test for MINUTES (30) from a SEED (drawn): kills, freezes and cuts off everything
	@$(deps) build run test
	@$(MAKE) --no-print-directory compile-dev
	@SOAK_SECONDS=$$(($(MINUTES) * 60)) SOAK_SEED=$${SEED:-$$RANDOM} build/dev/bin/soak_test

.PHONY: bench-collector
bench-collector: ## measure the collector beside what bounds it (SIZES=1000,10000,100000,1000000 players)
	@$(deps) build run test
	@$(MAKE) --no-print-directory build/release/build.ninja
	@cmake --build --preset release --parallel $(JOBS) --target watchtower-collector watchtower-bench-bodies watchtower-bench-parse
	@mkdir -p build/bench
	@python3 tests/bench/collector/bench.py --sizes "$(SIZES)" --json build/bench/collector.json

.PHONY: bench-moderation
bench-moderation: ## say whom moderation finds in simulated worlds of 10,000 players (SEEDS=2,3,4), and whom wrongly
	@$(deps) build
	@$(MAKE) --no-print-directory build/release/build.ninja
	@cmake --build --preset release --parallel $(JOBS) --target watchtower-bench-moderation
	@build/release/bin/watchtower-bench-moderation "$${SEEDS:-2,3,4}"

.PHONY: bench-gateway
bench-gateway: ## measure the gateway beside nginx with the same bytes as files
	@$(deps) build run test bench
	@$(MAKE) --no-print-directory build/release/build.ninja
	@cmake --build --preset release --parallel $(JOBS) --target watchtower-collector watchtower-api-gateway watchtower-bench-bodies watchtower-bench-constant \
		watchtower-bench-listeners watchtower-bench-plain-stream
	@python3 tests/bench/gateway/bench.py --json build/bench/gateway.json

.PHONY: bench-exporter
bench-exporter: ## measure scrapes beside nginx with the same bytes and prometheus-cpp's server with the same series
	@$(deps) build run test bench
	@$(MAKE) --no-print-directory build/release/build.ninja
	@cmake --build --preset release --parallel $(JOBS) --target watchtower-collector watchtower-exporter watchtower-bench-bodies watchtower-bench-states watchtower-bench-exposer
	@mkdir -p build/bench
	@python3 tests/bench/exporter/bench.py --json build/bench/exporter.json

.PHONY: run
run: ## start everything on this machine with a simulated game; Ctrl-C stops it
	@$(deps) build run
	@$(MAKE) --no-print-directory compile-release
	@exec python3 compose/local/run.py

.PHONY: compose-env
compose-env: ## write .env for docker-compose, with passwords of its own (docs/compose.md)
	@python3 compose/environment.py

.PHONY: backup
backup: ## write PostgreSQL's data of docker-compose's stack into backups/ (or FILE)
	@compose/backup.sh $(FILE)

.PHONY: restore
restore: ## put the data of FILE in place of what docker-compose's stack has
	@compose/restore.sh $(FILE)

.PHONY: upgrade
upgrade: ## put the versions that .env names in place of what docker-compose's stack runs
	@compose/upgrade.sh

.PHONY: test-compose
test-compose: ## build the images and try the stack of docker-compose: truth, restarts, scaling, upgrade, restore
	@$(deps) build run test compose
	@python3 tests/compose/run.py

.PHONY: picture
picture: ## renew the README's picture from a running `make run` (PAGE=http://127.0.0.1:8000)
	@$(deps) build test
	@$(MAKE) --no-print-directory build/dev/build.ninja
	@cmake --build --preset dev --target browser_packages
	@PACKAGES=build/dev/tests/browser/packages node tests/browser/picture.mjs $(or $(PAGE),http://127.0.0.1:8000) docs/images/live-page.png

.PHONY: lint
lint: ## check format, layers, scripts and changed C++ (ALL=1: all C++)
	@$(deps) build run test lint
	@$(MAKE) --no-print-directory build/dev/build.ninja
	@cmake --build --preset dev --parallel $(JOBS) --target watchtower-collector watchtower-api-gateway watchtower-exporter watchtower-publisher watchtower-ccc-simulator
	@python3 tests/lint/lint.py $(if $(ALL),--all)

.PHONY: format
format: ## format all C++ sources
	@$(deps) lint
	@git ls-files -co --exclude-standard -- '*.cpp' '*.hpp' | xargs -r clang-format-14 -i

.PHONY: docs
docs: ## write into docs/api.md and docs/metrics.md what the code says
	@$(deps) build run test
	@$(MAKE) --no-print-directory build/dev/build.ninja
	@cmake --build --preset dev --parallel $(JOBS) --target api_gateway_test metrics_docs_test
	@WATCHTOWER_WRITE_DOCS=1 build/dev/bin/api_gateway_test --gtest_filter='ApiDocs.*' --gtest_brief=1
	@WATCHTOWER_WRITE_DOCS=1 build/dev/bin/metrics_docs_test --gtest_brief=1

.PHONY: deps
deps: ## install what is missing of Debian's packages
	@$(deps) build run test lint

.PHONY: clean
clean: ## remove what was built (the data of `make run` stays in .run)
	@rm -rf build

.PHONY: help
help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PRECIOUS: build/%/build.ninja
build/%/build.ninja: CMakePresets.json
	@cmake --preset $*

compile-%: build/%/build.ninja
	@cmake --build --preset $* --parallel $(JOBS)
