package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PodLogs;
import io.kumiki.model.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The logs of this node's containers.
final class NodeLogs implements PodLogs {
    private final PodLogFiles files;
    private final Function<String, @Nullable PodWorker> workers;

    /// @param workers from a pod's uid to who works on it
    NodeLogs(PodLogFiles files, Function<String, @Nullable PodWorker> workers) {
        this.files = files;
        this.workers = workers;
    }

    @Override
    public void stream(Order order, Sink sink) throws IOException, InterruptedException {
        ObjectNode metadata = Json.object()
                .put("namespace", order.namespace())
                .put("name", order.pod())
                .put("uid", order.podUid());
        boolean previous = order.options().previous();
        Path log = files.find(metadata, order.container(), previous);
        if (log == null) {
            throw ApiFault.badRequest(
                    previous
                            ? "previous terminated container \"" + order.container() + "\" in pod \"" + order.pod()
                                    + "\" not found"
                            : "container \"" + order.container() + "\" in pod \"" + order.pod()
                                    + "\" has no log on this machine: it is waiting to start, or its node is a"
                                    + " simulated one");
        }
        new LogStream(log, order.options(), sink, () -> {
                    PodWorker worker = workers.apply(order.podUid());
                    return worker == null || !worker.writesTo(log);
                })
                .run();
    }
}
