#!/usr/bin/env bash
# The checks that need no browser: layers, sizes, format, banned calls, headers alone, both compilers with
# warnings as errors, and the unit tests under the sanitizers.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

step() {
  local name=$1
  shift
  if "$@"; then echo "ok    $name"; else echo "FAIL  $name"; failed=1; fi
}

# Builds and runs the unit tests in a folder of its own: flavour CC sanitizer.
flavour() {
  local dir=build-check-$1 cc=$2 sanitize=$3
  if [ ! -f "$dir/build.ninja" ]; then
    CC=$cc meson setup "$dir" -Db_sanitize="$sanitize" -Db_lundef=false >/dev/null || return 1
  fi
  ninja -C "$dir" --quiet || return 1
  meson test -C "$dir" --no-rebuild --quiet --timeout-multiplier 4
}

# What is printed from a table and kept in the tree must be what the table says now.
generated() {
  diff <(tools/settings_doc.sh build-check-gcc) docs/settings.md
}

step "probe script" node --check src/render/probe.js
step layers tools/check_layers.sh
step sizes tools/check_sizes.sh
step format tools/check_format.sh
step "banned calls" tools/check_banned.sh
step "headers alone" tools/check_headers.sh
step "gcc" flavour gcc gcc none
step "generated files" generated
if command -v clang >/dev/null; then
  step "clang, address and undefined" flavour asan clang address,undefined
  step "clang, thread" flavour tsan clang thread
fi
exit $failed
