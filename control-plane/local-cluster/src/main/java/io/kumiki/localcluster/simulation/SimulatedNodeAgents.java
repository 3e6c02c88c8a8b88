package io.kumiki.localcluster.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.simulation.SimulatedNodes;
import io.kumiki.kube.simulation.SimulatedPod;
import io.kumiki.localcluster.node.LocalApi;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agents of all simulated nodes, on one thread.
public final class SimulatedNodeAgents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedNodeAgents.class);

    private final LocalApi api;
    private final SimulatedNodes wanted;
    private final Set<String> names = new HashSet<>();
    private final Map<String, ObjectNode> pods = new HashMap<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final LinkedBlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private LocalApi.@Nullable Following watch;
    private @Nullable Thread thread;

    private record Due(Instant at, String uid) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return at.compareTo(other.at);
        }
    }

    public SimulatedNodeAgents(LocalApi api, SimulatedNodes wanted) {
        this.api = api;
        this.wanted = wanted;
    }

    /// Makes the nodes be as described: those of an earlier start that are no longer wanted go.
    public void start() {
        Instant now = api.clock().instant();
        if (wanted.anyOpen()) {
            LOG.warn(
                    "simulated nodes with open=true carry no taint: real pods may be placed there, and nothing of them is executed");
        }
        for (ObjectNode node : wanted.objects(now)) {
            String name = node.path("metadata").path("name").asText();
            names.add(name);
            ObjectNode status = (ObjectNode) node.path("status");
            api.createIfAbsent(ResourceType.NODES, "", node);
            api.merge(ResourceType.NODES, "", name, without(node, "status"));
            api.status(ResourceType.NODES, node, status);
        }
        for (ObjectNode old : api.cluster()
                .list(ResourceType.NODES, "", Selection.labels(SimulatedNodes.MARK + "=true"))
                .items()) {
            if (!names.contains(old.path("metadata").path("name").asText())) {
                api.remove(ResourceType.NODES, old);
            }
        }
        thread = Thread.ofPlatform().daemon().name("simulated-nodes").start(this::run);
        watch = api.follow(ResourceType.PODS, Selection.ALL, (type, pod) -> {
            if (names.contains(pod.path("spec").path("nodeName").asText(""))) {
                mailbox.add(() -> changed(type, pod));
            }
        });
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                Due first = due.peek();
                Runnable next = first == null
                        ? mailbox.take()
                        : mailbox.poll(
                                Math.max(
                                        0,
                                        Duration.between(api.clock().instant(), first.at())
                                                .toNanos()),
                                TimeUnit.NANOSECONDS);
                if (next != null) {
                    next.run();
                }
                Instant now = api.clock().instant();
                while (!due.isEmpty() && !due.peek().at().isAfter(now)) {
                    ObjectNode pod = pods.get(due.remove().uid());
                    if (pod != null) {
                        step(pod);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void changed(WatchEvent.Type type, ObjectNode pod) {
        String uid = pod.path("metadata").path("uid").asText();
        if (type == WatchEvent.Type.DELETED) {
            pods.remove(uid);
            return;
        }
        String phase = pod.path("status").path("phase").asText("Pending");
        ObjectNode known = pods.get(uid);
        // Our own write coming back says nothing new.
        boolean news = known == null || pod.path("metadata").has("deletionTimestamp");
        if (news && !(phase.equals("Succeeded") || phase.equals("Failed"))
                || pod.path("metadata").has("deletionTimestamp")) {
            pods.put(uid, pod);
            step(pod);
        }
    }

    private void step(ObjectNode pod) {
        String uid = pod.path("metadata").path("uid").asText();
        try {
            switch (SimulatedPod.next(pod, api.clock().instant())) {
                case SimulatedPod.Step.Write write -> {
                    api.status(ResourceType.PODS, pod, write.status());
                    ObjectNode after = pod.deepCopy();
                    after.set("status", write.status());
                    if (over(write.status())) {
                        pods.remove(uid);
                    } else {
                        pods.put(uid, after);
                        later(write.next(), uid);
                    }
                }
                case SimulatedPod.Step.Wait wait -> later(wait.next(), uid);
                case SimulatedPod.Step.Remove ignored -> {
                    pods.remove(uid);
                    api.remove(ResourceType.PODS, pod);
                }
            }
        } catch (RuntimeException e) {
            // One pod's trouble must not stop the other simulated pods.
            LOG.error(
                    "simulated pod {} cannot be moved on",
                    pod.path("metadata").path("name").asText(),
                    e);
            pods.remove(uid);
        }
    }

    private void later(@Nullable Instant at, String uid) {
        if (at != null) {
            due.add(new Due(at, uid));
        }
    }

    private static boolean over(JsonNode status) {
        String phase = status.path("phase").asText();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static ObjectNode without(ObjectNode object, String field) {
        ObjectNode copy = object.deepCopy();
        copy.remove(field);
        return copy;
    }
}
