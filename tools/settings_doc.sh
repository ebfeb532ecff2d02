#!/usr/bin/env bash
# Prints docs/settings.md from the program's own table: tools/settings_doc.sh BUILD_DIR >docs/settings.md
set -euo pipefail
cat <<'HEAD'
# Settings

Printed by `rounds settings --format=markdown`; `tools/settings_doc.sh build >docs/settings.md` writes it anew, and `make check` compares.

A flag (`--render.timeout=30s`) wins over the environment, the environment over the file (`/etc/rounds/rounds.yaml`, `--config=FILE` or `ROUNDS_CONFIG`), the file over the default. In the file the
part before the dot is a section:

    render:
      timeout: 30s
    network:
      extra_hosts: ["tiles.example.org:443"]

Durations are like `30s`, `1m30s`, `6h`, `7d`, a bare number is seconds; sizes like `512MiB`; lists have commas, or are YAML lists. Of several environment names the first one set counts; those without
`ROUNDS_` are grafana-image-renderer's. Beside these, the file has a list `grafana:` with a credential for each Grafana (see the README).

HEAD
"$1/src/cli/rounds" settings --format=markdown
