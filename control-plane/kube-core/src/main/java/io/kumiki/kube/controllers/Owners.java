package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.select.LabelSelector;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.HashMap;
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
            ResourceType.DEPLOYMENTS.storage(),
            ResourceType.STATEFUL_SETS.storage(),
            ResourceType.DAEMON_SETS.storage(),
            ResourceType.DISRUPTION_BUDGETS.storage());
    private static final Set<String> OWNING = Set.of(
            SERVICES,
            ResourceType.REPLICA_SETS.storage(),
            ResourceType.DEPLOYMENTS.storage(),
            ResourceType.STATEFUL_SETS.storage(),
            ResourceType.DAEMON_SETS.storage(),
            ResourceType.JOBS.storage(),
            ResourceType.CRON_JOBS.storage());

    Owners() {}

    private final Map<String, ObjectKey> byUid = new HashMap<>();
    private final Map<String, Map<String, Map<ObjectKey, LabelSelector>>> selectors = new HashMap<>();

    /// Under the lock, before anybody is woken.
    void changed(Change change) {
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
