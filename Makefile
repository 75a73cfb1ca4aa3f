# The words of the house. `make help` lists them.
#
# Everything lives in .venv. The stamp files inside it say what has been set up, so a second run
# starts at once, and removing .venv forgets everything.

PYTHON ?= $(shell python3.11 -c "" 2>/dev/null && echo python3.11 || echo python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := $(BIN)/pytest
# Neighbours stay with one worker, so what they share is made once; who is done takes over from the other.
TWO := -n 2 --dist worksteal
UV_VERSION := 0.13.9

# Byte code is kept, or each worker rewrites and compiles all tests anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
OLDEST_DUCKDB := 1.5.6
# Tests of what no engine has a part in: they say the same on any.
NO_ENGINE := tests/browser tests/house tests/people tests/report/charts tests/values \
  $(addprefix tests/web/,test_account.py test_assets.py test_events.py test_gate.py test_hostile.py \
    test_openid.py test_saved_views.py test_sign_in.py test_warming.py)
FRONT := $(wildcard src/percontact/web/front/*)
.PHONY: demo serve test browser oldest laws bench lint docs screenshots golden release help lock clean absent

demo: .venv/.run  ## make the demo company and show what its contacts cost
	@test -d demo || $(BIN)/percontact demo demo
	@$(BIN)/percontact -C demo cost --from 2026-01 --to 2026-06 --by channel

serve: .venv/.dev .venv/.assets  ## open the app on the demo company
	@test -d demo || $(BIN)/percontact demo demo
	@$(BIN)/percontact -C demo serve

test: .venv/.dev .venv/.assets  ## run the tests that take no more than minutes
	@-$(BIN)/python tools/find_browser.py --find
	$(PYTEST) $(TWO)

browser: .venv/.dev  ## find or install the Chromium that the browser tests drive
	$(BIN)/python tools/find_browser.py

oldest: .venv-oldest/.dev .venv/.assets  ## run what an engine has a part in on the oldest DuckDB we support
	.venv-oldest/bin/python -m pytest $(TWO) $(addprefix --ignore ,$(NO_ENGINE))
	.venv-oldest/bin/python -m pytest $(TWO) -m 'not real' tests/laws

laws: .venv/.dev  ## try hard the laws that hold for any book or file
	HYPOTHESIS_PROFILE=ci $(PYTEST) $(TWO) -m 'not real' tests/laws tests/ingest/test_any_dialect.py

bench: .venv/.dev .venv/.assets .venv-peers/.made  ## measure speed and memory
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/reading.py --large
	$(BIN)/python benchmarks/serving.py

lint: .venv/.dev  ## check style, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: .venv/.run  ## write the reference pages from the code
	$(BIN)/python tools/make_reference.py

screenshots: .venv/.dev .venv/.assets  ## take the pictures of docs/screens.md, each page on the demo company
	$(BIN)/python tools/take_screenshots.py

golden: .venv/.dev  ## write the golden texts of the errors anew; read the difference before you keep it
	UPDATE_GOLDEN=1 $(PYTEST) tests/errors

release: lint test  ## check everything, then build the packages into dist/
	@set -- $(filter-out changelog.d/README.md,$(wildcard changelog.d/*)); test $$# -eq 0 \
	  || { echo "Fold these into CHANGELOG.md first: $$*"; exit 1; }
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist

help:  ## list these words
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

lock: .venv/.uv-$(UV_VERSION)  ## take the newest versions our ranges allow into requirements/*.lock
	$(LOCK) pyproject.toml requirements/build.in -o requirements/run.lock
	$(LOCK) pyproject.toml requirements/build.in -c requirements/run.lock \
	  --extra dev --extra frames --extra bench -o requirements/dev.lock
	$(LOCK) requirements/node.in -o requirements/node.lock
	$(BIN)/python tools/make_assets.py --lock
	@! grep -n "://" requirements/*.lock || { echo "A lock must name no address."; exit 1; }

clean:  ## take away .venv, caches and builds; the demo folder stays
	rm -rf .venv .venv-oldest .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The locks hold for every Python from 3.11 on, and name no registry: pip asks the one it is set to.
LOCK := .venv/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-header --custom-compile-command "make lock"

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit("percontact needs Python 3.11 or newer: make PYTHON=..." \
	  if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.run: requirements/run.lock pyproject.toml | .venv/.made
	$(PIP) install --quiet --require-hashes -r requirements/run.lock
	$(PIP) install --quiet --no-build-isolation --no-deps -e .
	@touch $@

# Only the engine is another: all else is seen in .venv, so it is installed once.
.venv-oldest/.dev: .venv/.dev Makefile
	$(PYTHON) -m venv --clear --without-pip .venv-oldest
	$(PIP) --python .venv-oldest/bin/python install --quiet --no-deps duckdb==$(OLDEST_DUCKDB)
	$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
	  > $$(.venv-oldest/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/the-rest.pth
	.venv-oldest/bin/python -c 'import duckdb; assert duckdb.__version__ == "$(OLDEST_DUCKDB)", duckdb.__version__'
	@touch $@

# What the app is held against: Streamlit and Dash, in an environment of their own.
.venv-peers/.made: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv --clear .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet -r benchmarks/peers/requirements.txt
	@touch $@

# What browsers need. The tool builds nothing that is there already; a checkout that lost it builds it again.
.venv/.assets: $(FRONT) tools/make_assets.py requirements/node.lock $(if $(wildcard src/percontact/web/assets/manifest.json),,absent) | .venv/.made
	$(BIN)/python tools/make_assets.py
	@touch $@

absent: ;

# dev.lock contains run.lock, so one installation serves both.
.venv/.dev: requirements/dev.lock pyproject.toml | .venv/.made
	$(PIP) install --quiet --require-hashes -r requirements/dev.lock
	$(PIP) install --quiet --no-build-isolation --no-deps -e .
	@touch $@ .venv/.run

.venv/.uv-$(UV_VERSION): | .venv/.made
	$(PYTHON) -m venv --clear .venv/uv
	.venv/uv/bin/python -m pip --disable-pip-version-check install --quiet uv==$(UV_VERSION)
	@touch $@
