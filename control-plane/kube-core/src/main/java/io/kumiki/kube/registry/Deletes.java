package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;

/// Delete: at once, after finalizers, or (pods) after the node agent has ended the containers.
public final class Deletes {
    private static final Set<String> OVER = Set.of("Succeeded", "Failed");

    /// They go when what is in them is gone.
    static final Set<String> CONTAINERS = Set.of("namespaces", "customresourcedefinitions.apiextensions.k8s.io");

    private static final Set<String> FIRST = Set.of("default", "kube-system", "kube-public");

    private final Registry registry;
    private static final String DEFINITIONS = ResourceType.DEFINITIONS.storage();
    private static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

    private final Supplier<Instant> now;

    public Deletes(Registry registry, Supplier<Instant> now) {
        this.registry = registry;
        this.now = now;
    }

    /// @param finished whether the object is gone; otherwise its deletion has begun
    public record Deleted(StoredObject object, boolean finished) {}

    public Deleted delete(Kind kind, String namespace, String name, Deletion how) {
        return registry.write(how.dryRun(), false, tx -> {
            StoredObject before = tx.get(kind.key(namespace, name));
            if (before == null) {
                throw ApiFault.notFound(kind.type().storage(), name);
            }
            check(kind, before, how);
            if (kind.storage().equals("namespaces") && FIRST.contains(name)) {
                throw ApiFault.forbidden(kind.storage(), name, "this namespace may not be deleted");
            }
            ObjectNode object = Metadata.tree(before);
            long grace = grace(kind, object, how);
            propagate(kind, object, how);
            boolean held = Metadata.finalizing(object) || CONTAINERS.contains(kind.storage());
            if (!held && grace == 0) {
                StoredObject gone = tx.remove(before);
                return new Deleted(kind.storage().equals("pods") ? ended(kind, gone, object) : gone, true);
            }
            boolean sooner = !before.deleting()
                    || grace
                            < object.path("metadata")
                                    .path("deletionGracePeriodSeconds")
                                    .asLong();
            if (sooner) {
                begin(kind, object, grace);
            }
            if (kind.storage().equals("namespaces")) {
                object.withObject("/status").put("phase", "Terminating");
            }
            if (object.equals(Metadata.tree(before))) {
                return new Deleted(before, false);
            }
            return new Deleted(tx.put(kind.keeper(), before.key(), object), false);
        });
    }

    private void begin(Kind kind, ObjectNode object, long grace) {
        ObjectNode metadata = Metadata.of(object);
        if (kind.storage().equals(DEFINITIONS)) {
            endDefinition(object);
            return;
        }
        metadata.put("deletionTimestamp", Metadata.time(now.get().plusSeconds(grace)));
        if (!kind.storage().equals("namespaces")) {
            metadata.put("deletionGracePeriodSeconds", grace);
        }
        if (kind.generation()) {
            metadata.put("generation", metadata.path("generation").asLong() + 1);
        }
    }

    /// A definition waits for its objects, which its finalizer and a condition say.
    private void endDefinition(ObjectNode definition) {
        ObjectNode metadata = Metadata.of(definition);
        metadata.put("deletionTimestamp", Metadata.time(now.get()));
        metadata.withArray("/finalizers").add(CLEANUP);
        Conditions.set(
                definition.withObject("/status"),
                Json.object()
                        .put("type", "Terminating")
                        .put("status", "True")
                        .put("lastTransitionTime", Metadata.time(now.get()))
                        .put("reason", "InstanceDeletionPending")
                        .put(
                                "message",
                                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"));
    }

    /// What a pod that went at once is shown as: ended, without having waited.
    private StoredObject ended(Kind kind, StoredObject gone, ObjectNode object) {
        if (!gone.deleting()) {
            begin(kind, object, 0);
        }
        Metadata.of(object).put("deletionGracePeriodSeconds", 0);
        return kind.store(gone.key(), gone.revision(), object);
    }

    /// Removes an object whose deletion has begun and that nothing but its contents held.
    public void finish(Kind kind, ObjectKey key) {
        registry.write(false, false, tx -> {
            StoredObject object = tx.get(key);
            if (object != null && object.deleting() && free(Metadata.tree(object))) {
                tx.remove(object);
            }
            return kind;
        });
    }

    /// A namespace may be held by finalizers of its own kind as well.
    private static boolean free(ObjectNode object) {
        for (JsonNode each : object.path("spec").path("finalizers")) {
            if (!each.asText().equals("kubernetes")) {
                return false;
            }
        }
        for (JsonNode each : object.path("metadata").path("finalizers")) {
            if (!each.asText().equals(CLEANUP)) {
                return false;
            }
        }
        return true;
    }

    private static void check(Kind kind, StoredObject before, Deletion how) {
        String name = before.key().name();
        if (how.uid() != null && !how.uid().equals(before.uid())) {
            throw ApiFault.conflict(
                    kind.kind(),
                    name,
                    "the UID in the precondition (" + how.uid() + ") does not match the UID in record (" + before.uid()
                            + "). The object might have been deleted and then recreated");
        }
        if (how.resourceVersion() != null && !how.resourceVersion().equals(Long.toString(before.revision()))) {
            throw ApiFault.conflict(
                    kind.kind(),
                    name,
                    "the ResourceVersion in the precondition (" + how.resourceVersion()
                            + ") does not match the ResourceVersion in record (" + before.revision()
                            + "). The object might have been modified");
        }
    }

    /// Only a pod that may have containers waits.
    private static long grace(Kind kind, ObjectNode object, Deletion how) {
        if (!kind.storage().equals("pods")) {
            return 0;
        }
        Long asked = how.graceSeconds();
        boolean unplaced = object.path("spec").path("nodeName").asText("").isEmpty();
        if (unplaced || OVER.contains(object.path("status").path("phase").asText()) || (asked != null && asked <= 0)) {
            return 0;
        }
        return asked != null
                ? asked
                : object.path("spec").path("terminationGracePeriodSeconds").asLong(30);
    }

    private static void propagate(Kind kind, ObjectNode object, Deletion how) {
        String policy = how.propagation();
        if (policy == null) {
            if (!kind.rules().orphans() || Metadata.finalizing(object)) {
                return;
            }
            policy = "Orphan";
        }
        String finalizer = switch (policy) {
            case "Foreground" -> "foregroundDeletion";
            case "Orphan" -> "orphan";
            case "Background" -> "";
            default ->
                throw ApiFault.badRequest(
                        "propagationPolicy \"" + policy + "\" is not one of Background, Foreground, Orphan");
        };
        ObjectNode metadata = Metadata.of(object);
        ArrayNode kept = metadata.arrayNode();
        metadata.path("finalizers").forEach(held -> {
            if (!held.asText().equals("foregroundDeletion") && !held.asText().equals("orphan")) {
                kept.add(held);
            }
        });
        if (!finalizer.isEmpty()) {
            kept.add(finalizer);
        }
        if (kept.isEmpty()) {
            metadata.remove("finalizers");
        } else {
            metadata.set("finalizers", kept);
        }
    }
}
