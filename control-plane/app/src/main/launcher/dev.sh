#!/bin/sh
# dev.sh JDK ROOT [up options]: the server, and the dashboard rebuilt in the browser at each save.
set -eu
ROOT=$2
shift 2
data=.kumiki
previous=
for word in "$@"; do
    case $word in --data=*) data=${word#--data=} ;; esac
    [ "$previous" = --data ] && data=$word
    previous=$word
done
"$ROOT/kumiki" up --detach --no-open --data "$data" "$@"
trap '"$ROOT/kumiki" down --data "$data"' EXIT INT TERM
KUMIKI_URL=$(sed -n 's/.*"dashboard" *: *"\([^"]*\)".*/\1/p' "$data/endpoints.json")
export KUMIKI_URL
cd "$ROOT/web/ui"
[ -d node_modules ] || npm ci --no-audit --no-fund
npm run dev
