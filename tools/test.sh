#!/usr/bin/env bash
# Runs the tests and ends with one line: "N passed, N failed".
# tools/test.sh BUILD_DIR [unit|fakes|web|story|e2e]: all of them without a name.
set -uo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-build}")
only=${2:-}
passed=0
failed=0
failures=$(mktemp -t rounds-failures.XXXXXX) # what the end repeats, so that nobody has to search a long log for it
trap 'rm -f "$failures"' EXIT
. tools/npm.sh

count() { # a suite's name, its passed and failed
  echo "== $1: $2 passed, $3 failed"
  passed=$((passed + $2))
  failed=$((failed + $3))
}

wants() { [ -z "$only" ] || [ "$only" = "$1" ]; }

run_unit() {
  meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 4 || true
  # cmocka says how many tests each program ran; a program that died says it by its result.
  # shellcheck disable=SC2046
  count unit $(node -e '
    const { appendFileSync, readFileSync } = require("fs");
    let ok = 0, bad = 0;
    for (const line of readFileSync(process.argv[1], "utf8").trim().split("\n")) {
      const { name, stdout = "", stderr = "", result } = JSON.parse(line);
      const failed = (stderr + stdout).match(/^\[  FAILED  \] [a-z_0-9]+$/gm) ?? [];
      ok += (stdout.match(/^\[       OK \]/gm) ?? []).length;
      if (["OK", "EXPECTEDFAIL", "SKIP"].includes(result)) continue;
      const names = [...new Set(failed.map((line) => line.slice(13)))];
      bad += Math.max(1, names.length);
      // A program that died or hung names no test: it was in the one that it began last.
      const last = names.length ? [] : (stdout.match(/^\[ RUN      \] .*$/gm) ?? []).slice(-1);
      const said = (stderr + stdout).split("\n").filter((line) => line.trim());
      const words = said.filter((line) => /^\[  (ERROR|FAILED)/.test(line) || /error/i.test(line)).slice(0, 12);
      appendFileSync(process.argv[2], [`unit ${name}: ${names.join(", ") || result}`, ...last, ...(words.length ? words : said.slice(-6))].join("\n    ") + "\n");
    }
    console.log(ok, bad);' "$build/meson-logs/testlog.json" "$failures")
}

# A folder with Vitest: its JSON report says what ran. A file that could not even be loaded counts as one failure, and so does
# an error that no test is told of, which only the exit code tells.
run_vitest() {
  local name=$1 folder=$2 report code=0
  report=$(mktemp -t rounds-report.XXXXXX)
  npm_install "$folder"
  (cd "$folder" && ROUNDS_BINARY=$build/rounds npx vitest run --reporter=default --reporter=json --outputFile="$report") || code=$?
  # shellcheck disable=SC2046
  count "$name" $(node -e '
    const { appendFileSync, readFileSync } = require("fs");
    const { basename } = require("path");
    const [report, suite, failures, code] = process.argv.slice(1);
    const isOurs = (line) => !/node_modules|node:internal|<anonymous>/.test(line);
    const tell = (what, message) => appendFileSync(failures, [`${suite} ${what}`, ...message.replace("STACK_TRACE_ERROR", "out of time").split("\n").filter(isOurs).slice(0, 20)].join("\n    ") + "\n");
    const text = readFileSync(report, "utf8");
    if (!text) { tell("wrote no report", ""); console.log(0, 1); process.exit(); }
    const r = JSON.parse(text);
    let broken = 0;
    for (const file of r.testResults) {
      const failed = file.assertionResults.filter((test) => test.status === "failed");
      for (const test of failed) tell(`${basename(file.name)} > ${test.fullName}`, test.failureMessages.join("\n"));
      // A file that failed outside its tests: it could not be loaded, or its preparation or its clearing away broke.
      if (file.status === "failed" && !failed.length) { broken++; tell(basename(file.name), file.message ?? ""); }
    }
    if (code !== "0" && !r.numFailedTests && !broken) { broken++; tell("failed beside its tests", `exit code ${code}: see "Unhandled" above`); }
    console.log(r.numPassedTests, r.numFailedTests + broken);' "$report" "$name" "$failures" "$code")
  rm -f "$report"
}

if wants unit; then run_unit; fi
if wants fakes || wants story || wants e2e; then tools/build_fakes.sh || count "building the stand-in Grafana" 0 1; fi
if wants fakes && [ -f tests/fakes/grafana/vitest.config.ts ]; then run_vitest fakes tests/fakes/grafana; fi
if wants web && [ -f web/package.json ]; then run_vitest web web; fi
if wants story && [ -f tests/story/package.json ]; then run_vitest story tests/story; fi
if wants e2e && [ -f tests/e2e/package.json ]; then run_vitest e2e tests/e2e; fi

if [ -s "$failures" ]; then echo; echo "== what failed"; cat "$failures"; fi
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
