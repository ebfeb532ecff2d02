#!/usr/bin/env bash
# Refuses includes that point sideways or up (tools/layers.txt), and private headers (*_priv.h) of another folder.
set -euo pipefail
cd "$(dirname "$0")/.."
awk '
  FILENAME == "tools/layers.txt" {
    if ($0 ~ /^#/ || NF == 0) next
    if ($1 == "only") { for (i = 3; i <= NF; i++) may[$2, $i] = 1; restricted[$2] = 1 } else layer[$1] = $2
    next
  }
  {
    # src/FOLDER/file:LINE:#include "TARGET/
    split($0, part, ":"); split(part[1], path, "/"); from = path[2]
    match($0, /"[a-z]+\//); to = substr($0, RSTART + 1, RLENGTH - 2)
    if (to == from || !(to in layer)) next
    if ($0 ~ /_priv\.h"/) { print part[1] ":" part[2] ": a private header of " to; bad = 1 }
    if (layer[to] >= layer[from]) { print part[1] ":" part[2] ": " from " must not include " to; bad = 1 }
    if ((to in restricted) && !((to, from) in may)) { print part[1] ":" part[2] ": " to " is not for " from; bad = 1 }
  }
  END { exit bad }
' tools/layers.txt <(grep -rnE '^#include "[a-z]+/' src --include='*.c' --include='*.h')
