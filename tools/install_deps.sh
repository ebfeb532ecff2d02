#!/usr/bin/env bash
# Installs what the build, the demo and the tests need on Debian 12, 13 and Ubuntu LTS, and says what.
# Does nothing (and needs no rights) when everything is there.
set -euo pipefail

# netbase: a chroot by debootstrap does not know the name localhost without it.
PACKAGES=(gcc libc6-dev make meson ninja-build pkg-config ca-certificates curl netbase
  libmicrohttpd-dev libgnutls28-dev libnss3-dev libjansson-dev libpcre2-dev libssl-dev libpng-dev libsqlite3-dev libcurl4-openssl-dev
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

# Says what to do, and fails, where nobody may install anything.
may_install() {
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null && return 0
  cat >&2 <<EOF
This needs packages that are not here, and neither root nor sudo is at hand to install them. As root:

    apt-get update && apt-get install --no-install-recommends $*

EOF
  return 1
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
  local missing=() browser=() package
  for package in "${PACKAGES[@]}"; do has_package "$package" || missing+=("$package"); done
  needs_node && missing+=(nodejs npm)
  if needs_browser; then
    if grep -q '^ID=ubuntu' /etc/os-release; then
      echo "note: no browser here. Ubuntu's Chromium is a snap and cannot be driven: install Google Chrome's package, or set ROUNDS_BROWSER_PATH" >&2
    else
      # The headless shell makes the pictures; the end-to-end tests look at the web UI with the whole Chromium.
      browser=(chromium-headless-shell chromium)
    fi
  fi
  [ $((${#missing[@]} + ${#browser[@]})) -eq 0 ] && return 0
  may_install "${missing[@]}" "${browser[@]}"
  echo "installing, which takes some minutes: ${missing[*]} ${browser[*]}"
  as_root apt-get update -qq
  for package in "${browser[@]}"; do
    if is_available "$package"; then missing+=("$package"); fi
  done
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  if needs_node; then
    echo "Node 18 or newer and npm are needed; this system's packages bring $(node --version 2>/dev/null || echo none): install them by hand" >&2
    exit 1
  fi
}
main "$@"
