package io.kumiki.conformance.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// Kubernetes' own programs, for tests.
public final class KubernetesPrograms {
    private KubernetesPrograms() {}

    /// Builds what is missing. Where Go is missing the caller's suite is skipped with one line; in CI that is a
    /// failure.
    public static io.kumiki.localcluster.real.KubernetesPrograms required(String... programs) {
        try {
            return io.kumiki.localcluster.real.KubernetesPrograms.built(programs);
        } catch (io.kumiki.localcluster.real.KubernetesPrograms.Missing e) {
            if ("true".equals(System.getenv("CI"))) {
                throw new IllegalStateException(e);
            }
            System.out.println("SKIPPED: " + e.getMessage());
            Assumptions.abort(e.getMessage());
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// This module's folder: Maven and an IDE start tests in different places.
    public static Path module() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            for (Path here : List.of(at, at.resolve("control-plane/conformance"))) {
                if (Files.isRegularFile(here.resolve("kubernetes/build.sh"))) {
                    return here;
                }
            }
        }
        throw new IllegalStateException(
                "kubernetes/build.sh of control-plane/conformance is not above the working folder");
    }
}
