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
/// @param part what a request below the object carries when that is not the object itself; else `null`
public record AdmissionRequest(
        Operation operation,
        Kind kind,
        String subresource,
        ObjectNode object,
        @Nullable ObjectNode old,
        Caller caller,
        boolean dryRun,
        @Nullable Part part) {
    /// What is being done.
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE,
        CONNECT
    }

    /// A body of another kind than the object that it is about: a binding, an eviction, a scale, …
    ///
    /// @param namespace of the object that it is about
    /// @param name of the object that it is about
    public record Part(String group, String version, String kind, String namespace, String name) {
        public String apiVersion() {
            return group.isEmpty() ? version : group + "/" + version;
        }
    }

    public AdmissionRequest(
            Operation operation,
            Kind kind,
            String subresource,
            ObjectNode object,
            @Nullable ObjectNode old,
            Caller caller,
            boolean dryRun) {
        this(operation, kind, subresource, object, old, caller, dryRun, null);
    }

    public boolean creates(String storage) {
        return operation == Operation.CREATE
                && subresource.isEmpty()
                && kind.storage().equals(storage);
    }

    public String namespace() {
        return part != null
                ? part.namespace()
                : object.path("metadata").path("namespace").asText("");
    }

    public String name() {
        return part != null ? part.name() : object.path("metadata").path("name").asText("");
    }
}
