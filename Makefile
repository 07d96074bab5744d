# SoftFocus. On a fresh machine with python3, make and git: `make demo` or `make test`.
# COMFYUI_DIR=/path/to/ComfyUI VENV=.venv-other  tests with another ComfyUI; with .comfyui-new and .venv-new, after
# `make setup-new`, with the newer one.
VENV ?= .venv
export VENV
PYTHON := $(VENV)/bin/python
# Threads that spin while they wait make torch up to a hundred times slower on a busy machine.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: setup setup-new demo serve test test-quick lint bench gallery workflows clean

setup:  ## virtual environment and test host; quick when nothing changed
	@python3 tools/host/setup_host.py

setup-new:  ## the newer test host, ComfyUI 0.33.0, from COMFYUI_SOURCE=path: a checkout or an unpacked archive
	@$(MAKE) --no-print-directory setup COMFYUI_DIR=.comfyui-new VENV=.venv-new

demo: setup  ## a portrait through the real ComfyUI: before, mask, after, report in demo_output/
	@$(PYTHON) -m tools.host.demo

serve: setup  ## ComfyUI's page with the pack and the sample picture ready
	@$(PYTHON) -m tools.host.serve

test: setup  ## every test
	$(PYTHON) -m pytest -c tests/pytest.ini tests

test-quick: setup  ## without servers and browsers
	$(PYTHON) -m pytest -c tests/pytest.ini tests -m "not server and not browser and not slow"

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PYTHON) -m tools.host.check_node_types

bench: setup  ## the look on real portraits, the detector, the times; prints tables
	$(PYTHON) -m benchmarks

gallery: setup  ## contact sheets of real pictures in benchmarks/results/: masks in gallery.jpg, the look in face_sizes.jpg
	$(PYTHON) -m tools.write.make_gallery
	$(PYTHON) -m tools.write.make_size_gallery

workflows: setup  ## write workflows/*.json and subgraphs/*.json again through the real page (needs chromium)
	$(PYTHON) -m tools.graphs.make_workflows
	$(PYTHON) -m tools.graphs.make_blueprints

clean:
	rm -rf $(VENV) .comfyui .venv-new .comfyui-new .cache demo_output
