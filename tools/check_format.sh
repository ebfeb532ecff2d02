#!/usr/bin/env bash
# Refuses C that clang-format would write differently. tools/check_format.sh --fix rewrites it.
# Its versions disagree in details, so it is always version 14 (Debian 12's); without it nothing is checked.
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=14

for name in "clang-format-$VERSION" clang-format; do
  if command -v "$name" >/dev/null && "$name" --version | grep -q "version $VERSION\."; then format=$name; break; fi
done
if [ -z "${format:-}" ]; then
  echo "clang-format $VERSION is not here: the format is not checked"
  exit 0
fi
if [ "${1:-}" = --fix ]; then how=(-i); else how=(--dry-run -Werror); fi
find src -name '*.[ch]' | sort | xargs "$format" "${how[@]}"
