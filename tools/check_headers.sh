#!/usr/bin/env bash
# Every header compiles alone.
set -uo pipefail
cd "$(dirname "$0")/.."
bad=0
flags=$(pkg-config --cflags jansson yaml-0.1 libpng sqlite3 2>/dev/null)
while read -r header; do
  # shellcheck disable=SC2086
  gcc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Isrc $flags -fsyntax-only -x c "$header" 2>/tmp/header.$$ ||
    { echo "$header"; head -3 /tmp/header.$$; bad=1; }
done < <(find src -name '*.h' | sort)
rm -f /tmp/header.$$
exit $bad
