package io.kumiki.placement.bench;

import java.nio.file.Path;

/// Where the published traces lie.
public final class Traces {
    private Traces() {}

    /// @param set the data set's folder
    public static Path folder(String set) {
        String data = System.getenv("KUMIKI_DATA");
        String home = System.getenv("KUMIKI_HOME");
        Path parent = data != null
                ? Path.of(data)
                : Path.of(home == null ? "." : home).resolve("../shared/data");
        return parent.normalize().resolve(set);
    }
}
