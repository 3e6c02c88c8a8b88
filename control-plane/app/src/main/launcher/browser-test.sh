#!/bin/sh
# browser-test.sh ROOT: the browser tests, first on fixtures, then on a real Kumiki of their own.
set -eu
ROOT=$1
cd "$ROOT/web/ui"
npm run e2e
data=$(mktemp -d)
trap '"$ROOT/kumiki" down --data "$data" >/dev/null 2>&1 || true; rm -rf "$data"' EXIT
"$ROOT/kumiki" up --data "$data" --ports auto --no-open --detach
url=$(sed -n 's/.*"dashboard" *: *"\([^"]*\)".*/\1/p' "$data/endpoints.json")
KUMIKI_URL=$url npm run e2e:real
