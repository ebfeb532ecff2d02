#!/usr/bin/env bash
# Builds the web UI (web/dist), if its sources are newer than the last build.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f web/package.json ] || exit 0
. tools/npm.sh
npm_build web dist/index.html src index.html package-lock.json vite.config.ts
