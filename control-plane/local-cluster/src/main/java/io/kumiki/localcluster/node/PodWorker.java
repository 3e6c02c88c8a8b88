package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.node.pod.ContainerState;
import io.kumiki.localcluster.node.pod.ContainerState.Ended;
import io.kumiki.localcluster.node.pod.ContainerState.Phase;
import io.kumiki.localcluster.node.pod.NotYet;
import io.kumiki.localcluster.node.pod.PodPlan;
import io.kumiki.localcluster.node.pod.PodPlan.Act;
import io.kumiki.localcluster.node.pod.PodStatus;
import io.kumiki.localcluster.node.process.ContainerProcess;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One pod's life on this node, on one virtual thread: it waits for something to happen, asks [PodPlan] what follows, does it, writes the status.
final class PodWorker {
    private static final Logger LOG = LoggerFactory.getLogger(PodWorker.class);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration SHORTEST_GRACE = Duration.ofSeconds(2);
    private static final int LOST = 137;

    /// What a worker is told.
    private sealed interface Signal {
        record Changed(JsonNode pod) implements Signal {}

        record Over(String container, int number, RunningContainer.End end) implements Signal {}

        record End(PodStatus.Ending why, Duration grace) implements Signal {}

        /// The pod object is gone: end at once, write nothing.
        record Gone() implements Signal {}

        record RenewTokens() implements Signal {}

        /// Kumiki stops, the containers live on.
        record Abandon() implements Signal {}
    }

    /// What the worker needs of its node.
    record Node(NodeCluster cluster, NodeSettings settings, ContainerStart starts, PodPreparation preparation, PodLogFiles logs, PodNetwork network, Clock clock) {}

    private final Node node;
    private final PodFolder folder;
    private final PodPlan plan;
    private final LinkedBlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final Map<String, ContainerState> states = new LinkedHashMap<>();
    private final Map<String, RunningContainer> running = new HashMap<>();
    private final Map<String, Instant> killAt = new HashMap<>();
    private final Set<String> killed = new HashSet<>();
    private final Runnable whenOver;
    private final PodNetwork.Joined network;
    private volatile JsonNode pod;
    private Instant startTime;
    private ContainerStart.@Nullable Prepared prepared;
    private PodStatus.@Nullable Ending ending;
    private @Nullable Instant graceEnds;
    private @Nullable ObjectNode written;
    private @Nullable Instant askAgain;
    private boolean gone;
    private volatile JsonNode newest;
    private boolean deleteFinished;
    private final Map<String, Path> openLogs = new ConcurrentHashMap<>();
    private boolean abandoned;
    private boolean finished;

    PodWorker(Node node, JsonNode pod, Runnable whenOver) {
        this.node = node;
        this.pod = pod;
        this.newest = pod;
        this.whenOver = whenOver;
        this.folder = new PodFolder(node.settings().folder(), pod.path("metadata"));
        this.network = node.network().join(pod);
        this.plan = new PodPlan(pod.path("spec"));
        JsonNode since = pod.path("status").path("startTime");
        this.startTime = since.isTextual() ? Instant.parse(since.asText()) : node.clock().instant();
    }

    void changed(JsonNode newer) {
        newest = newer;
        signals.add(new Signal.Changed(newer));
    }

    void end(PodStatus.Ending why, Duration grace) {
        signals.add(new Signal.End(why, grace));
    }

    void gone() {
        signals.add(new Signal.Gone());
    }

    void renewTokens() {
        signals.add(new Signal.RenewTokens());
    }

    void abandon() {
        signals.add(new Signal.Abandon());
    }

    PodFolder folder() {
        return folder;
    }

    JsonNode pod() {
        return pod;
    }

    /// True when a delete was asked for while the worker wrote its last status: nobody has finished it.
    boolean missedDelete() {
        return finished && !deleteFinished && newest.path("metadata").has("deletionTimestamp");
    }

    /// The logs that running containers write to.
    Collection<Path> openLogs() {
        return List.copyOf(openLogs.values());
    }

    boolean writesTo(Path log) {
        return openLogs.containsValue(log);
    }

    Thread start() {
        return Thread.ofVirtual().name("pod " + pod.path("metadata").path("name").asText()).start(this::run);
    }

    private void run() {
        try {
            if (folder.exists()) {
                adopt();
            } else {
                PodPlan.created(pod.path("spec")).forEach(state -> states.put(state.name(), state));
                noteImages();
            }
            look(pod);
            while (!finished && !abandoned) {
                act();
                if (!finished) {
                    waitForSignal();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            // One pod's trouble (a full disk, a damaged folder) ends that pod, never the agent.
            LOG.error("pod {} cannot be worked on", pod.path("metadata").path("name").asText(), e);
            fail(new PodStatus.Ending("NodeError", "the node could not work on this pod: " + e, true));
        } finally {
            node.network().leave(pod.path("metadata").path("uid").asText());
            whenOver.run();
        }
    }

    private void waitForSignal() throws InterruptedException, IOException {
        Instant now = node.clock().instant();
        Instant next = earliest();
        Signal signal = next == null
                ? signals.take()
                : signals.poll(Math.max(0, Duration.between(now, next).toMillis()) + 1, TimeUnit.MILLISECONDS);
        while (signal != null) {
            hear(signal);
            signal = signals.poll();
        }
    }

    private @Nullable Instant earliest() {
        List<Instant> times = new ArrayList<>(killAt.entrySet().stream().filter(e -> !killed.contains(e.getKey())).map(Map.Entry::getValue).toList());
        if (askAgain != null) {
            times.add(askAgain);
        }
        Instant deadline = deadline();
        if (deadline != null && ending == null) {
            times.add(deadline);
        }
        return times.stream().min(Instant::compareTo).orElse(null);
    }

    private @Nullable Instant deadline() {
        JsonNode seconds = pod.path("spec").path("activeDeadlineSeconds");
        return seconds.isNumber() ? startTime.plusSeconds(seconds.asLong()) : null;
    }

    private void hear(Signal signal) throws IOException {
        switch (signal) {
            case Signal.Changed changed -> look(changed.pod());
            case Signal.Over over -> ended(over);
            case Signal.End end -> beginToEnd(end.why(), end.grace());
            case Signal.Gone ignored -> {
                gone = true;
                beginToEnd(new PodStatus.Ending("Deleted", "the pod object is gone", false), Duration.ZERO);
            }
            case Signal.RenewTokens ignored -> renew();
            case Signal.Abandon ignored -> abandoned = true;
        }
    }

    private void renew() throws IOException {
        try {
            if (!running.isEmpty()) {
                node.preparation().renewTokens(pod, folder);
            }
        } catch (NotYet | RuntimeException e) {
            LOG.warn("tokens of pod {} could not be renewed; tried again later: {}", pod.path("metadata").path("name").asText(), e.toString());
        }
    }

    private void look(JsonNode newer) {
        pod = newer;
        JsonNode metadata = newer.path("metadata");
        if (metadata.has("deletionTimestamp")) {
            long grace = metadata.path("deletionGracePeriodSeconds").asLong(grace().toSeconds());
            beginToEnd(new PodStatus.Ending("Deleted", "", false), Duration.ofSeconds(grace));
        }
    }

    private Duration grace() {
        return Duration.ofSeconds(pod.path("spec").path("terminationGracePeriodSeconds").asLong(30));
    }

    private void beginToEnd(PodStatus.Ending why, Duration grace) {
        Instant until = node.clock().instant().plus(grace);
        if (ending == null) {
            ending = why;
        }
        if (graceEnds == null || until.isBefore(graceEnds)) {
            graceEnds = until;
            killAt.replaceAll((container, at) -> at.isBefore(until) ? at : until);
        }
    }

    private void ended(Signal.Over over) throws IOException {
        ContainerState state = Objects.requireNonNull(states.get(over.container()));
        if (state.phase() != Phase.RUNNING || state.restarts() != over.number()) {
            return;
        }
        running.remove(over.container());
        Path log = openLogs.remove(over.container());
        if (log != null) {
            node.logs().note(log);
        }
        killAt.remove(over.container());
        killed.remove(over.container());
        Instant now = node.clock().instant();
        Ended end = describe(over.end(), state.startedAt(), now);
        boolean ends = ending != null || PodPlan.isOver(List.copyOf(states.values()));
        put(plan.after(state, end, ends));
    }

    private static Ended describe(RunningContainer.End end, @Nullable Instant startedAt, Instant now) {
        if (end.error() != null) {
            return new Ended(128, "StartError", end.error(), startedAt, now);
        }
        Integer code = end.exitCode();
        if (code == null) {
            return new Ended(LOST, "ContainerStatusUnknown", "The container could not be located: neither its process nor its exit code is left", startedAt, now);
        }
        return new Ended(code, PodStatus.reason(code), null, startedAt, now);
    }

    private void put(ContainerState state) throws IOException {
        states.put(state.name(), state);
        folder.save(pod, List.copyOf(states.values()));
    }

    private void act() throws InterruptedException, IOException {
        askAgain = null;
        Instant now = node.clock().instant();
        Instant deadline = deadline();
        if (ending == null && deadline != null && !now.isBefore(deadline) && !PodPlan.isOver(List.copyOf(states.values()))) {
            beginToEnd(new PodStatus.Ending("DeadlineExceeded", "Pod was active on the node longer than the specified deadline", false), grace());
        }
        boolean changed = true;
        while (changed && !finished) {
            changed = false;
            for (Act act : plan.decide(List.copyOf(states.values()), ending != null, now)) {
                changed |= carryOut(act, now);
            }
        }
        killOverdue();
        if (!finished) {
            publish(PodStatus.phase(List.copyOf(states.values())), null);
        }
    }

    /// True when the plan must be asked again at once.
    private boolean carryOut(Act act, Instant now) throws InterruptedException, IOException {
        switch (act) {
            case Act.Start start -> {
                return startContainer(Objects.requireNonNull(states.get(start.container())), now);
            }
            case Act.Stop stop -> stopContainer(stop.container(), now);
            case Act.AskAgain again -> askAgain = askAgain == null || again.at().isBefore(askAgain) ? again.at() : askAgain;
            case Act.Finish finish -> finish(finish.succeeded());
        }
        return false;
    }

    private boolean startContainer(ContainerState state, Instant now) throws IOException {
        JsonNode container = Objects.requireNonNull(find(state.name()));
        try {
            if (prepared == null) {
                prepared = node.preparation().prepare(pod, folder);
            }
            put(state.running(now));
            RunningContainer started = node.starts().start(pod, container, state.restarts(), prepared);
            running.put(state.name(), started);
            watch(state.name(), state.restarts(), started);
            return true;
        } catch (NotYet missing) {
            // A missing ConfigMap or an unbound claim may come; the kubelet keeps asking too.
            put(state.waiting("CreateContainerConfigError", Objects.requireNonNull(missing.getMessage()), now.plus(RETRY)));
            askAgain = now.plus(RETRY);
            return false;
        } catch (ContainerStart.Impossible | IOException never) {
            String why = never instanceof IOException ? "the container could not be started: " + never : never.getMessage();
            put(plan.after(state.running(now), new Ended(128, "ContainerCannotRun", why, now, now), false));
            return true;
        }
    }

    private void watch(String container, int number, RunningContainer started) throws IOException {
        openLogs.put(container, folder.log(container, number));
        Thread.ofVirtual().name("wait " + container).start(() -> {
            try {
                signals.add(new Signal.Over(container, number, started.await()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void stopContainer(String container, Instant now) throws InterruptedException {
        RunningContainer started = running.get(container);
        if (started == null || killAt.containsKey(container)) {
            return;
        }
        Instant until = graceEnds == null ? now.plus(grace()) : graceEnds;
        boolean sidecar = Objects.requireNonNull(states.get(container)).kind() == ContainerState.Kind.SIDECAR;
        // A sidecar's turn comes late: it gets two seconds even when the mains used up the whole grace, except after a forced delete.
        Instant least = sidecar && !gone ? now.plus(SHORTEST_GRACE) : now;
        killAt.put(container, until.isBefore(least) ? least : until);
        if (until.isAfter(now) || sidecar) {
            started.terminate();
        }
    }

    private void killOverdue() throws InterruptedException {
        Instant now = node.clock().instant();
        for (Map.Entry<String, Instant> due : killAt.entrySet()) {
            RunningContainer started = running.get(due.getKey());
            if (started != null && !now.isBefore(due.getValue()) && killed.add(due.getKey())) {
                started.kill();
            }
        }
    }

    private void finish(boolean succeeded) {
        PodStatus.Ending why = ending;
        boolean deleted = why != null && why.reason().equals("Deleted");
        if (!gone) {
            publish(succeeded || (deleted && allWell()) ? "Succeeded" : "Failed", deleted ? null : why);
            if (pod.path("metadata").has("deletionTimestamp")) {
                deleteFinished = true;
                node.cluster().finishDelete(pod);
            }
        }
        finished = true;
    }

    private boolean allWell() {
        return states.values().stream().filter(s -> s.kind() == ContainerState.Kind.MAIN).allMatch(s -> s.ended() != null && s.ended().exitCode() == 0);
    }

    private void fail(PodStatus.Ending why) {
        publish("Failed", why);
        finished = true;
    }

    private void publish(String phase, PodStatus.@Nullable Ending why) {
        Instant now = node.clock().instant();
        ObjectNode status = new PodStatus(pod, List.copyOf(states.values()), network.address(), network.collision(), startTime, now).render(phase, why);
        if (!status.equals(written)) {
            node.cluster().writeStatus(pod, status);
            written = status;
            // The next status keeps each condition's time of change.
            pod = ((ObjectNode) pod.deepCopy()).set("status", status);
        }
    }

    private @Nullable JsonNode find(String name) {
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                if (container.path("name").asText().equals(name)) {
                    return container;
                }
            }
        }
        return null;
    }

    private void noteImages() {
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                String note = node.starts().note(container);
                if (!note.isEmpty()) {
                    node.cluster().noteImage(pod, note);
                }
            }
        }
    }

    /// Goes on with a pod of an earlier agent: living processes are taken over, code of our own is started again, lost processes are told.
    private void adopt() throws InterruptedException, IOException {
        for (ContainerState state : folder.states()) {
            states.put(state.name(), state);
        }
        boolean lost = false;
        for (ContainerState state : List.copyOf(states.values())) {
            JsonNode container = find(state.name());
            if (state.phase() != Phase.RUNNING || container == null) {
                continue;
            }
            Instant now = node.clock().instant();
            if (node.starts().isBuiltIn(container)) {
                put(state.cutOff(now));
                continue;
            }
            String uid = pod.path("metadata").path("uid").asText();
            switch (ContainerProcess.find(folder.start(state.name(), state.restarts()), node.settings().isolation(), uid, state.name())) {
                case ContainerProcess.Found.Running found -> {
                    running.put(state.name(), found.process());
                    watch(state.name(), state.restarts(), found.process());
                }
                case ContainerProcess.Found.Ended found -> ended(new Signal.Over(state.name(), state.restarts(), found.end()));
                case ContainerProcess.Found.NeverStarted ignored -> put(state.waiting("ContainerCreating", "", now));
                case ContainerProcess.Found.Lost ignored -> {
                    lost = true;
                    put(state.over(describe(new RunningContainer.End(null, null), state.startedAt(), now)));
                }
            }
        }
        if (lost) {
            beginToEnd(new PodStatus.Ending("Lost", "a container of this pod was lost: neither its process nor its exit code is left", true), grace());
        }
    }
}
