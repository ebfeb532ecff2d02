#!/usr/bin/env bash
# Installs what the build, the demo and the tests need on Debian 12, 13 and Ubuntu LTS, and says what.
# Does nothing (and needs no rights) when everything is there.
set -euo pipefail

PACKAGES=(gcc libc6-dev make meson ninja-build pkg-config ca-certificates
  libmicrohttpd-dev libgnutls28-dev libnss3-dev libjansson-dev libssl-dev libpng-dev libsqlite3-dev libcurl4-openssl-dev
  libsodium-dev libcjose-dev libyaml-dev libarchive-dev libxlsxwriter-dev libminizip-dev zlib1g-dev libzstd-dev
  libcmocka-dev libfaketime fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji fonts-dejavu-core)

has_package() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

is_available() {
  apt-cache show "$1" >/dev/null 2>&1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Node of Debian 12 is 18; any newer one that is there already will do.
needs_node() {
  ! command -v node >/dev/null || ! command -v npm >/dev/null ||
    [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 18 ]
}

needs_browser() {
  [ -n "${ROUNDS_BROWSER_PATH:-}" ] && return 1
  local name
  for name in chromium-headless-shell chromium google-chrome-stable google-chrome; do
    # Ubuntu's chromium is a snap: its sandbox keeps our pipes and profiles out.
    command -v "$name" >/dev/null && ! readlink -f "$(command -v "$name")" | grep -q snap && return 1
  done
  return 0
}

main() {
  command -v dpkg-query >/dev/null || { echo "not a Debian system: install by hand: ${PACKAGES[*]}, a Chromium, Node 18" >&2; exit 0; }
  local missing=() package
  for package in "${PACKAGES[@]}"; do has_package "$package" || missing+=("$package"); done
  needs_node && missing+=(nodejs npm)
  if needs_browser; then missing+=(BROWSER); fi
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing: ${missing[*]/BROWSER/a browser}"
  as_root apt-get update -qq
  if needs_browser; then
    missing=("${missing[@]/BROWSER/}")
    if is_available chromium-headless-shell; then missing+=(chromium-headless-shell); fi
    if ! grep -q '^ID=ubuntu' /etc/os-release && is_available chromium; then missing+=(chromium); fi
    grep -q '^ID=ubuntu' /etc/os-release &&
      echo "note: Ubuntu's Chromium is a snap and cannot be driven; install Google Chrome's package or set ROUNDS_BROWSER_PATH"
  fi
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends ${missing[*]} >/dev/null
}
main "$@"
