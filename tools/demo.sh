#!/usr/bin/env bash
# The whole product on one machine, thrown away at the end: the stand-in Grafana, Rounds with its platform, a source, a plan,
# two earlier rounds and today's. tools/demo.sh BUILD_DIR [--once]: --once ends after the round instead of waiting for Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-build}")
once=${2:-}
tools/build_fakes.sh

folder=$(mktemp -d "${TMPDIR:-/tmp}/rounds-demo.XXXXXX")
pids=()
end() {
  trap - EXIT INT TERM
  # The service first: it lets its browsers go before the pages' server is away.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill "${pids[i]}" 2>/dev/null && wait "${pids[i]}" 2>/dev/null || true
  done
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A file that a starting program writes once it listens; fails when the program ends without it.
await() {
  until [ -s "$1" ]; do
    kill -0 "$2" 2>/dev/null || { cat "$folder"/*.log >&2; exit 1; }
    sleep 0.1
  done
}

grafana_port=0
is_free 3000 && grafana_port=3000
rounds_port=0
is_free 8081 && rounds_port=8081
grafana_token=glsa_StandInViewerTokenForOrgOne01_5f3a9c21
render_token=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
password=$(head -c 9 /dev/urandom | od -An -tx1 | tr -d ' \n')

node tests/fakes/grafana/dist/server.js --port "$grafana_port" --thief-port 0 --port-file "$folder/grafana.port" \
  >"$folder/grafana.log" 2>&1 &
pids+=($!)
await "$folder/grafana.port" "${pids[-1]}"
grafana="http://localhost:$(tr -d '\n' <"$folder/grafana.port")"

# /render knows the stand-in too, so that the plain address of a picture below works without a renderKey.
cat >"$folder/rounds.yaml" <<YAML
grafana:
  - origin: $grafana
    credential: {kind: token, secret_env: DEMO_GRAFANA_TOKEN}
YAML
DEMO_GRAFANA_TOKEN=$grafana_token ROUNDS_AUTH_TOKENS=$render_token ROUNDS_ADMIN_PASSWORD=$password \
  "$build/rounds" --config="$folder/rounds.yaml" serve --listen.address="127.0.0.1:$rounds_port" --data="$folder/data" \
  --temp="$folder" --log.level=warn --port-file="$folder/rounds.port" >"$folder/rounds.log" 2>&1 &
pids+=($!)
await "$folder/rounds.port" "${pids[-1]}"
rounds="http://127.0.0.1:$(tr -d '\n' <"$folder/rounds.port")"

echo "Three rounds are under way: the day before yesterday, yesterday, today …" >&2
node tools/demo_seed.mjs "$rounds" "$grafana" "$password" "$grafana_token" >"$folder/seed.json" || {
  cat "$folder/rounds.log" >&2
  exit 1
}
round=$(node -p "JSON.parse(require('fs').readFileSync('$folder/seed.json')).round")
note=$(sed -n 's/.*event=sandbox msg="\(.*\)"$/\1/p' "$folder/rounds.log")

cat <<TEXT

Rounds      $rounds/rounds/$round
            user admin, password $password
Grafana     $grafana/d/demo (a stand-in; user admin, password admin)
A picture   curl -o panel.png '$rounds/render?url=$grafana/d-solo/demo/x?panelId=1%26orgId=1%26render=1&width=1000&height=500&domain=localhost' -H 'X-Auth-Token: $render_token'

TEXT
[ -z "$note" ] || printf 'Note        %s\n\n' "$note"
[ "$once" = --once ] && exit 0
echo "Ctrl-C ends everything and removes it."
while kill -0 "${pids[0]}" 2>/dev/null && kill -0 "${pids[1]}" 2>/dev/null; do sleep 1; done
cat "$folder/rounds.log" >&2
exit 1
