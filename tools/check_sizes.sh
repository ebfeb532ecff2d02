#!/usr/bin/env bash
# Refuses what is too large to be read: functions over 80 lines, .c files over 700, headers over 200,
# lines over 110 columns.
set -euo pipefail
cd "$(dirname "$0")/.."
find src -name '*.[ch]' | sort | xargs awk '
  FNR == 1 { if (file) finish(); file = FILENAME; start = 0 }
  { last = FNR }
  # Columns, not bytes: continuation bytes of UTF-8 do not count.
  { text = $0; gsub(/[\200-\277]/, "", text); if (length(text) > 110) { print FILENAME ":" FNR ": " length(text) " columns"; bad = 1 } }
  /^\{/ { start = FNR }
  /^\}/ && start { if (FNR - start > 80) { print FILENAME ":" start ": function of " FNR - start " lines"; bad = 1 } start = 0 }
  function finish() {
    limit = file ~ /\.h$/ ? 200 : 700
    # Tables of rows are read row by row: they may be long.
    if (file ~ /(settings_table|schema|routes|schemas|text_[a-z_]+)\.c$/) limit = 1500
    if (last > limit) { print file ": " last " lines"; bad = 1 }
  }
  END { finish(); exit bad }
'
