package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.World;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The templates a set had, as ControllerRevisions: what `kubectl rollout history` shows and `undo` goes back to.
///
/// @param revisions oldest first
/// @param update that of the present template; `null` before it is kept
/// @param steps what makes the present template the newest revision; empty when it is
/// @param collided whether somebody else has the name that the present template wants
record History(List<ObjectNode> revisions, @Nullable ObjectNode update, List<Action> steps, boolean collided) {
    static final String HASH = "controller-revision-hash";

    static History of(ObjectNode set, World world) {
        List<ObjectNode> revisions = new ArrayList<>(world.ownedBy(ResourceType.CONTROLLER_REVISIONS, Meta.uid(set)));
        revisions.sort(Comparator.comparingLong(History::number).thenComparing(Meta::name));
        ObjectNode data = data(set);
        ObjectNode same = null;
        for (ObjectNode each : revisions) {
            same = each.path("data").equals(data) ? each : same;
        }
        long newest = revisions.isEmpty() ? 0 : number(revisions.getLast());
        if (same != null) {
            boolean last = same == revisions.getLast();
            ObjectNode merge = Json.object().put("revision", newest + 1);
            return new History(
                    revisions,
                    same,
                    last
                            ? List.of()
                            : List.of(new Action.Change(ResourceType.CONTROLLER_REVISIONS, same, "", merge, null)),
                    false);
        }
        ObjectNode made = fresh(set, data, newest + 1);
        boolean taken = world.get(ResourceType.CONTROLLER_REVISIONS, Meta.namespace(set), Meta.name(made)) != null;
        return new History(
                revisions,
                null,
                taken
                        ? List.of()
                        : List.of(
                                new Action.Create(ResourceType.CONTROLLER_REVISIONS, Meta.namespace(set), made, null)),
                taken);
    }

    static long number(JsonNode revision) {
        return revision.path("revision").asLong();
    }

    /// A patch that brings the template back.
    private static ObjectNode data(ObjectNode set) {
        ObjectNode template = set.path("spec").path("template").deepCopy();
        template.put("$patch", "replace");
        ObjectNode data = Json.object();
        data.putObject("spec").set("template", template);
        return data;
    }

    private static ObjectNode fresh(ObjectNode set, ObjectNode data, long number) {
        String hash =
                Templates.hash(data, set.path("status").path("collisionCount").asInt());
        ObjectNode revision = Meta.owned(set, "apps/v1", "ControllerRevision");
        ObjectNode metadata = (ObjectNode) revision.get("metadata");
        metadata.put("name", Meta.name(set) + "-" + hash);
        metadata.set(
                "labels",
                set.path("spec")
                        .path("template")
                        .path("metadata")
                        .path("labels")
                        .deepCopy());
        boolean daemons = set.path("kind").asText().equals("DaemonSet");
        metadata.withObject("/labels").put(daemons ? HASH : "controller.kubernetes.io/hash", hash);
        JsonNode annotations = set.path("metadata").path("annotations");
        if (!annotations.isEmpty()) {
            metadata.set("annotations", annotations.deepCopy());
        }
        revision.set("data", data);
        return revision.put("revision", number);
    }

    @Nullable
    ObjectNode named(String name) {
        return revisions.stream()
                .filter(each -> Meta.name(each).equals(name))
                .findFirst()
                .orElse(null);
    }

    /// What pods of a revision carry as their label.
    static String hash(ObjectNode revision) {
        return Meta.name(revision);
    }

    static JsonNode template(ObjectNode revision) {
        ObjectNode template =
                revision.path("data").path("spec").path("template").deepCopy();
        template.remove("$patch");
        return template;
    }

    /// The plan while the present template is not the newest revision yet.
    Plan keep(ObjectNode set, List<Action> before) {
        List<Action> actions = new ArrayList<>(before);
        actions.addAll(steps);
        ObjectNode status = collided ? set.path("status").deepCopy() : null;
        if (status != null) {
            status.put("collisionCount", status.path("collisionCount").asInt() + 1);
        }
        return new Plan(actions, status, null);
    }

    /// Revisions beyond the limit that nobody uses go, oldest first.
    List<Action> truncate(Set<String> used, int limit) {
        List<ObjectNode> unused = revisions.stream()
                .filter(each -> !used.contains(Meta.name(each)))
                .toList();
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < unused.size() - limit; i++) {
            actions.add(Meta.delete(ResourceType.CONTROLLER_REVISIONS, unused.get(i), Deletion.DEFAULT, null));
        }
        return actions;
    }
}
