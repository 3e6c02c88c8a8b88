package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Caller;
import io.kumiki.kube.kinds.Kind;
import org.jspecify.annotations.Nullable;

/// One write as admission sees it: the same whether the rule runs in this process or behind a webhook.
///
/// @param subresource `""` for the object, `status`, `scale`, …
/// @param object what shall be stored; a rule may set fields of it. For a deletion: what is there
/// @param old `null` on create
/// @param dryRun nothing will be stored: a rule must have no effect elsewhere
public record AdmissionRequest(
        Operation operation,
        Kind kind,
        String subresource,
        ObjectNode object,
        @Nullable ObjectNode old,
        Caller caller,
        boolean dryRun) {
    /// What is being done.
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE
    }

    public boolean creates(String storage) {
        return operation == Operation.CREATE
                && subresource.isEmpty()
                && kind.storage().equals(storage);
    }

    public String namespace() {
        return object.path("metadata").path("namespace").asText("");
    }

    public String name() {
        return object.path("metadata").path("name").asText("");
    }
}
