package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.pod.Sources;
import java.util.function.Consumer;

/// The cluster as its node sees it.
interface NodeCluster extends Sources {
    /// A pod bound to this node that is there, changed, or gone.
    record PodChange(JsonNode pod, boolean gone) {}

    /// Calls back with every pod of the node as it is now, then with each change, in order.
    AutoCloseable watchPods(String nodeName, Consumer<PodChange> consumer);

    /// Writes the pod's status; does nothing when that pod (by uid) is gone.
    void writeStatus(JsonNode pod, ObjectNode status);

    /// Ends a graceful delete: the pod's containers are gone.
    void finishDelete(JsonNode pod);

    /// Says, on the pod and as an event, what stands in for an image.
    void noteImage(JsonNode pod, String note);

    void event(JsonNode pod, String type, String reason, String message);

    /// Creates the node or brings its labels, capacity and conditions up to date.
    void writeNode(ObjectNode node);

    /// Whether the cluster counts the node as ready; after a pause that was too long it has given it up.
    boolean renewLease(String nodeName);
}
