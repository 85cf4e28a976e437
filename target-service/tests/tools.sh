#!/usr/bin/env bash
# Sees to it that the programs are there which the tests of the service run: PostgreSQL's server and a browser.
# Says what is missing; installs it where that needs no password, else tells the command.
set -euo pipefail

has_postgres() {
  command -v initdb >/dev/null || [ -n "${PG_BIN:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

has_browser() {
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

missing=()
has_postgres || missing+=(postgresql)
has_browser || missing+=(chromium)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "sloproof: installing what the tests run: ${missing[*]}"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 5 "$log"
    echo "sloproof: cannot install ${missing[*]}; install them by hand and run this again"
    exit 1
  fi
else
  echo "sloproof: the tests need ${missing[*]}: sudo apt-get install ${missing[*]}, or the like of your distribution"
  exit 1
fi
