package io.kumiki.runtime.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a benchmark starts a JVM whose figures shall be the product's.
public final class ProductJvm {
    /// The launcher's own, without its start-up cache, which only a built product has.
    private static final List<String> PLAIN = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:MaxRAMPercentage=40",
            "-Xms112m",
            "-Xmn64m");

    private static final String CACHE = "-XX:AOTCache=";

    private ProductJvm() {}

    /// Those of the product's launcher where this process came from it, with its start-up cache; else the same flags
    /// without one.
    public static List<String> flags() {
        List<String> own = ManagementFactory.getRuntimeMXBean().getInputArguments();
        return own.stream().anyMatch(flag -> flag.startsWith(CACHE)) ? own : PLAIN;
    }

    /// The same for the extender alone, which the launcher tells more.
    public static List<String> extenderFlags() {
        List<String> flags = new ArrayList<>(flags());
        flags.stream()
                .filter(flag -> flag.startsWith(CACHE))
                .findFirst()
                .map(flag -> Path.of(flag.substring(CACHE.length())).resolveSibling("extender.args"))
                .ifPresent(file -> flags.add("@" + file));
        return flags;
    }
}
