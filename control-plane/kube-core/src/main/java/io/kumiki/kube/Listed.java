package io.kumiki.kube;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// A list at one revision; a watch from that revision misses nothing.
public record Listed(long revision, List<ObjectNode> items) {
    public Listed {
        items = List.copyOf(items);
    }
}
