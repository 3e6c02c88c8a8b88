package io.kumiki.web.dashboard.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is to be placed.
record Drawing(List<Node> nodes, List<Edge> edges) {
    /// @param id the task's path; inside a loop the index is `*`: `for-loop-1/*/train`
    /// @param group the enclosing open group's id
    /// @param members direct members, 0 for a step
    record Node(
            String id,
            String label,
            Kind kind,
            @Nullable String group,
            boolean open,
            int members,
            @Nullable String note) {}

    /// @param data whether values flow, else only order is kept
    record Edge(String from, String to, boolean data) {}

    enum Kind {
        CONTAINER,
        IMPORTER,
        CREATE_PVC,
        DELETE_PVC,
        DAG,
        CONDITION,
        LOOP,
        EXIT_HANDLER;

        boolean group() {
            return this == DAG || this == CONDITION || this == LOOP || this == EXIT_HANDLER;
        }
    }

    Drawing {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }
}
