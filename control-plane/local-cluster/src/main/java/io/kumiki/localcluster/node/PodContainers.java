package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.health.Handlers;
import io.kumiki.localcluster.node.health.Handlers.Outcome;
import io.kumiki.localcluster.node.pod.ContainerState;
import io.kumiki.localcluster.node.pod.ContainerState.Ended;
import io.kumiki.localcluster.node.pod.ContainerState.Phase;
import io.kumiki.localcluster.node.pod.Handler;
import io.kumiki.localcluster.node.pod.NotYet;
import io.kumiki.localcluster.node.pod.PodPlan;
import io.kumiki.localcluster.node.process.Found;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The containers of one pod: what is known of each, saved at every change, and what runs. Used by the pod's own
/// thread, except [#openLogs], [#running(String)] and [#log].
final class PodContainers {
    private static final Duration SHORTEST_GRACE = Duration.ofSeconds(2);

    private final PodWorker.Node node;
    private final PodFolder folder;
    private final PodPlan plan;
    private final PodNetwork.Joined network;
    private final Consumer<PodSignal> signals;
    private final Map<String, ContainerState> states = new LinkedHashMap<>();
    private final Map<String, RunningContainer> running = new ConcurrentHashMap<>();
    private final PodHealth health;
    private final ContainerEnds ends;
    private final ContainerStops stops = new ContainerStops();
    private final Map<String, Thread> waits = new HashMap<>();
    private final Map<String, Path> openLogs = new ConcurrentHashMap<>();
    private ContainerStart.@Nullable Prepared prepared;

    /// @param signals takes, on any thread, what happens to containers
    PodContainers(
            PodWorker.Node node,
            PodFolder folder,
            PodPlan plan,
            PodNetwork.Joined network,
            Consumer<PodSignal> signals) {
        this.node = node;
        this.folder = folder;
        this.plan = plan;
        this.network = network;
        this.signals = signals;
        this.ends = new ContainerEnds(folder, node.clock());
        this.health = new PodHealth(node.cluster(), plan, network.address(), signals);
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

    @Nullable
    RunningContainer running(String container) {
        return running.get(container);
    }

    @Nullable
    Path log(String container) {
        return openLogs.get(container);
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
            JsonNode container = PodPlan.container(pod, state.name());
            if (state.phase() != Phase.RUNNING || container == null) {
                continue;
            }
            if (node.starts().isBuiltIn(container)) {
                put(pod, state.cutOff(node.clock().instant()));
            } else {
                lost |= adopt(pod, container, state);
            }
        }
        return lost;
    }

    private boolean adopt(JsonNode pod, JsonNode container, ContainerState state)
            throws InterruptedException, IOException {
        switch (node.starts().find(pod, container, state.restarts(), folder)) {
            case Found.Running found -> {
                running.put(state.name(), found.container());
                watch(state.name(), state.restarts(), found.container());
                health.ask(pod, state, found.container());
            }
            case Found.Ended found -> ended(pod, state.name(), state.restarts(), found.end(), false);
            case Found.NeverStarted ignored ->
                put(pod, state.waiting("ContainerCreating", "", node.clock().instant()));
            case Found.Lost ignored -> {
                put(pod, state.over(ends.describe(pod, state, RunningContainer.End.UNKNOWN)));
                return true;
            }
        }
        return false;
    }

    /// Starts one; returns when to try again, or null when it was started or can never be.
    @Nullable
    Instant start(JsonNode pod, String name, Instant now) throws IOException {
        ContainerState state = Objects.requireNonNull(states.get(name));
        JsonNode container = Objects.requireNonNull(PodPlan.container(pod, name));
        try {
            if (prepared == null) {
                prepared = node.preparation().prepare(pod, folder, network);
            }
            String image = node.starts().awaitImage(pod, container, state.restarts());
            ContainerState up = state.running(now, plan.health(name, false, false), image);
            put(pod, up);
            RunningContainer started = node.starts().start(pod, container, state.restarts(), prepared);
            running.put(name, started);
            watch(name, state.restarts(), started);
            health.ask(pod, up, started);
            return null;
        } catch (NotYet missing) {
            // A missing ConfigMap, an unbound claim, an image on its way; the kubelet keeps asking too.
            put(
                    pod,
                    state.waiting(
                            missing.reason(), Objects.requireNonNull(missing.getMessage()), now.plus(missing.pause())));
            return now.plus(missing.pause());
        } catch (ContainerStart.Impossible | IOException never) {
            String why =
                    never instanceof IOException ? "the container could not be started: " + never : never.getMessage();
            put(
                    pod,
                    plan.after(
                            state.running(now, ContainerState.Health.UNASKED, state.imageId()),
                            new Ended(128, "StartError", why, now, now),
                            false));
            return null;
        }
    }

    private void watch(String container, int number, RunningContainer started) throws IOException {
        openLogs.put(container, folder.log(container, number));
        Thread waiting = Thread.ofVirtual().name("wait " + container).start(() -> {
            try {
                signals.accept(new PodSignal.Over(container, number, started.await()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        waits.put(container, waiting);
    }

    /// One start has ended; `ending`: nothing is to be started again.
    void ended(JsonNode pod, String name, int number, RunningContainer.End end, boolean ending) throws IOException {
        ContainerState state = Objects.requireNonNull(states.get(name));
        if (state.phase() != Phase.RUNNING || state.restarts() != number) {
            return;
        }
        running.remove(name);
        waits.remove(name);
        Path log = openLogs.remove(name);
        if (log != null) {
            node.logs().note(log);
        }
        stops.ended(name);
        health.ended(name);
        put(pod, plan.after(state, ends.describe(pod, state, end), ending || PodPlan.isOver(states())));
    }

    /// The postStart hook is done; when it failed the container ends.
    void begun(JsonNode pod, PodSignal.Begun done, Instant end, Instant now) throws IOException, InterruptedException {
        ContainerState state = current(done.container(), done.number());
        if (state == null) {
            return;
        }
        ContainerState next = health.begun(pod, state, done.outcome());
        if (next == null) {
            stop(pod, state.name(), end, now, false);
        } else {
            put(pod, next);
            health.probe(pod, next);
        }
    }

    /// A probe was answered.
    void asked(JsonNode pod, PodSignal.Asked answer, Instant end, Instant now)
            throws IOException, InterruptedException {
        ContainerState state = current(answer.container(), answer.number());
        if (state == null || stops.stopping(state.name())) {
            return;
        }
        switch (health.asked(pod, state, answer)) {
            case PodHealth.Reaction.None ignored -> {}
            case PodHealth.Reaction.Now is -> {
                put(pod, is.state());
                health.goOn(is.state(), answer.probe());
            }
            case PodHealth.Reaction.End ignored -> {
                Duration own = answer.probe().grace();
                stop(pod, state.name(), own == null ? end : now.plus(own), now, false);
            }
        }
    }

    /// The preStop hook is done: SIGTERM.
    void hooked(JsonNode pod, PodSignal.Hooked done) throws InterruptedException {
        RunningContainer started = running.get(done.container());
        if (current(done.container(), done.number()) == null || started == null || !stops.hooked(done.container())) {
            return;
        }
        if (!done.outcome().passed()) {
            node.cluster()
                    .event(
                            pod,
                            "Warning",
                            "FailedPreStopHook",
                            "PreStopHook failed: " + done.outcome().message());
        }
        started.terminate();
    }

    private @Nullable ContainerState current(String name, int number) {
        ContainerState state = states.get(name);
        return state != null && state.phase() == Phase.RUNNING && state.restarts() == number ? state : null;
    }

    /// SIGTERM now (after the preStop hook, if there is one) and SIGKILL at `until`; once per start. A sidecar's turn
    /// comes late: it gets two seconds even when the mains used up the grace, except after a forced delete.
    void stop(JsonNode pod, String name, Instant until, Instant now, boolean forced) throws InterruptedException {
        RunningContainer started = running.get(name);
        if (started == null || stops.stopping(name)) {
            return;
        }
        ContainerState state = Objects.requireNonNull(states.get(name));
        boolean sidecar = state.kind() == ContainerState.Kind.SIDECAR;
        Instant least = sidecar && !forced ? now.plus(SHORTEST_GRACE) : now;
        Instant end = until.isBefore(least) ? least : until;
        JsonNode container = Objects.requireNonNull(PodPlan.container(pod, name));
        JsonNode given = container.path("lifecycle").path("preStop");
        if (given.isObject() && !forced && until.isAfter(now)) {
            Handler hook = Handler.of(given, container);
            Handlers.Target target = new Handlers.Target(network.address(), started);
            stops.begin(name, end, () -> preStop(hook, target, state, Duration.between(now, end)));
            return;
        }
        stops.begin(name, end, null);
        if (until.isAfter(now) || sidecar) {
            started.terminate();
        }
    }

    private void preStop(Handler hook, Handlers.Target target, ContainerState state, Duration limit) {
        try {
            Outcome outcome = Handlers.run(hook, target, limit);
            signals.accept(new PodSignal.Hooked(state.name(), state.restarts(), outcome));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// No container lives longer than this.
    void atMostUntil(Instant until) {
        stops.atMostUntil(until);
    }

    @Nullable
    Instant nextKill() {
        return stops.next();
    }

    void killOverdue(Instant now) throws InterruptedException {
        stops.overdue(running, now);
    }

    /// The agent goes, the containers stay: nobody is asked or waited for any more.
    void leave() {
        health.leave();
        waits.values().forEach(Thread::interrupt);
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
}
