package io.kumiki.conformance.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.opentest4j.TestAbortedException;

/// The two clusters, started once for all suites of a run and ended with it. `KUMIKI_CLUSTERS=embedded` leaves the
/// real one out.
public final class Clusters implements ArgumentsProvider, BeforeAllCallback {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(Clusters.class);

    private static @Nullable EmbeddedCluster embedded;
    private static @Nullable RealCluster real;
    private static @Nullable PretendWebhook webhook;
    private static boolean realMissing = "embedded".equals(System.getenv("KUMIKI_CLUSTERS"));

    /// Both end with the run, whoever asked for them first.
    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot().getStore(STORE).getOrComputeIfAbsent("end", key -> (AutoCloseable) Clusters::close);
    }

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        beforeAll(context);
        Stream<TestCluster> both = real() == null ? Stream.of(embedded()) : Stream.of(embedded(), real());
        return both.map(cluster -> Arguments.of(org.junit.jupiter.api.Named.of(cluster.name(), cluster)));
    }

    public static synchronized EmbeddedCluster embedded() {
        if (embedded == null) {
            try {
                embedded = EmbeddedCluster.start(folder("embedded"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return embedded;
    }

    /// `null` where it cannot be had; that was said in one line then.
    public static synchronized @Nullable RealCluster real() {
        if (real == null && !realMissing) {
            try {
                real = RealCluster.start(folder("real"));
            } catch (TestAbortedException e) {
                realMissing = true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return real;
    }

    /// One server for both, told apart by its first word.
    public static synchronized PretendWebhook webhook() {
        if (webhook == null) {
            try {
                webhook = PretendWebhook.start(folder("webhook"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return webhook;
    }

    private static Path folder(String name) throws IOException {
        Path folder = Files.createTempDirectory("kumiki-" + name);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
        return folder;
    }

    private static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(java.util.Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            System.err.println(folder + " could not be removed: " + e.getMessage());
        }
    }

    private static synchronized void close() {
        if (webhook != null) {
            webhook.close();
            webhook = null;
        }
        if (real != null) {
            real.close();
            real = null;
        }
        if (embedded != null) {
            embedded.close();
            embedded = null;
        }
    }
}
