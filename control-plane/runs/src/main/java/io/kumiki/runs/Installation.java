package io.kumiki.runs;

import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.store.Store;
import java.util.UUID;

/// Which store a pod belongs to. Two installations may share a cluster; neither may take the other's pods for
/// orphans.
final class Installation {
    private static final String KEY = "installation";

    private Installation() {}

    static String id(Store store) {
        return store.write(tx -> {
            var known = tx.settings().get(KEY);
            if (known != null) {
                return known.asText();
            }
            var fresh = UUID.randomUUID().toString();
            tx.settings().put(KEY, TextNode.valueOf(fresh));
            return fresh;
        });
    }
}
