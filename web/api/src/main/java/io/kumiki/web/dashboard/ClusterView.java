package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// What the dashboard shows of Kubernetes itself.
public interface ClusterView {
    record NamespaceRow(String name, String phase) {}

    record NodeRow(String name, boolean ready, boolean simulated, int pods) {}

    List<NamespaceRow> namespaces();

    List<NodeRow> nodes();

    /// An object as the API server gives it; empty where there is none.
    ///
    /// @param path below the server's address, e.g. `/api/v1/namespaces/n/pods/p`
    Optional<ObjectNode> object(String path);

    /// Calls back after changes of nodes or pods, until closed. Several changes may be one call.
    AutoCloseable onChange(Runnable changed);
}
