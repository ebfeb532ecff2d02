#!/usr/bin/env bash
# Installs the program, its man page, the example of a settings file and the systemd unit:
# tools/install.sh BUILD_DIR, under PREFIX (/usr/local), within DESTDIR for packages. Starts nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
prefix=${PREFIX:-/usr/local}
dest=${DESTDIR:-}
program=$build/src/cli/rounds

put() { # mode, file or - for standard input, where
  install -d "$dest$(dirname "$3")"
  if [ "$2" = - ]; then
    cat >"$dest$3.new"
    install -m "$1" "$dest$3.new" "$dest$3"
    rm -f "$dest$3.new"
  else
    install -m "$1" "$2" "$dest$3"
  fi
  echo "$dest$3"
}

if [ -z "$dest" ] && [ "$(id -u)" != 0 ]; then
  echo "not root: use sudo make install, or DESTDIR=… for a package" >&2
  exit 1
fi
put 755 "$program" "$prefix/bin/rounds"
"$program" settings --format=man | put 644 - "$prefix/share/man/man1/rounds.1"
"$program" settings --format=yaml | put 644 - "$prefix/share/doc/rounds/rounds.yaml"
sed "s|@PREFIX@|$prefix|g" packaging/rounds.service.in | put 644 - "$prefix/lib/systemd/system/rounds.service"
put 644 packaging/rounds.sysusers "$prefix/lib/sysusers.d/rounds.conf"
put 644 packaging/rounds.tmpfiles "$prefix/lib/tmpfiles.d/rounds.conf"

if [ -z "$dest" ]; then
  if command -v systemd-sysusers >/dev/null; then systemd-sysusers "$prefix/lib/sysusers.d/rounds.conf"; fi
  if command -v systemd-tmpfiles >/dev/null; then systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/rounds.conf"; fi
  if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
  cat <<EOF

Next:
  put AUTH_TOKEN=… into /etc/rounds/environment (mode 0600), and settings into /etc/rounds/rounds.yaml
  systemctl enable --now rounds
  $prefix/bin/rounds check
EOF
fi
