#!/bin/sh
# assemble.sh JDK DIST: turns the built jars into something that starts fast: one argument file, one AOT cache.
set -eu
JDK=$1 DIST=$2
cp -f "$DIST"/../app-*.jar "$DIST/lib/"
classpath=$(ls "$DIST"/lib/*.jar | LC_ALL=C sort | tr '\n' ':' | sed 's/:$//')
cat >"$DIST/jvm.base" <<ARGS
--enable-native-access=ALL-UNNAMED
--sun-misc-unsafe-memory-access=allow
-XX:+UseSerialGC
-XX:+UseCompactObjectHeaders
-XX:MaxRAMPercentage=40
-Xms112m
-Xmn64m
-XX:MinHeapFreeRatio=10
-XX:MaxHeapFreeRatio=20
-XX:TieredStopAtLevel=4
-Xlog:disable
-Xlog:all=error:stderr
-Dfile.encoding=UTF-8
-cp
"$classpath"
ARGS
# The extender shares its cores with a scheduler and mostly waits: the optimising compiler gets only what is truly hot.
# Without it (TieredStopAtLevel=1) the first 3,000 pods cost two thirds of the CPU, but each later one more: only its code
# uses the processor's instructions for AES, and every watch is encrypted. Four times these thresholds: no gain either.
cat >"$DIST/extender.args" <<ARGS
-XX:Tier4InvocationThreshold=30000
-XX:Tier4MinInvocationThreshold=6000
-XX:Tier4CompileThreshold=90000
-XX:Tier4BackEdgeThreshold=400000
ARGS
cp "$DIST/jvm.base" "$DIST/jvm.args"
rm -f "$DIST/kumiki.aot" "$DIST/built"
# The cache only saves time: where the training run fails, Kumiki starts without it and says nothing.
if "$JDK/bin/java" "-XX:AOTCacheOutput=$DIST/kumiki.aot" "@$DIST/jvm.base" io.kumiki.app.Kumiki train >"$DIST/train.log" 2>&1 && [ -f "$DIST/kumiki.aot" ]; then
    { printf '%s\n' "-XX:AOTCache=$DIST/kumiki.aot"; cat "$DIST/jvm.base"; } >"$DIST/jvm.args"
fi
touch "$DIST/built"
