#!/usr/bin/env bash
# Measures: tools/bench.sh BUILD_DIR render|round|platform|ui|pictures. What each prints is explained in docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:?usage: tools/bench.sh BUILD_DIR render|round|platform|ui|pictures}")
what=${2:?which: render, round, platform, ui or pictures}
. tools/npm.sh

run_node() {
  tools/build_fakes.sh
  npm_install tests/story
  ROUNDS_BINARY=${ROUNDS_BINARY:-$build/src/cli/rounds} node "tests/bench/$1.mjs"
}

case $what in
  render | round | pictures) run_node "$what" ;;
  ui) npm_install tests/e2e && run_node ui ;;
  platform) # PLANS and DAYS: how much data; kept in BENCH_DIR for the next time
    ninja -C "$build" --quiet tests/bench/bench_platform
    "$build/tests/bench/bench_platform" "${BENCH_DIR:-$build/bench-platform}" ${PLANS:+"$PLANS"} ${PLANS:+${DAYS:+"$DAYS"}}
    ;;
  *) echo "unknown benchmark: $what (render, round, platform, ui, pictures)" >&2; exit 2 ;;
esac
