#!/bin/sh
# browser-test.sh ROOT: the browser tests, on a real Kumiki of their own.
set -eu
ROOT=$1
data=$(mktemp -d)
trap '"$ROOT/kumiki" down --data "$data" >/dev/null 2>&1 || true; rm -rf "$data"' EXIT
"$ROOT/kumiki" up --data "$data" --ports auto --no-open --detach --nodes "8 x gpu=8 type=H100 rack=4 block=2"
KUMIKI_URL=$(sed -n 's/.*"dashboard" *: *"\([^"]*\)".*/\1/p' "$data/endpoints.json")
KUMIKI_KUBECONFIG=$data/kubeconfig
export KUMIKI_URL KUMIKI_KUBECONFIG
cd "$ROOT/web/ui"
npm run e2e
