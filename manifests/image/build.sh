#!/bin/sh
# build.sh DIST OUT.tar: the built distribution (control-plane/app/target/kumiki) as an OCI image in one file, for `podman load -i`,
# `docker load -i` or `skopeo copy oci-archive:OUT.tar docker://…`. No container engine, no base image and no network: the JDK's own
# runtime (jlink), the C library of this machine, our jars. Same input, same bytes. JAVA_HOME names the JDK 25.
set -eu
[ $# -eq 2 ] || { echo "build.sh DIST OUT.tar" >&2; exit 2; }
dist=$1 out=$2 jdk=${JAVA_HOME:?names no JDK 25}
[ -d "$dist/lib" ] || { echo "$dist holds no distribution: ./kumiki --help builds one" >&2; exit 3; }
case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$(uname -m) ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/base/tmp" "$work/base/opt" "$work/ours/opt/kumiki/lib" "$work/image/blobs/sha256"
chmod 1777 "$work/base/tmp"
"$jdk/bin/jlink" --strip-debug --no-man-pages --no-header-files --output "$work/base/opt/java" --add-modules \
    java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs,jdk.net,jdk.management,jdk.jfr,jdk.naming.dns,jdk.charsets,jdk.httpserver,jdk.jcmd
for object in bin/java lib/server/libjvm.so lib/libjava.so lib/libjli.so lib/libnet.so lib/libnio.so lib/libzip.so lib/libextnet.so lib/libmanagement.so; do
    ldd "$work/base/opt/java/$object"
done | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | grep -v "^$work" | sort -u | while read -r library; do
    mkdir -p "$work/base$(dirname "$library")"
    cp -L "$library" "$work/base$library"
done
cp "$dist"/lib/*.jar "$work/ours/opt/kumiki/lib/"
cp "$dist/extender.args" "$work/ours/opt/kumiki/"
{
    grep -v -e '^-cp$' -e '^"' -e '^-XX:AOTCache' "$dist/jvm.base"
    printf '%s\n' -cp
    (cd "$work/ours" && ls opt/kumiki/lib/*.jar | LC_ALL=C sort | sed 's/^/\//' | tr '\n' ':' | sed 's/:$/\n/')
} >"$work/ours/opt/kumiki/jvm.args"

# blob FILE: moves it among the blobs and prints its digest.
blob() {
    digest=$(sha256sum "$1" | cut -d ' ' -f 1)
    mv "$1" "$work/image/blobs/sha256/$digest"
    printf '%s' "$digest"
}
pack() { tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu -C "$1" -cf "$2" .; }

layers='' ids=''
for part in base ours; do
    pack "$work/$part" "$work/$part.tar"
    ids="$ids${ids:+,}\"sha256:$(sha256sum "$work/$part.tar" | cut -d ' ' -f 1)\""
    gzip -n -6 "$work/$part.tar"
    size=$(wc -c <"$work/$part.tar.gz" | tr -d ' ')
    layers="$layers${layers:+,}{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:$(blob "$work/$part.tar.gz")\",\"size\":$size}"
done
cat >"$work/config" <<JSON
{"architecture":"$arch","os":"linux","config":{"User":"65532:65532","WorkingDir":"/tmp","Env":["PATH=/opt/java/bin","HOME=/tmp"],"Entrypoint":["/opt/java/bin/java","@/opt/kumiki/jvm.args","io.kumiki.app.Kumiki"],"Cmd":["--help"]},"rootfs":{"type":"layers","diff_ids":[$ids]}}
JSON
config_size=$(wc -c <"$work/config" | tr -d ' ')
config=$(blob "$work/config")
cat >"$work/manifest" <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:$config","size":$config_size},"layers":[$layers]}
JSON
manifest_size=$(wc -c <"$work/manifest" | tr -d ' ')
manifest=$(blob "$work/manifest")
cat >"$work/image/index.json" <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:$manifest","size":$manifest_size,"annotations":{"org.opencontainers.image.ref.name":"localhost/kumiki:latest"}}]}
JSON
printf '{"imageLayoutVersion":"1.0.0"}' >"$work/image/oci-layout"
pack "$work/image" "$out"
echo "$out: sha256:$manifest, $(wc -c <"$out" | tr -d ' ') bytes"
