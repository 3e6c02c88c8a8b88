package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;

/// Objects that are none: they only carry a revision.
final class Bookmarks {
    private Bookmarks() {}

    static StoredObject plain(String storage) {
        ObjectNode object = Json.object();
        object.putObject("metadata").putNull("creationTimestamp");
        return StoredObject.of(new ObjectKey(storage, "", ""), 0, object, new String[0]);
    }

    /// Ends the objects that were there when the watch began.
    static StoredObject initialEnd(String storage) {
        ObjectNode object = Json.object();
        object.putObject("metadata")
                .putNull("creationTimestamp")
                .putObject("annotations")
                .put("k8s.io/initial-events-end", "true");
        return StoredObject.of(new ObjectKey(storage, "", ""), 0, object, new String[0]);
    }
}
