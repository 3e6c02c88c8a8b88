#!/bin/sh
# build.sh [PROGRAM…]: builds the named programs of Kubernetes (kubectl when none is named) once, into a cache folder keyed by
# go.mod and go.sum, and prints that folder. Programs: kubectl kube-apiserver kube-controller-manager kube-scheduler etcd, and client,
# the test client of this folder. Needs Go.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
key=$(cat "$here/go.mod" "$here/go.sum" | cksum | tr ' ' '-')
out="${XDG_CACHE_HOME:-$HOME/.cache}/kumiki/kubernetes-$key"
version=v1.34.4
flags="-s -w -X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34"
mkdir -p "$out"
cd "$here"
[ $# -gt 0 ] || set -- kubectl
for program in "$@"; do
    # Go itself knows whether the client's one file has changed.
    [ ! -x "$out/$program" ] || [ "$program" = client ] || continue
    case $program in
        etcd) package=go.etcd.io/etcd/server/v3 ;;
        kubectl | kube-apiserver | kube-controller-manager | kube-scheduler) package=k8s.io/kubernetes/cmd/$program ;;
        client) package=./client ;;
        *) echo "build.sh: $program is none of kubectl, kube-apiserver, kube-controller-manager, kube-scheduler, etcd, client" >&2; exit 2 ;;
    esac
    [ -x "$out/$program" ] || echo "Building $program of Kubernetes $version (once; up to three minutes) into $out" >&2
    # Built aside and moved: a build that was interrupted leaves nothing that looks finished.
    go build -trimpath -ldflags "$flags" -o "$out/.$program.$$" "$package" >&2
    mv "$out/.$program.$$" "$out/$program"
done
printf '%s\n' "$out"
