package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.registry.Deletes;
import io.kumiki.kube.registry.Patches;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import org.jspecify.annotations.Nullable;

/// Carries plans out through the same doors as every client's requests: admission, validation, field ownership.
public final class Carrier {
    /// Who owns what controllers write, as on a real cluster, where one process is all of them.
    static final String MANAGER = "kube-controller-manager";

    private final Registry registry;
    private final Writes writes;
    private final Deletes deletes;
    private final Patches patches;
    private final EventRecorder events;

    public Carrier(Registry registry, Writes writes, Deletes deletes, Patches patches, EventRecorder events) {
        this.registry = registry;
        this.writes = writes;
        this.deletes = deletes;
        this.patches = patches;
        this.events = events;
    }

    /// Stops at the first step that was refused and says why; `null` when all is done.
    @Nullable
    ApiFault carryOut(Controller controller, ObjectNode resource, Plan plan) {
        WriteOptions by = WriteOptions.by(MANAGER);
        for (Action action : plan.actions()) {
            try {
                step(action, by);
            } catch (ApiFault fault) {
                if (!overtaken(action, fault)) {
                    tellFailure(action, fault);
                    return fault;
                }
            }
        }
        if (plan.status() == null) {
            return null;
        }
        try {
            status(controller, resource, plan.status(), by);
        } catch (ApiFault fault) {
            return fault.code() == 404 || fault.code() == 409 ? null : fault;
        }
        return null;
    }

    /// The target is gone or another one now: what happened to it woke whom it concerns.
    private static boolean overtaken(Action action, ApiFault fault) {
        boolean gone = fault.code() == 404 || fault.code() == 409;
        return switch (action) {
            case Action.Create create -> false;
            case Action.Change change -> gone;
            case Action.Delete delete -> gone;
            case Action.Tell tell -> gone;
        };
    }

    private void step(Action action, WriteOptions by) {
        switch (action) {
            case Action.Create create -> {
                Kind kind = registry.kinds().get(create.type());
                StoredObject made =
                        writes.create(kind, create.namespace(), create.object().deepCopy(), by);
                tell(create.story(), made.key().name());
            }
            case Action.Change change -> {
                Kind kind = registry.kinds().get(change.type());
                ObjectNode merge = change.merge().deepCopy();
                merge.withObject("/metadata").put("uid", Meta.uid(change.target()));
                patches.patch(
                        kind,
                        Meta.namespace(change.target()),
                        Meta.name(change.target()),
                        change.part(),
                        PatchType.MERGE,
                        merge,
                        by);
                tell(change.story(), Meta.name(change.target()));
            }
            case Action.Delete delete -> {
                Kind kind = registry.kinds().get(delete.type());
                deletes.delete(kind, delete.namespace(), delete.name(), delete.how());
                tell(delete.story(), delete.name());
            }
            case Action.Tell tell -> tell(tell.story(), "");
        }
    }

    /// Only if the resource is still as it was decided on: somebody else may count in the same status.
    private void status(Controller controller, ObjectNode resource, ObjectNode wanted, WriteOptions by) {
        JsonNode plain = Json.parse(Json.bytes(wanted));
        if (plain.equals(resource.path("status"))) {
            return;
        }
        ObjectNode next = resource.deepCopy();
        next.set("status", plain);
        writes.update(
                new Writes.Update(
                        registry.kinds().get(controller.type()),
                        Meta.namespace(resource),
                        Meta.name(resource),
                        "status",
                        old -> next.deepCopy()),
                by);
    }

    private void tell(Action.@Nullable Story story, String name) {
        if (story != null && !story.reason().isEmpty()) {
            events.tell(
                    story.about(),
                    story.component(),
                    story.type(),
                    story.reason(),
                    story.message().replace("%s", name));
        }
    }

    private void tellFailure(Action action, ApiFault fault) {
        Action.Story story = switch (action) {
            case Action.Create create -> create.story();
            case Action.Change change -> change.story();
            case Action.Delete delete -> delete.story();
            case Action.Tell tell -> null;
        };
        if (story != null && !story.failure().reason().isEmpty()) {
            events.tell(
                    story.about(),
                    story.component(),
                    "Warning",
                    story.failure().reason(),
                    story.failure().message().replace("%s", String.valueOf(fault.getMessage())));
        }
    }
}
