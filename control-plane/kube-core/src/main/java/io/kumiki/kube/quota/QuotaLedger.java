package io.kumiki.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.admission.Admission;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What is used in each namespace that has a quota: exact at each moment, because every method runs under the
/// registry's lock. So two writers never share the last room, and a status written later only repeats what is true.
public final class QuotaLedger implements Admission.Step {
    static final String STORAGE = "resourcequotas";

    private final Map<String, Map<String, Quota>> byNamespace = new HashMap<>();

    /// Everything that is there at a start.
    public void load(ObjectStore store) {
        store.all(STORAGE, "").forEach(quota -> open(quota, store));
    }

    /// Says whether statuses of the namespace have to be told anew.
    public boolean changed(Change change, ObjectStore store) {
        ObjectKey key = change.key();
        StoredObject before = change.before();
        StoredObject after = change.after();
        Map<String, Quota> quotas = byNamespace.get(key.namespace());
        boolean stale = false;
        if (quotas != null) {
            Usage was = before == null ? Usage.NOTHING : Usage.of(key.storage(), Json.parse(before.json()));
            Usage is = after == null ? Usage.NOTHING : Usage.of(key.storage(), Json.parse(after.json()));
            if (!was.equals(is)) {
                quotas.values().forEach(quota -> {
                    quota.subtract(was);
                    quota.add(is);
                });
                stale = true;
            }
        }
        if (key.storage().equals(STORAGE)) {
            stale |= quotaChanged(key, before, after, store);
        }
        return stale;
    }

    private boolean quotaChanged(
            ObjectKey key, @Nullable StoredObject before, @Nullable StoredObject after, ObjectStore store) {
        if (after == null) {
            Map<String, Quota> quotas = byNamespace.getOrDefault(key.namespace(), new HashMap<>());
            quotas.remove(key.name());
            if (quotas.isEmpty()) {
                byNamespace.remove(key.namespace());
            }
            return false;
        }
        boolean same = before != null
                && Json.parse(before.json())
                        .path("spec")
                        .equals(Json.parse(after.json()).path("spec"));
        if (!same) {
            open(after, store);
        }
        return !same;
    }

    /// A new quota counts once what is there; from then on changes are enough.
    private void open(StoredObject object, ObjectStore store) {
        ObjectKey key = object.key();
        Quota quota = new Quota(key.name(), Json.parse(object.json()).path("spec"));
        for (String storage : store.storages()) {
            for (StoredObject each : store.all(storage, key.namespace())) {
                quota.add(Usage.of(storage, Json.parse(each.json())));
            }
        }
        byNamespace.computeIfAbsent(key.namespace(), n -> new TreeMap<>()).put(key.name(), quota);
    }

    /// What a quota's status says now; `null` when there is no such quota.
    public @Nullable ObjectNode status(String namespace, String name) {
        Quota quota = byNamespace.getOrDefault(namespace, Map.of()).get(name);
        return quota == null ? null : quota.status();
    }

    public List<String> names(String namespace) {
        return List.copyOf(byNamespace.getOrDefault(namespace, Map.of()).keySet());
    }

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        Map<String, Quota> quotas = byNamespace.get(request.namespace());
        if (quotas == null
                || !(request.subresource().isEmpty() || request.subresource().equals("scale"))) {
            return;
        }
        String storage = request.kind().storage();
        ObjectNode old = request.old();
        Usage before = old == null ? Usage.NOTHING : Usage.of(storage, old);
        Usage after = Usage.of(storage, request.object());
        for (Quota quota : quotas.values()) {
            if (request.creates("pods") && quota.counts(after)) {
                constrain(quota, request);
            }
        }
        for (Quota quota : quotas.values()) {
            String refusal = quota.refusal(before, after);
            if (!refusal.isEmpty()) {
                throw ApiFault.forbidden(storage, request.name(), refusal);
            }
        }
    }

    /// A container that says nothing about what is limited would use it uncounted.
    private static void constrain(Quota quota, AdmissionRequest request) {
        Map<String, List<String>> missing = new TreeMap<>();
        JsonNode spec = request.object().path("spec");
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(list)) {
                Map<String, java.math.BigDecimal> said = new HashMap<>();
                PodAmounts.amounts(container, "requests").forEach((r, a) -> Usage.put(said, false, r, a));
                PodAmounts.amounts(container, "limits").forEach((r, a) -> Usage.put(said, true, r, a));
                for (String wanted : new TreeSet<>(quota.wanted())) {
                    if (!said.containsKey(wanted)) {
                        missing.computeIfAbsent(wanted, w -> new ArrayList<>())
                                .add(container.path("name").asText());
                    }
                }
            }
        }
        if (!missing.isEmpty()) {
            List<String> parts = new ArrayList<>();
            missing.forEach((resource, names) -> parts.add(resource + " for: " + String.join(",", names)));
            throw ApiFault.forbidden(
                    "pods",
                    request.name(),
                    "failed quota: " + quota.name() + ": must specify " + String.join("; ", parts));
        }
    }
}
