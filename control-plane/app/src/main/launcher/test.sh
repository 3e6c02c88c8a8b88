#!/bin/sh
# test.sh JDK ROOT: everything a newcomer needs to trust the build. Installs test tools locally where it can, then runs all suites.
set -eu
JDK=$1 ROOT=$2
shift 2
cd "$ROOT"
say() { printf '\n== %s\n' "$*"; }

browser() {
    for b in chromium chromium-browser google-chrome; do command -v "$b" 2>/dev/null && return 0; done
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        { apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-cjk; } >/tmp/kumiki-apt.log 2>&1 && command -v chromium && return 0
    fi
    return 1
}

# Pods of real images are tried with Podman, Docker and a registry of the tests' own; where these are not there and cannot be installed,
# those tests say that they did not run. No service is started: a Docker of the machine would change what the network tests find.
engines() {
    command -v podman >/dev/null 2>&1 && command -v dockerd >/dev/null 2>&1 && command -v docker-registry >/dev/null 2>&1 && return 0
    if [ "${CI:-}" = true ] && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        policy=/usr/sbin/policy-rc.d
        if [ -e $policy ]; then policy=; else printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy; fi
        { apt-get update && apt-get install -y --no-install-recommends podman runc fuse-overlayfs busybox-static docker.io docker-registry; } >/tmp/kumiki-apt.log 2>&1 || true
        [ -z "$policy" ] || rm -f "$policy"
    fi
}

engines
say "Java: units, laws, integration and conformance"
JAVA_HOME=$JDK MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}" mvn -B verify

# The jars were packaged again; the start-up cache must be made from these.
"$ROOT/control-plane/app/src/main/launcher/assemble.sh" "$JDK" "$ROOT/control-plane/app/target/kumiki"

say "Dashboard: types, catalogues, budgets, units"
cd "$ROOT/web/ui"
[ -d node_modules ] || npm ci --no-audit --no-fund
npm run check
npm test

say "Dashboard: browser"
if CHROMIUM=$(browser); then
    export CHROMIUM
    "$ROOT/control-plane/app/src/main/launcher/browser-test.sh" "$ROOT"
elif [ "${CI:-}" = true ]; then
    echo "No browser and none could be installed; in CI the browser tests must run." >&2
    exit 1
else
    echo "SKIPPED: browser tests (no chromium here; install it with: sudo apt-get install chromium)"
fi
say "All suites passed."
