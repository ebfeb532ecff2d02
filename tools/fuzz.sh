#!/usr/bin/env bash
# Builds every fuzz target of tests/fuzz with clang, libFuzzer and the sanitizers, and runs each for a
# while from its seeds: tools/fuzz.sh [SECONDS [TARGET…]]. What it finds stays in build-fuzz/found.
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
shift || true
dir=build-fuzz

command -v clang >/dev/null || { echo "clang is missing: apt-get install clang" >&2; exit 1; }
if [ ! -f "$dir/build.ninja" ]; then
  CC=clang meson setup "$dir" -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false >/dev/null || exit 1
fi
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for source in tests/fuzz/*_fuzz.c; do names+=("$(basename "$source" _fuzz.c)"); done
fi
targets=("${names[@]/#/tests/fuzz/}")
ninja -C "$dir" --quiet "${targets[@]/%/_fuzz}" || exit 1

failed=0
mkdir -p "$dir/found"
for name in "${names[@]}"; do
  mkdir -p "$dir/corpus/$name"
  log=$dir/found/$name.log
  if "$dir/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$dir/found/$name-" "$dir/corpus/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
    echo "ok    $name: $(grep -oE '^Done [0-9]+ runs' "$log"), coverage $(grep -oE 'cov: [0-9]+' "$log" | tail -n 1)"
  else
    echo "FAIL  $name: see $log"
    failed=1
  fi
done
exit $failed
