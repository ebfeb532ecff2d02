#!/usr/bin/env bash
# Pictures of the rooms for docs/screenshots, from the real program with real panels: tools/screenshots.sh BUILD_DIR.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-build}")
. tools/npm.sh
tools/build_fakes.sh
npm_install tests/e2e
mkdir -p docs/screenshots
cd tests/e2e
ROUNDS_BINARY=$build/rounds SCREENSHOTS=$(realpath ../../docs/screenshots) npx vitest run --config vitest.screenshots.config.ts
