package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Conditions;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Finds the controlled objects that a change of something else concerns: by owner's uid and by selector, without
/// reading the store.
public final class Owners {
    private static final String SERVICES = ResourceType.SERVICES.storage();
    private static final Set<String> SELECTING = Set.of(
            SERVICES,
            ResourceType.REPLICA_SETS.storage(),
            ResourceType.REPLICATION_CONTROLLERS.storage(),
            ResourceType.DEPLOYMENTS.storage(),
            ResourceType.STATEFUL_SETS.storage(),
            ResourceType.DAEMON_SETS.storage(),
            ResourceType.DISRUPTION_BUDGETS.storage());
    private static final Set<String> OWNING = Set.of(
            SERVICES,
            ResourceType.REPLICA_SETS.storage(),
            ResourceType.REPLICATION_CONTROLLERS.storage(),
            ResourceType.DEPLOYMENTS.storage(),
            ResourceType.STATEFUL_SETS.storage(),
            ResourceType.DAEMON_SETS.storage(),
            ResourceType.JOBS.storage(),
            ResourceType.CRON_JOBS.storage());

    /// Where the kind has them among its selectable fields.
    private static final int NODE = 0;
    private static final int PHASE = 5;

    Owners() {}

    private final Map<String, ObjectKey> byUid = new HashMap<>();
    private final Map<String, Map<String, Map<ObjectKey, LabelSelector>>> selectors = new HashMap<>();

    private static final String PODS = ResourceType.PODS.storage();
    private static final String NODES = ResourceType.NODES.storage();
    private static final String EVICTING = "NoExecute";
    private final Set<String> nodes = new HashSet<>();
    private final Set<String> evicting = new HashSet<>();
    private final Set<ObjectKey> unready = new HashSet<>();
    private final Map<String, Set<ObjectKey>> byNode = new HashMap<>();
    private final Set<ObjectKey> ended = new HashSet<>();

    /// Under the lock, before anybody is woken.
    void changed(Change change) {
        if (change.key().storage().equals(PODS)) {
            pod(change);
            return;
        }
        if (change.key().storage().equals(NODES)) {
            node(change.key(), change.after());
            return;
        }
        StoredObject before = change.before();
        StoredObject after = change.after();
        String storage = change.key().storage();
        if (OWNING.contains(storage)) {
            if (after != null) {
                byUid.put(after.uid(), after.key());
            } else if (before != null) {
                byUid.remove(before.uid());
            }
        }
        if (SELECTING.contains(storage)) {
            Map<ObjectKey, LabelSelector> ofNamespace = selectors
                    .computeIfAbsent(storage, s -> new HashMap<>())
                    .computeIfAbsent(change.key().namespace(), n -> new HashMap<>());
            if (after == null) {
                ofNamespace.remove(change.key());
            } else {
                ofNamespace.put(change.key(), selector(after));
            }
        }
    }

    private void pod(Change change) {
        String before = node(change.before());
        String after = node(change.after());
        if (!before.equals(after) && !before.isEmpty()) {
            Set<ObjectKey> left = byNode.getOrDefault(before, new HashSet<>());
            left.remove(change.key());
            if (left.isEmpty()) {
                byNode.remove(before);
            }
        }
        if (!after.isEmpty()) {
            byNode.computeIfAbsent(after, n -> new HashSet<>()).add(change.key());
        }
        StoredObject now = change.after();
        String phase = now == null ? "" : now.field(PHASE);
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            ended.add(change.key());
        } else {
            ended.remove(change.key());
        }
    }

    /// Whether a taint evicts is looked up in the text: a node that only speaks of it is decided once too often.
    private void node(ObjectKey key, @Nullable StoredObject after) {
        String name = key.name();
        unready.remove(key);
        if (after == null) {
            nodes.remove(name);
            evicting.remove(name);
            return;
        }
        if (!ready(after)) {
            unready.add(key);
        }
        nodes.add(name);
        if (new String(after.json(), StandardCharsets.UTF_8).contains(EVICTING)) {
            evicting.add(name);
        } else {
            evicting.remove(name);
        }
    }

    private static boolean ready(@Nullable StoredObject node) {
        return node != null && Conditions.holds(Json.parse(node.json()).path("status"), "Ready");
    }

    /// The nodes that are not ready, if a node's change may say whether they are alone in that.
    public void unready(Change change, Consumer<ObjectKey> found) {
        if (!unready.isEmpty() && ready(change.before()) != ready(change.after())) {
            unready.forEach(found);
        }
    }

    public boolean known(String node) {
        return nodes.contains(node);
    }

    public boolean evicts(String node) {
        return evicting.contains(node);
    }

    private static String node(@Nullable StoredObject pod) {
        return pod == null ? "" : pod.field(NODE);
    }

    /// The node that a pod is given by this change; empty for none.
    public String boundNow(Change change) {
        String after = node(change.after());
        return after.equals(node(change.before())) ? "" : after;
    }

    public void onNode(String node, Consumer<ObjectKey> found) {
        byNode.getOrDefault(node, Set.of()).forEach(found);
    }

    /// How many pods have ended and are still there.
    public int endedPods() {
        return ended.size();
    }

    List<ObjectKey> ended() {
        return List.copyOf(ended);
    }

    private static LabelSelector selector(StoredObject object) {
        JsonNode selector = Json.parse(object.json()).path("spec").path("selector");
        boolean service = object.key().storage().equals(SERVICES);
        return service && !selector.isEmpty()
                ? LabelSelector.ofLabels(selector)
                : LabelSelector.of(service ? selector.path("") : selector);
    }

    public @Nullable ObjectKey ofUid(String uid) {
        return byUid.get(uid);
    }

    public void all(String storage, Consumer<ObjectKey> found) {
        selectors
                .getOrDefault(storage, Map.of())
                .values()
                .forEach(each -> each.keySet().forEach(found));
    }

    public void selecting(String storage, StoredObject object, Consumer<ObjectKey> found) {
        selectors
                .getOrDefault(storage, Map.of())
                .getOrDefault(object.key().namespace(), Map.of())
                .forEach((key, selector) -> {
                    if (selector.matches(object::label)) {
                        found.accept(key);
                    }
                });
    }
}
