package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.pod.ContainerState;
import io.kumiki.localcluster.node.pod.ContainerState.Ended;
import io.kumiki.localcluster.node.pod.ContainerState.Phase;
import io.kumiki.localcluster.node.pod.NotYet;
import io.kumiki.localcluster.node.pod.PodPlan;
import io.kumiki.localcluster.node.pod.PodStatus;
import io.kumiki.localcluster.node.process.ContainerProcess;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The containers of one pod: what is known of each, saved at every change, and what runs. Used by the pod's own
/// thread, except [#openLogs].
final class PodContainers {
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration SHORTEST_GRACE = Duration.ofSeconds(2);
    private static final int LOST = 137;

    /// Told, on any thread, when a start of a container has ended.
    @FunctionalInterface
    interface Listener {
        void over(String container, int number, RunningContainer.End end);
    }

    private final PodWorker.Node node;
    private final PodFolder folder;
    private final PodPlan plan;
    private final Listener listener;
    private final Map<String, ContainerState> states = new LinkedHashMap<>();
    private final Map<String, RunningContainer> running = new HashMap<>();
    private final Map<String, Instant> killAt = new HashMap<>();
    private final Set<String> killed = new HashSet<>();
    private final Map<String, Path> openLogs = new ConcurrentHashMap<>();
    private ContainerStart.@Nullable Prepared prepared;

    PodContainers(PodWorker.Node node, PodFolder folder, PodPlan plan, Listener listener) {
        this.node = node;
        this.folder = folder;
        this.plan = plan;
        this.listener = listener;
    }

    List<ContainerState> states() {
        return List.copyOf(states.values());
    }

    boolean anyRuns() {
        return !running.isEmpty();
    }

    /// The logs that running containers write to.
    Collection<Path> openLogs() {
        return List.copyOf(openLogs.values());
    }

    void begin(JsonNode spec) {
        PodPlan.created(spec).forEach(state -> states.put(state.name(), state));
    }

    /// Goes on with a pod of an earlier agent: living processes are taken over, code of our own is started again.
    /// True when one was lost.
    boolean adopt(JsonNode pod) throws InterruptedException, IOException {
        for (ContainerState state : folder.states()) {
            states.put(state.name(), state);
        }
        boolean lost = false;
        for (ContainerState state : states()) {
            JsonNode container = find(pod, state.name());
            if (state.phase() != Phase.RUNNING || container == null) {
                continue;
            }
            if (node.starts().isBuiltIn(container)) {
                put(pod, state.cutOff(node.clock().instant()));
            } else {
                lost |= adopt(pod, state);
            }
        }
        return lost;
    }

    private boolean adopt(JsonNode pod, ContainerState state) throws InterruptedException, IOException {
        String uid = pod.path("metadata").path("uid").asText();
        Path start = folder.start(state.name(), state.restarts());
        switch (ContainerProcess.find(start, node.settings().isolation(), uid, state.name())) {
            case ContainerProcess.Found.Running found -> {
                running.put(state.name(), found.process());
                watch(state.name(), state.restarts(), found.process());
            }
            case ContainerProcess.Found.Ended found -> ended(pod, state.name(), state.restarts(), found.end(), false);
            case ContainerProcess.Found.NeverStarted ignored ->
                put(pod, state.waiting("ContainerCreating", "", node.clock().instant()));
            case ContainerProcess.Found.Lost ignored -> {
                put(pod, state.over(describe(RunningContainer.End.UNKNOWN, state.startedAt())));
                return true;
            }
        }
        return false;
    }

    /// Starts one; returns when to try again, or null when it was started or can never be.
    @Nullable
    Instant start(JsonNode pod, String name, Instant now) throws IOException {
        ContainerState state = Objects.requireNonNull(states.get(name));
        JsonNode container = Objects.requireNonNull(find(pod, name));
        try {
            if (prepared == null) {
                prepared = node.preparation().prepare(pod, folder);
            }
            put(pod, state.running(now));
            RunningContainer started = node.starts().start(pod, container, state.restarts(), prepared);
            running.put(name, started);
            watch(name, state.restarts(), started);
            return null;
        } catch (NotYet missing) {
            // A missing ConfigMap or an unbound claim may come; the kubelet keeps asking too.
            put(
                    pod,
                    state.waiting(
                            "CreateContainerConfigError",
                            Objects.requireNonNull(missing.getMessage()),
                            now.plus(RETRY)));
            return now.plus(RETRY);
        } catch (ContainerStart.Impossible | IOException never) {
            String why =
                    never instanceof IOException ? "the container could not be started: " + never : never.getMessage();
            put(pod, plan.after(state.running(now), new Ended(128, "ContainerCannotRun", why, now, now), false));
            return null;
        }
    }

    private void watch(String container, int number, RunningContainer started) throws IOException {
        openLogs.put(container, folder.log(container, number));
        Thread.ofVirtual().name("wait " + container).start(() -> {
            try {
                listener.over(container, number, started.await());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// One start has ended; `ending`: nothing is to be started again.
    void ended(JsonNode pod, String name, int number, RunningContainer.End end, boolean ending) throws IOException {
        ContainerState state = Objects.requireNonNull(states.get(name));
        if (state.phase() != Phase.RUNNING || state.restarts() != number) {
            return;
        }
        running.remove(name);
        Path log = openLogs.remove(name);
        if (log != null) {
            node.logs().note(log);
        }
        killAt.remove(name);
        killed.remove(name);
        put(pod, plan.after(state, describe(end, state.startedAt()), ending || PodPlan.isOver(states())));
    }

    private Ended describe(RunningContainer.End end, @Nullable Instant startedAt) {
        Instant at = end.at() == null ? node.clock().instant() : end.at();
        if (end.error() != null) {
            return new Ended(128, "StartError", end.error(), startedAt, at);
        }
        Integer code = end.exitCode();
        if (code == null) {
            return new Ended(
                    LOST,
                    "ContainerStatusUnknown",
                    "The container could not be located: neither its process nor its exit code is left",
                    startedAt,
                    at);
        }
        return new Ended(code, PodStatus.reason(code), null, startedAt, at);
    }

    /// SIGTERM now and SIGKILL at `until`; once per start. A sidecar's turn comes late: it gets two seconds even
    /// when the mains used up the
    /// grace, except after a forced delete.
    void stop(String name, Instant until, Instant now, boolean forced) throws InterruptedException {
        RunningContainer started = running.get(name);
        if (started == null || killAt.containsKey(name)) {
            return;
        }
        boolean sidecar = Objects.requireNonNull(states.get(name)).kind() == ContainerState.Kind.SIDECAR;
        Instant least = sidecar && !forced ? now.plus(SHORTEST_GRACE) : now;
        killAt.put(name, until.isBefore(least) ? least : until);
        if (until.isAfter(now) || sidecar) {
            started.terminate();
        }
    }

    /// No container lives longer than this.
    void atMostUntil(Instant until) {
        killAt.replaceAll((container, at) -> at.isBefore(until) ? at : until);
    }

    @Nullable
    Instant nextKill() {
        return killAt.entrySet().stream()
                .filter(entry -> !killed.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .min(Instant::compareTo)
                .orElse(null);
    }

    void killOverdue(Instant now) throws InterruptedException {
        for (Map.Entry<String, Instant> due : killAt.entrySet()) {
            RunningContainer started = running.get(due.getKey());
            if (started != null && !now.isBefore(due.getValue()) && killed.add(due.getKey())) {
                started.kill();
            }
        }
    }

    /// When the worker itself cannot go on: nothing of the pod is left behind.
    void killAll() {
        for (RunningContainer started : running.values()) {
            try {
                started.kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void put(JsonNode pod, ContainerState state) throws IOException {
        states.put(state.name(), state);
        folder.save(pod, states());
    }

    private static @Nullable JsonNode find(JsonNode pod, String name) {
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                if (container.path("name").asText().equals(name)) {
                    return container;
                }
            }
        }
        return null;
    }
}
