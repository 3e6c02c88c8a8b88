package io.kumiki.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.planner.Event;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.planner.fact.ResourceVersion;
import io.kumiki.planner.fact.RunFact;
import io.kumiki.planner.fact.Shape;
import io.kumiki.planner.fact.SingleFact;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Pods as the planner wants to hear of them: members of gangs, and whatever takes something of a node.
final class PodWatch implements ObjectFeed.Sink {
    private static final int SHAPES = 10_000;
    /// How long the watch may be behind the scheduler's own before the API is asked.
    private static final Duration PATIENCE = Duration.ofMillis(60);

    private final KubeApi api;
    private final Consumer<Event> planner;
    private final DerivedGangs gangs;
    private final Lull lull = new Lull();
    /// Pods that the scheduler asks about before the watch has brought them, by uid.
    private final Map<String, CompletableFuture<Void>> awaited = new ConcurrentHashMap<>();
    private final Map<String, PodFact> told = new HashMap<>();
    private final Map<String, SingleFact> singles = new HashMap<>();
    private final Map<String, RunFact> runs = new HashMap<>();
    private final Set<String> uids = new HashSet<>();
    private final Map<Map<String, Long>, Map<String, Long>> shapes = new HashMap<>();
    private final Map<Map<String, String>, Map<String, String>> labels = new HashMap<>();

    PodWatch(KubeApi api, Consumer<Event> planner, DerivedGangs gangs) {
        this.api = api;
        this.planner = planner;
        this.gangs = gangs;
    }

    @Override
    public InputStream paced(InputStream watch) {
        return new PacedStream(watch, lull);
    }

    @Override
    public void seen(JsonNode pod) {
        if (tell(pod)) {
            gangs.pod(pod);
        }
        CompletableFuture<Void> waiting = awaited.isEmpty()
                ? null
                : awaited.get(pod.path("metadata").path("uid").asText());
        if (waiting != null && knows(pod.path("metadata"))) {
            waiting.complete(null);
        }
    }

    /// A pod as an answer to our own write shows it; one that the watch has already seen go stays gone.
    void written(JsonNode pod) {
        boolean there;
        synchronized (this) {
            PodFact before = told.get(ObjectFeed.key(pod));
            there = before != null
                    && before.uid().equals(pod.path("metadata").path("uid").asText());
        }
        if (there) {
            seen(pod);
        }
    }

    /// False for what is older than what was seen: the watch may be later than an answer to our own write.
    private synchronized boolean tell(JsonNode pod) {
        String key = ObjectFeed.key(pod);
        PodFact fact = shared(Facts.pod(pod));
        PodFact before = told.get(key);
        if (before != null
                && before.uid().equals(fact.uid())
                && ResourceVersion.isOlder(fact.version(), before.version())) {
            return false;
        }
        if (before != null && !before.uid().equals(fact.uid())) {
            forget(key);
        }
        SingleFact single = SingleFacts.single(pod, fact);
        if (single != null) {
            told.put(key, fact);
            uids.add(fact.uid());
            SingleFact seen = singles.put(key, single);
            if (seen == null) {
                planner.accept(SingleFacts.podOrigin(pod));
            }
            if (!single.equals(seen)) {
                planner.accept(new Event.SingleSeen(single));
            }
            return true;
        }
        boolean wasSingle = singles.remove(key) != null;
        if (fact.member() == null) {
            if (fact.node().isEmpty()) {
                if (wasSingle) {
                    forget(key);
                }
                return true;
            }
            fact = stranger(fact, SingleFacts.daemonOf(pod), SingleFacts.yields(pod, fact));
        }
        if (!fact.equals(told.put(key, fact))) {
            uids.add(fact.uid());
            planner.accept(new Event.PodSeen(fact));
        }
        RunFact run = SingleFacts.run(pod, fact);
        if (run != null && !run.equals(runs.put(key, run))) {
            if (!wasSingle) {
                planner.accept(SingleFacts.podOrigin(pod));
            }
            planner.accept(new Event.SingleRuns(run));
        } else if (run == null) {
            runs.remove(key);
        }
        return true;
    }

    /// Thousands of pods ask for the same: they share one map.
    private PodFact shared(PodFact pod) {
        Map<String, Long> requests =
                shapes.size() > SHAPES ? pod.requests() : shapes.computeIfAbsent(pod.requests(), same -> same);
        return pod.sharing(requests, shared(pod.member()));
    }

    /// So do their labels, but for those that number them.
    private PodFact.@Nullable Member shared(PodFact.@Nullable Member member) {
        return member == null || labels.size() > SHAPES
                ? member
                : new PodFact.Member(
                        member.gang(),
                        member.className(),
                        member.index(),
                        member.reservation(),
                        member.steered(),
                        labels.computeIfAbsent(member.labels(), same -> same));
    }

    /// Of others' pods only what they take matters; their versions would wake the planner for nothing.
    private static PodFact stranger(PodFact pod, String daemon, @Nullable Integer yields) {
        return new PodFact(
                pod.uid(),
                pod.namespace(),
                pod.name(),
                "",
                pod.node(),
                pod.stage() == PodFact.Stage.RUNNING ? PodFact.Stage.PENDING : pod.stage(),
                // Whoever holds devices may have been told to leave.
                pod.terminating() && Shape.asksForDevices(pod.requests()),
                false,
                false,
                daemon,
                pod.requests(),
                null,
                pod.devices(),
                yields);
    }

    @Override
    public void gone(String key) {
        forget(key);
        gangs.podGone(key);
    }

    private synchronized void forget(String key) {
        PodFact fact = told.remove(key);
        singles.remove(key);
        runs.remove(key);
        if (fact != null) {
            uids.remove(fact.uid());
            planner.accept(new Event.PodGone(fact.uid()));
        }
    }

    /// A pod that the scheduler asks about has no gate any more, whatever the watch has brought so far.
    private synchronized boolean knows(JsonNode metadata) {
        PodFact fact = told.get(metadata.path("namespace").asText("") + "/"
                + metadata.path("name").asText(""));
        return uids.contains(metadata.path("uid").asText()) && (fact == null || !fact.gated());
    }

    /// Waits until the watch has brought it: what the scheduler has seen is on its way here, and to ask for it costs
    /// the API server more than to wait.
    private boolean comes(JsonNode metadata) throws InterruptedException {
        String uid = metadata.path("uid").asText();
        CompletableFuture<Void> coming = awaited.computeIfAbsent(uid, _ -> new CompletableFuture<>());
        try {
            if (!knows(metadata)) {
                lull.hurry();
                coming.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            awaited.remove(uid);
        }
    }

    /// Looks once at the API for a pod that the watch does not bring soon, or not without its gate.
    ///
    /// @param metadata with uid, namespace and name
    /// @param patience with the API
    void find(JsonNode metadata, Duration patience) throws InterruptedException {
        String uid = metadata.path("uid").asText();
        String namespace = metadata.path("namespace").asText("");
        String name = metadata.path("name").asText("");
        if (knows(metadata)
                || !namespace.matches("[a-z0-9-]{1,63}")
                || !name.matches("[a-z0-9.-]{1,253}")
                || comes(metadata)) {
            return;
        }
        KubeApi.Result found = api.get("/api/v1/namespaces/" + namespace + "/pods/" + name, patience);
        if (found.done() && found.body().path("metadata").path("uid").asText().equals(uid)) {
            seen(found.body());
        }
    }
}
