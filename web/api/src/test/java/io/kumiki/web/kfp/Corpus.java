package io.kumiki.web.kfp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where the published pipelines lie: `../shared/conformance/kfp` beside the checkout.
final class Corpus {
    private Corpus() {}

    static Optional<Path> folder() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path kfp = at.resolve("shared/conformance/kfp");
            if (Files.isDirectory(kfp)) {
                return Optional.of(kfp);
            }
        }
        return Optional.empty();
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
