# One word per chore; the same words in CI.
.DEFAULT_GOAL := help
.PHONY: help run run-server setup test lint fmt services services-stop drill bench lock catalogue

PYTHON_BIN := .venv/bin
PORT ?= 8000
export PORT

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: .venv/prod.stamp ## Start the demo municipality on http://127.0.0.1:8000 (PORT=... for another port)
	@infra/bin/run

run-server: .venv/prod.stamp ## The same on PostgreSQL, Redis and MinIO, with two processes and a worker
	@infra/bin/run-server

setup: .venv/dev.stamp ## Make .venv with everything a developer needs

test: .venv/dev.stamp ## Check everything: lint, then all tests on both profiles
	@infra/bin/test

lint: .venv/dev.stamp ## Check style, types, templates, imports and migrations
	@infra/bin/lint

fmt: .venv/dev.stamp ## Put code and templates into shape
	@$(PYTHON_BIN)/ruff check --fix-only --quiet .
	@$(PYTHON_BIN)/ruff format --quiet .
	@$(PYTHON_BIN)/djlint --quiet --reformat portal members documents meetings || test $$? -eq 1 # 1: it changed something

services: ## Start PostgreSQL, Redis and MinIO with throw-away data (settings: var/services/env)
	@infra/bin/services start

services-stop: ## Stop them and throw the data away
	@infra/bin/services stop

drill: .venv/dev.stamp ## Back up, take away, destroy everything, restore, on both profiles: nothing may come back
	@infra/bin/drill

bench: .venv/dev.stamp ## Measure on this machine; one name=value line per figure
	@$(PYTHON_BIN)/python infra/bench/run.py

catalogue: .venv/dev.stamp ## Gather the words of all pages and compile their English (needs GNU gettext)
	@infra/bin/catalogue

lock: .venv/dev.stamp ## Compile the hash locks after a change in pyproject.toml
	@infra/bin/lock

.venv/prod.stamp: infra/requirements/prod.txt
	@infra/bin/environment prod

.venv/dev.stamp: infra/requirements/dev.txt
	@infra/bin/environment dev
