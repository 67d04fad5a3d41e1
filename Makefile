# make book and make test are all a reader needs; make help lists the rest.
TARGETS := help book test teeth html run bench paper-scale scenario lock address clean setup
UNKNOWN := $(filter-out $(TARGETS),$(MAKECMDGOALS))
ifneq ($(UNKNOWN),)
$(error irsnb: no target '$(firstword $(UNKNOWN))'; 'make help' lists them)
endif
ifneq ($(filter run,$(MAKECMDGOALS)),)
ifeq ($(strip $(NOTEBOOK)),)
$(error irsnb: say which notebook: make run NOTEBOOK=notebooks/elliptic/one_pair.ipynb)
endif
endif
ifneq ($(filter paper-scale,$(MAKECMDGOALS)),)
ifeq ($(strip $(PART)),)
$(error irsnb: say which part: make paper-scale PART=searches)
endif
endif
ifneq ($(filter address,$(MAKECMDGOALS)),)
ifeq ($(strip $(REPO)),)
$(error irsnb: say which repository: make address REPO=owner/name)
endif
endif
.PHONY: $(TARGETS)
.DEFAULT_GOAL := help
export PYTHON ?= python3
RUN := .venv/bin/python
# Two processes at a time share two cores: a thread each, because threads that wait spinning cost more than they win.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
export TF_NUM_INTRAOP_THREADS ?= 1
PROCESSOR ?= native

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

book: setup ## run every notebook, two at a time, and render _build/html
	@$(RUN) tools/book.py --execute

html: setup ## render the stored outputs into _build/html without executing
	@$(RUN) tools/book.py

# PROCESSOR=no-avx512, no-avx2, other-blas: as on a processor that has less; tools/processors.py says what each is.
test: setup ## lint, unit tests, doctests, and every notebook against its stored outputs
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m ruff format --check --quiet . || { echo "irsnb: not formatted; run .venv/bin/ruff format" >&2; exit 1; }
	@$(RUN) tools/processors.py $(PROCESSOR) $(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -p tests.nbval_rules

teeth: setup ## bugs planted in the package must turn notebooks and unit tests red: half an hour
	@$(RUN) -m pytest -q -n 2 -m teeth tests/book/test_teeth.py
	@$(RUN) tools/teeth.py

run: setup ## execute a notebook and store its outputs: make run NOTEBOOK=... (or all)
	@$(RUN) tools/notebooks.py "$(NOTEBOOK)"

bench: setup ## timings against peers, ratios measured in one run
	@$(RUN) benchmarks/bench.py

paper-scale: setup ## a run at a paper's own sizes, resumable: make paper-scale PART=searches
	@$(RUN) tools/paper_scale.py "$(PART)"

scenario: setup ## trace the street of Part III anew: needs the extra 'tracing'
	@$(RUN) tools/scenario.py

lock: setup ## resolve pyproject.toml anew into requirements.lock
	@.venv/bin/uv pip compile pyproject.toml $(addprefix --extra ,networks searches scenarios cluster book test) --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --custom-compile-command "make lock" --upgrade --quiet -o requirements.lock

address: ## put the repository's address everywhere: make address REPO=owner/name
	@$(PYTHON) tools/address.py "$$REPO"

clean: ## remove everything that was built, the virtual environment too
	@rm -rf _build .venv .venv-install.log .pytest_cache .ruff_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: ## make .venv (the other targets do it by themselves)
	@sh tools/setup.sh
