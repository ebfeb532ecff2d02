#!/usr/bin/env bash
# Refuses calls that this house does without: unbounded copies, numbers without checks, shells, jumps out
# of functions, and the heap past its one door.
set -euo pipefail
cd "$(dirname "$0")/.."
bad=0
ban() { # pattern, where it is allowed, why
  local found
  found=$(grep -rnE "(^|[^a-zA-Z0-9_.>])($1) *\(" src --include='*.c' --include='*.h' | grep -vE "$2" |
    grep -vE '^[^:]+:[0-9]+: *(/?\*|//)' || true)
  if [ -n "$found" ]; then echo "$found"; echo "  -- $3"; bad=1; fi
}
ban 'strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|atof' '^$' 'use bytes, str or arena_fmt'
ban 'system|popen' '^$' 'no shells'
ban 'setjmp|longjmp' '^$' 'errors are returned'
ban 'malloc|calloc|realloc|free|strdup' '^src/base/(mem|arena)\.c' 'use the arena or mem_*'
exit $bad
