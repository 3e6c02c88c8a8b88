package io.kumiki.kube.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.rbac.RbacGroup;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// A ClusterRole with an aggregationRule holds the rules of all ClusterRoles that its selectors pick. A chain of
/// such roles settles by itself: each write asks again, and one that changes nothing writes nothing.
final class AggregatedRoles {
    private static final String STORAGE = RbacGroup.CLUSTER_ROLES.storage();
    private static final WriteOptions BY = WriteOptions.by("clusterrole-aggregation-controller");

    private final Registry registry;
    private final Writes writes;
    private final AtomicBoolean queued = new AtomicBoolean();

    AggregatedRoles(Registry registry, Writes writes) {
        this.registry = registry;
        this.writes = writes;
    }

    /// Under the lock. Many roles written at once are gathered once.
    void changed(Change change, Consumer<Runnable> later) {
        if (change.key().storage().equals(STORAGE) && queued.compareAndSet(false, true)) {
            later.accept(this::gather);
        }
    }

    /// A stop may have come between a role and what follows from it.
    void resume() {
        gather();
    }

    private void gather() {
        queued.set(false);
        List<StoredObject> all = registry.read(store -> store.all(STORAGE, ""));
        for (StoredObject role : all) {
            // Roles are many and few of them aggregate: only those are read.
            if (!new String(role.json(), StandardCharsets.ISO_8859_1).contains(MARK)) {
                continue;
            }
            JsonNode selectors = Json.parse(role.json()).path("aggregationRule").path("clusterRoleSelectors");
            if (!selectors.isEmpty()) {
                update(role, union(role, selectors, all));
            }
        }
    }

    private static final String MARK = "\"aggregationRule\"";

    private static ArrayNode union(StoredObject role, JsonNode selectors, List<StoredObject> all) {
        Set<JsonNode> rules = new LinkedHashSet<>();
        Set<StoredObject> sources = new LinkedHashSet<>();
        for (JsonNode selector : selectors) {
            LabelSelector wanted = LabelSelector.of(selector);
            for (StoredObject source : all) {
                if (!source.key().equals(role.key()) && wanted.matches(source::label)) {
                    sources.add(source);
                }
            }
        }
        for (StoredObject source : sources) {
            Json.parse(source.json()).path("rules").forEach(rules::add);
        }
        return Json.array().addAll(rules);
    }

    private void update(StoredObject role, ArrayNode rules) {
        JsonNode before = Json.parse(role.json()).path("rules");
        if (before.equals(rules) || (before.isEmpty() && rules.isEmpty())) {
            return;
        }
        var update = new Writes.Update(
                registry.kinds().get(RbacGroup.CLUSTER_ROLES), "", role.key().name(), "", (ObjectNode old) -> {
                    old.set("rules", rules);
                    return old;
                });
        writes.update(update, BY);
    }
}
