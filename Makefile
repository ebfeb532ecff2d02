# The face of the build: meson does the work. `make help` lists what there is.
SHELL := /bin/bash
BUILD ?= build
MESON_FLAGS ?=

.PHONY: help build run demo test unit story e2e bench check fuzz install clean deps web screenshots looks \
        check-stories bench-round bench-platform bench-ui check-pictures
.DEFAULT_GOAL := build

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

deps: ## install what is missing on Debian or Ubuntu, saying what
	@tools/install_deps.sh

build: deps web ## build/rounds
	@tools/build.sh $(BUILD) $(MESON_FLAGS)

web: deps
	@tools/build_web.sh

run: build ## the service with its defaults
	$(BUILD)/src/cli/rounds serve

demo: build ## the whole product on one machine: stand-in Grafana, service, data
	@tools/demo.sh $(BUILD)

test: build ## every test: unit, stories, web, end to end
	@tools/test.sh $(BUILD)

unit: build
	@tools/test.sh $(BUILD) unit

story: build
	@tools/test.sh $(BUILD) story

e2e: build
	@tools/test.sh $(BUILD) e2e

bench: build ## renders: cold browser, the peer's waits, Rounds
	@tools/bench.sh $(BUILD) render

bench-round: build ## whole rounds: dashboards in one picture, solo, cold
	@tools/bench.sh $(BUILD) round

bench-platform: build ## a year of data in the store
	@tools/bench.sh $(BUILD) platform

bench-ui: build ## the review room with 300 shots
	@tools/bench.sh $(BUILD) ui

check-pictures: build ## fast pictures against fresh loads, pixel by pixel
	@tools/bench.sh $(BUILD) pictures

check: deps web ## layers, sizes, banned calls, both compilers, sanitizers
	@tools/check.sh

check-stories: deps web ## stories against builds with sanitizers; some twenty minutes
	@tools/check_stories.sh

fuzz: deps ## short runs of every fuzz target
	@tools/fuzz.sh

screenshots: build ## pictures of the rooms for docs/
	@tools/screenshots.sh $(BUILD)

looks: build ## the kept pictures of the rooms anew
	@tools/looks.sh $(BUILD)

install: build ## as root: program, man page, systemd unit (DESTDIR is honoured)
	@tools/install.sh $(BUILD)

clean:
	rm -rf $(BUILD) build-*
