package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.planner.Event;
import io.kumiki.planner.PodFact;
import io.kumiki.planner.SingleFact;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Pods as the planner wants to hear of them: members of gangs, and whatever takes something of a node.
final class PodWatch implements ObjectFeed.Sink {
    private final KubeApi api;
    private final Consumer<Event> planner;
    private final DerivedGangs gangs;
    private final Map<String, PodFact> told = new HashMap<>();
    private final Map<String, SingleFact> singles = new HashMap<>();
    private final Set<String> uids = new HashSet<>();

    PodWatch(KubeApi api, Consumer<Event> planner, DerivedGangs gangs) {
        this.api = api;
        this.planner = planner;
        this.gangs = gangs;
    }

    @Override
    public void seen(JsonNode pod) {
        tell(pod);
        gangs.pod(pod);
    }

    private synchronized void tell(JsonNode pod) {
        String key = ObjectFeed.key(pod);
        PodFact fact = Facts.pod(pod);
        PodFact before = told.get(key);
        if (before != null && !before.uid().equals(fact.uid())) {
            forget(key);
        }
        SingleFact single = Facts.single(pod);
        if (single != null) {
            told.put(key, fact);
            uids.add(fact.uid());
            if (!single.equals(singles.put(key, single))) {
                planner.accept(new Event.SingleSeen(single));
            }
            return;
        }
        boolean wasSingle = singles.remove(key) != null;
        if (fact.member() == null) {
            if (fact.node().isEmpty()) {
                if (wasSingle) {
                    forget(key);
                }
                return;
            }
            fact = stranger(fact);
        }
        if (!fact.equals(told.put(key, fact))) {
            uids.add(fact.uid());
            planner.accept(new Event.PodSeen(fact));
        }
    }

    /// Of others' pods only what they take matters; their versions would wake the planner for nothing.
    private static PodFact stranger(PodFact pod) {
        return new PodFact(
                pod.uid(),
                pod.namespace(),
                pod.name(),
                "",
                pod.node(),
                pod.stage() == PodFact.Stage.RUNNING ? PodFact.Stage.PENDING : pod.stage(),
                false,
                false,
                false,
                "",
                pod.requests(),
                null,
                pod.devices());
    }

    @Override
    public void gone(String key) {
        forget(key);
        gangs.podGone(key);
    }

    private synchronized void forget(String key) {
        PodFact fact = told.remove(key);
        singles.remove(key);
        if (fact != null) {
            uids.remove(fact.uid());
            planner.accept(new Event.PodGone(fact.uid()));
        }
    }

    private synchronized boolean knows(String uid) {
        return uids.contains(uid);
    }

    /// Looks once at the API for a pod that the watch has not brought yet.
    ///
    /// @param metadata with uid, namespace and name
    void find(JsonNode metadata) {
        String uid = metadata.path("uid").asText();
        if (knows(uid)) {
            return;
        }
        String namespace = metadata.path("namespace").asText("");
        String name = metadata.path("name").asText("");
        if (!namespace.matches("[a-z0-9-]{1,63}") || !name.matches("[a-z0-9.-]{1,253}")) {
            return;
        }
        KubeApi.Result found = api.get("/api/v1/namespaces/" + namespace + "/pods/" + name);
        if (found.done() && found.body().path("metadata").path("uid").asText().equals(uid)) {
            seen(found.body());
        }
    }
}
