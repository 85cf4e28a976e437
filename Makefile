# Every target is one line that calls the program or cargo. `make demo` and `make test` do all the set-up themselves.

SHELL := /bin/bash
BIN   := target/debug/sloproof
RUNBOOKS := https://github.com/sloproof/sloproof/blob/main/docs/runbooks/
RUNS  ?= 3
SCENARIO ?= scenarios/20-error-burst.yaml

.DEFAULT_GOAL := help
.PHONY: help demo test check slo bench measure oracle fmt up status down install build tools test-tools clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: build ## the main job: SCENARIO on the real stack, a verdict, an HTML report
	@$(BIN) run $(SCENARIO)

test: test-tools build ## everything CI runs: format, lints, unit, property, CLI and end-to-end tests on the real stack
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	@$(BIN) stack install
	cargo test --workspace --no-fail-fast

check: ## what takes seconds: format, lints, tests without the stack
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	cargo test --workspace --lib --bins --test architecture --test shipped --test slo_compile --test cli

slo: build ## compile slo/kv.yaml into alerts/, the tables of SLO.md and the panels of dashboards/
	@$(BIN) slo compile slo/kv.yaml --tiers slo/tiers.yaml --runbooks $(RUNBOOKS) \
	  --output alerts/kv.yaml --document SLO.md --dashboard dashboards/kv.json

bench: test-tools measure ## the engine beside other tools; the target service against a bare handler; 1,000 SLOs into rules
	cargo bench -p target-service --bench throughput
	cargo bench -p target-service --bench events
	cargo bench -p sloproof --bench slo_compile --profile dev

measure: tools ## the load engine beside wrk, hey and oha on two cores, and the stall told by each; writes docs/how-we-measure.md
	@mkdir -p docs/images
	cargo bench -p sloproof --bench engine
	target/release/sloproof selftest --picture docs/images/stall.svg

oracle: test-tools build ## the error burst RUNS times on the real stack: the page against the oracle's bounds
	@$(BIN) stack install >/dev/null
	RUNS=$(RUNS) cargo test -p sloproof --test e2e -- --ignored --nocapture oracle

fmt: ## format the code
	cargo fmt --all

up: build ## start the local stack in the background
	@$(BIN) stack up

status: build ## what of it runs where
	@$(BIN) stack status

down: build ## stop it
	@$(BIN) stack down

install: ## the release build of both programs into cargo's bin folder
	cargo install --locked --path harness
	cargo install --locked --path target-service

build: tools
	@echo "sloproof: building the programs with cargo (minutes the first time, then seconds)"
	@cargo build --workspace --quiet

tools:
	@command -v cargo >/dev/null || { echo "sloproof: cargo is missing: install Rust from your distribution or rustup"; exit 1; }
	@command -v cc    >/dev/null || { echo "sloproof: a C compiler is missing: install gcc or clang"; exit 1; }

test-tools: tools
	@target-service/tests/tools.sh

clean: ## remove build output and run directories
	cargo clean
	rm -rf runs
