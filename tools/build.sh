#!/usr/bin/env bash
# Configures (once) and builds: tools/build.sh BUILD_DIR [meson flags].
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-build}
shift || true
[ -f "$dir/build.ninja" ] || meson setup "$dir" "$@" >/dev/null || { meson setup "$dir" "$@"; exit 1; }
ninja -C "$dir" --quiet
ln -sf src/cli/rounds "$dir/rounds"
