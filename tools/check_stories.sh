#!/usr/bin/env bash
# The stories against sanitized builds: address and undefined behaviour under everything about renders, threads
# under what is most concurrent. tools/check_stories.sh [asan|tsan] [story…]
# Fails when a story fails, or when a sanitizer has said anything at all. Takes some twenty minutes on two cores.
set -uo pipefail
cd "$(dirname "$0")/.."
. tools/npm.sh
only=${1:-}
shift || true
failed=0
RENDERS=(render contract readiness truth faults gate isolation login drop_in admission visit reload proxy authority cli chaos)
CONCURRENT=(admission isolation faults visit chaos live)

# stories FLAVOUR SANITIZER FILE…
stories() {
  local dir=build-check-$1 sanitize=$2 reports
  shift 2
  if [ ! -f "$dir/build.ninja" ]; then
    CC=clang meson setup "$dir" -Db_sanitize="$sanitize" -Db_lundef=false >/dev/null || return 1
  fi
  ninja -C "$dir" --quiet src/cli/rounds || return 1
  reports=$(mktemp -d -t rounds-sanitizer.XXXXXX)
  # A report goes to a file of its own, because a story may not read the log to its end.
  local options="log_path=$reports/report:print_stacktrace=1:exitcode=99"
  (cd tests/story && ROUNDS_SANITIZED=$sanitize ROUNDS_BINARY=$OLDPWD/$dir/src/cli/rounds \
    ASAN_OPTIONS=$options UBSAN_OPTIONS=$options TSAN_OPTIONS=$options:second_deadlock_stack=1 \
    npx vitest run "${@/%/.story.ts}") || failed=1
  if [ -n "$(ls -A "$reports")" ]; then
    cat "$reports"/*
    failed=1
  fi
  rm -rf "$reports"
}

if ! command -v clang >/dev/null; then echo "clang is needed: apt install clang" >&2; exit 1; fi
tools/build_fakes.sh || exit 1
npm_install tests/story
if [ -z "$only" ] || [ "$only" = asan ]; then stories asan address,undefined "${@:-${RENDERS[@]}}" || failed=1; fi
if [ -z "$only" ] || [ "$only" = tsan ]; then stories tsan thread "${@:-${CONCURRENT[@]}}" || failed=1; fi
[ $failed = 0 ] && echo "ok    stories under the sanitizers"
exit $failed
