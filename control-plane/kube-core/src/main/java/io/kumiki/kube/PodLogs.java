package io.kumiki.kube;

import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where container logs come from: the node agent.
public interface PodLogs {
    /// Takes the bytes; false says that nobody reads any more. Asked with none now and then while nothing is new.
    @FunctionalInterface
    interface Sink {
        boolean write(byte[] bytes) throws IOException;
    }

    /// @param tailLines negative for all
    /// @param limitBytes negative for no limit
    /// @param since lines older than this are left out
    record Options(
            boolean follow,
            boolean previous,
            boolean timestamps,
            long tailLines,
            long limitBytes,
            @Nullable Instant since) {}

    /// One request for one container's text.
    record Order(String namespace, String pod, String podUid, String container, Options options) {}

    /// Writes until the text (or, when followed, the container) has ended or the sink says stop. Blocks; called on
    /// a virtual thread.
    ///
    /// @throws ApiFault when the container has no log yet, said so before the first byte
    void stream(Order order, Sink sink) throws IOException, InterruptedException;

    /// For a cluster without a node agent.
    static PodLogs none() {
        return (order, sink) -> {
            throw ApiFault.badRequest("no node agent runs in this cluster, so pod \"" + order.pod() + "\" has no log");
        };
    }
}
