package io.kumiki.web.dashboard;

import java.util.List;

/// What the dashboard shows of Kubernetes itself.
public interface ClusterView {
    record NamespaceRow(String name, String phase) {}

    record NodeRow(String name, boolean ready, boolean simulated, int pods) {}

    List<NamespaceRow> namespaces();

    List<NodeRow> nodes();

    /// Calls back after changes of nodes or pods, until closed. Several changes may be one call.
    AutoCloseable onChange(Runnable changed);
}
