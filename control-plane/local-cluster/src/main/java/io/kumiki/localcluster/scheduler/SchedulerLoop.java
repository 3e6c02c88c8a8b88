package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.scheduling.Claims;
import io.kumiki.kube.scheduling.NodeTable;
import io.kumiki.kube.scheduling.NodeTable.Filtered;
import io.kumiki.kube.scheduling.NodeTable.Scored;
import io.kumiki.kube.scheduling.WaitingPods;
import io.kumiki.localcluster.node.LocalApi;
import io.kumiki.model.Json;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The scheduler: one thread owns the pure cycle's state and does what comes in, one pod at a time; binds run
/// beside it.
public final class SchedulerLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchedulerLoop.class);
    private static final String NAME = "default-scheduler";

    private final LocalApi api;
    private final List<Extender> extenders;
    private final Clock clock;
    private final NodeTable nodes;
    private final WaitingPods waiting = new WaitingPods();
    private final LinkedBlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final ExecutorService binds = Executors.newVirtualThreadPerTaskExecutor();
    private final List<LocalApi.Following> watches = new ArrayList<>();
    private final Map<String, JsonNode> claims = new HashMap<>();
    private final Map<String, JsonNode> volumes = new HashMap<>();
    private @Nullable Thread thread;

    public SchedulerLoop(LocalApi api, List<ExtenderSettings> extenders, Clock clock) {
        this.api = api;
        this.clock = clock;
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        this.extenders =
                extenders.stream().map(settings -> new Extender(settings, http)).toList();
        Set<String> ignored = extenders.stream()
                .flatMap(settings -> settings.managedResources().stream())
                .filter(ExtenderSettings.Managed::ignoredByScheduler)
                .map(ExtenderSettings.Managed::name)
                .collect(Collectors.toSet());
        this.nodes = new NodeTable(ignored);
    }

    public void start() {
        thread = Thread.ofPlatform().daemon().name("scheduler").start(this::run);
        watches.add(api.follow(ResourceType.NODES, Selection.ALL, (type, node) -> mailbox.add(() -> node(type, node))));
        watches.add(api.follow(
                ResourceType.CLAIMS, Selection.ALL, (type, claim) -> mailbox.add(() -> keep(claims, type, claim))));
        watches.add(api.follow(
                ResourceType.VOLUMES, Selection.ALL, (type, volume) -> mailbox.add(() -> keep(volumes, type, volume))));
        watches.add(api.follow(ResourceType.PODS, Selection.ALL, (type, pod) -> mailbox.add(() -> pod(type, pod))));
    }

    @Override
    public void close() {
        for (LocalApi.Following watch : watches) {
            watch.close();
        }
        if (thread != null) {
            thread.interrupt();
        }
        binds.shutdownNow();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Instant due = waiting.nextDue();
                Instant now = clock.instant();
                Runnable first = due == null
                        ? mailbox.take()
                        : mailbox.poll(Math.max(0, Duration.between(now, due).toMillis()), TimeUnit.MILLISECONDS);
                // What happened comes before what is decided: the next pod is placed on what is known by now.
                for (Runnable next = first; next != null; next = mailbox.poll()) {
                    next.run();
                }
                JsonNode pod = waiting.next(clock.instant());
                if (pod != null) {
                    attempt(pod);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void node(WatchEvent.Type type, JsonNode node) {
        if (type == WatchEvent.Type.DELETED) {
            nodes.removeNode(node.path("metadata").path("name").asText());
        } else {
            nodes.putNode(node);
            waiting.clusterChanged();
        }
    }

    private void keep(Map<String, JsonNode> objects, WatchEvent.Type type, JsonNode object) {
        String key = object.path("metadata").path("namespace").asText("") + "/"
                + object.path("metadata").path("name").asText();
        if (type == WatchEvent.Type.DELETED) {
            objects.remove(key);
        } else {
            objects.put(key, object);
            waiting.clusterChanged();
        }
    }

    private void pod(WatchEvent.Type type, JsonNode pod) {
        String uid = uid(pod);
        String phase = pod.path("status").path("phase").asText();
        boolean over = type == WatchEvent.Type.DELETED || phase.equals("Succeeded") || phase.equals("Failed");
        boolean bound = !pod.path("spec").path("nodeName").asText("").isEmpty();
        if (over) {
            waiting.remove(uid);
            nodes.removePod(uid);
            waiting.clusterChanged();
        } else if (bound) {
            waiting.remove(uid);
            nodes.putPod(pod);
        } else if (!pod.path("spec").path("schedulerName").asText(NAME).equals(NAME)
                || pod.path("metadata").has("deletionTimestamp")) {
            waiting.remove(uid);
        } else if (!pod.path("spec").path("schedulingGates").isEmpty()) {
            waiting.remove(uid);
            condition(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
        } else {
            waiting.put(pod);
        }
    }

    private void attempt(JsonNode pod) throws InterruptedException {
        try {
            String node = place(pod);
            nodes.assume(pod, node);
            binds.execute(() -> bind(pod, node));
        } catch (Unschedulable no) {
            waiting.park(uid(pod), clock.instant(), false);
            refuse(pod, "Unschedulable", no.getMessage());
        } catch (Extender.Failed error) {
            waiting.park(uid(pod), clock.instant(), true);
            refuse(pod, "SchedulerError", error.getMessage());
        } catch (RuntimeException e) {
            // A pod that cannot be read must not stop the others.
            LOG.error(
                    "pod {} cannot be scheduled",
                    pod.path("metadata").path("name").asText(),
                    e);
            waiting.park(uid(pod), clock.instant(), true);
            refuse(pod, "SchedulerError", e.toString());
        }
    }

    /// Nothing fits; the message is kube-scheduler's.
    private static final class Unschedulable extends Exception {
        private static final long serialVersionUID = 1;

        Unschedulable(String message) {
            super(message);
        }
    }

    private String place(JsonNode pod) throws Unschedulable, Extender.Failed, InterruptedException {
        int all = nodes.nodeCount();
        String blocked = NodeTable.blockedByClaim(pod, this::claim);
        if (blocked != null) {
            throw new Unschedulable("0/" + all + " nodes are available: " + blocked + ".");
        }
        Filtered filtered = nodes.filter(pod, this::claim);
        filtered = askFilters(pod, filtered);
        if (filtered.nodes().isEmpty()) {
            throw new Unschedulable(NodeTable.message(filtered, all));
        }
        if (filtered.nodes().size() == 1) {
            return filtered.nodes().get(0);
        }
        return best(pod, filtered.nodes());
    }

    private Filtered askFilters(JsonNode pod, Filtered filtered) throws Extender.Failed, InterruptedException {
        Filtered left = filtered;
        List<Extender> inOrder = new ArrayList<>(extenders);
        inOrder.sort(Comparator.comparing(Extender::ignorable));
        for (Extender extender : inOrder) {
            if (left.nodes().isEmpty() || !extender.filters() || !extender.interested(pod)) {
                continue;
            }
            try {
                Extender.Filtered answer = extender.filter(pod, left.nodes(), nodes::node);
                var refusals = new TreeMap<>(left.refusals());
                refusals.putAll(answer.refusals());
                left = new Filtered(answer.nodes(), refusals);
            } catch (Extender.Failed failed) {
                if (!extender.ignorable()) {
                    throw failed;
                }
                LOG.warn("skipping an ignorable extender: {}", failed.getMessage());
            }
        }
        return left;
    }

    private String best(JsonNode pod, List<String> candidates) throws InterruptedException {
        Map<String, Long> scores = new HashMap<>();
        for (Scored scored : nodes.score(pod, candidates)) {
            scores.put(scored.node(), scored.score());
        }
        for (Extender extender : extenders) {
            if (extender.prioritizes() && extender.interested(pod)) {
                try {
                    extender.prioritize(pod, candidates, nodes::node)
                            .forEach((node, score) -> scores.computeIfPresent(node, (n, own) -> own + score));
                } catch (Extender.Failed failed) {
                    // kube-scheduler ignores errors of prioritize too.
                    LOG.warn("prioritize: {}", failed.getMessage());
                }
            }
        }
        String best = candidates.get(0);
        for (String candidate : candidates) {
            best = scores.getOrDefault(candidate, 0L) > scores.getOrDefault(best, 0L) ? candidate : best;
        }
        return best;
    }

    private void bind(JsonNode pod, String node) {
        try {
            Extender binder = extenders.stream()
                    .filter(extender -> extender.binds() && extender.interested(pod))
                    .findFirst()
                    .orElse(null);
            if (binder == null) {
                api.bind(pod, node);
            } else {
                binder.bind(pod, node);
            }
            api.event(pod, "Normal", "Scheduled", NAME, "Successfully assigned " + name(pod) + " to " + node);
        } catch (ApiFault | Extender.Failed failed) {
            mailbox.add(() -> bindFailed(pod, "binding rejected: " + failed.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void bindFailed(JsonNode pod, String why) {
        nodes.forget(uid(pod));
        waiting.park(uid(pod), clock.instant(), true);
        waiting.clusterChanged();
        refuse(pod, "SchedulerError", why);
    }

    private Claims.Claim claim(String namespace, String name) {
        JsonNode claim = claims.get(namespace + "/" + name);
        if (claim == null) {
            return new Claims.Claim.Missing();
        }
        String volume = claim.path("spec").path("volumeName").asText("");
        if (volume.isEmpty() || !claim.path("status").path("phase").asText().equals("Bound")) {
            return new Claims.Claim.Unbound();
        }
        JsonNode bound = volumes.get("/" + volume);
        JsonNode affinity = bound == null ? null : bound.path("spec").get("nodeAffinity");
        return new Claims.Claim.Bound(affinity);
    }

    private void refuse(JsonNode pod, String reason, @Nullable String message) {
        String text = message == null ? reason : message;
        if (!says(pod, reason, text)) {
            api.event(pod, "Warning", "FailedScheduling", NAME, text);
            condition(pod, reason, text);
        }
    }

    private void condition(JsonNode pod, String reason, String message) {
        if (says(pod, reason, message)) {
            return;
        }
        ObjectNode condition = Json.object()
                .put("type", "PodScheduled")
                .put("status", "False")
                .put("reason", reason)
                .put("message", message);
        condition.put("lastTransitionTime", LocalApi.time(clock.instant()));
        api.podCondition(pod, condition);
    }

    /// True when the pod's condition says this already: a pod that is tried again and again must not cost a write
    /// each time.
    private static boolean says(JsonNode pod, String reason, String message) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("PodScheduled")) {
                return condition.path("reason").asText().equals(reason)
                        && condition.path("message").asText().equals(message);
            }
        }
        return false;
    }

    private static String name(JsonNode pod) {
        return pod.path("metadata").path("namespace").asText() + "/"
                + pod.path("metadata").path("name").asText();
    }

    private static String uid(JsonNode pod) {
        return pod.path("metadata").path("uid").asText();
    }
}
