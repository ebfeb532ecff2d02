#!/usr/bin/env bash
# Makes the kept pictures that tests/e2e/looks.e2e.ts compares with anew: tools/looks.sh BUILD_DIR. Look at what changed before it is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-build}")
. tools/npm.sh
tools/build_fakes.sh
npm_install tests/e2e
cd tests/e2e
UPDATE_LOOKS=1 ROUNDS_BINARY=$build/rounds npx vitest run looks.e2e.ts
git status --short looks
