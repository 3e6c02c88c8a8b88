package io.kumiki.conformance.kfp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// A folder that goes away with everything in it. JUnit's own would print a line for each of the thousands of links
/// in a step's root.
record ScratchFolder(Path path) implements AutoCloseable {
    static ScratchFolder create() {
        try {
            return new ScratchFolder(Files.createTempDirectory("kumiki-it"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Never follows a link.
    @Override
    public void close() {
        try (var files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            System.out.println("left behind: " + path + " (" + e.getMessage() + ")");
        }
    }
}
