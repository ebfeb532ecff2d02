#!/usr/bin/env bash
# Builds the stand-in Grafana of demo and tests.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/npm.sh
npm_build tests/fakes/grafana dist/server.js server page package-lock.json
