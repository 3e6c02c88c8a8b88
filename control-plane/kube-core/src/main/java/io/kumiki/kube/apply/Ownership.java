package io.kumiki.kube.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.kinds.Kind;
import java.time.Instant;

/// Which manager set which fields, kept in metadata.managedFields.
public final class Ownership {
    private Ownership() {}

    public static void created(Kind kind, ObjectNode object, String manager, Instant now) {}

    public static void updated(Kind kind, ObjectNode object, ObjectNode old, String manager, String part, Instant now) {}
}
