package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.pod.ContainerState;
import io.kumiki.localcluster.node.pod.NotYet;
import io.kumiki.localcluster.node.pod.PodPlan;
import io.kumiki.localcluster.node.pod.PodPlan.Act;
import io.kumiki.localcluster.node.pod.PodStatus;
import io.kumiki.localcluster.node.process.MemoryMounts;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One pod's life on this node, on one virtual thread: it waits for something to happen, asks [PodPlan] what
/// follows, does it, writes the status.
final class PodWorker {
    private static final Logger LOG = LoggerFactory.getLogger(PodWorker.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    /// What the worker needs of its node.
    record Node(
            NodeCluster cluster,
            NodeSettings settings,
            ContainerStart starts,
            PodPreparation preparation,
            PodLogFiles logs,
            PodNetwork network,
            HostsFiles hosts,
            Clock clock) {}

    private final Node node;
    private final PodFolder folder;
    private final PodPlan plan;
    private final LinkedBlockingQueue<PodSignal> signals = new LinkedBlockingQueue<>();
    private final PodContainers containers;
    private final Runnable whenOver;
    private final PodNetwork.Joined network;
    private volatile JsonNode pod;
    private final PodEnd end;
    private final StatusWriter statuses;
    private @Nullable Instant askAgain;
    private boolean gone;
    private volatile JsonNode newest;
    private boolean deleteFinished;
    private boolean abandoned;
    /// Nothing runs and nothing will; the last status may still have to be written.
    private boolean over;

    private volatile boolean finished;

    PodWorker(Node node, JsonNode pod, Runnable whenOver) {
        this.node = node;
        this.pod = pod;
        this.newest = pod;
        this.whenOver = whenOver;
        this.folder = new PodFolder(node.settings().folder(), pod.path("metadata"));
        this.network = node.network().join(pod, folder.exists());
        this.plan = new PodPlan(pod.path("spec"));
        this.containers = new PodContainers(node, folder, plan, network, signals::add);
        JsonNode since = pod.path("status").path("startTime");
        Instant startTime =
                since.isTextual() ? Instant.parse(since.asText()) : node.clock().instant();
        this.end = new PodEnd(startTime);
        this.statuses = new StatusWriter(node.cluster(), network, startTime, node.clock());
    }

    void changed(JsonNode newer) {
        newest = newer;
        signals.add(new PodSignal.Changed(newer));
    }

    void end(PodStatus.Ending why, Duration grace) {
        signals.add(new PodSignal.End(why, grace));
    }

    void gone() {
        signals.add(new PodSignal.Gone());
    }

    void renewTokens() {
        signals.add(new PodSignal.RenewTokens());
    }

    void abandon() {
        signals.add(new PodSignal.Abandon());
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
        return containers.openLogs();
    }

    boolean writesTo(Path log) {
        return containers.openLogs().contains(log);
    }

    /// Null when it does not run.
    @Nullable
    RunningContainer running(String container) {
        return containers.running(container);
    }

    /// Where a running container's output goes; null when it does not run.
    @Nullable
    Path log(String container) {
        return containers.log(container);
    }

    PodNetwork.Joined network() {
        return network;
    }

    Thread start() {
        return Thread.ofVirtual()
                .name("pod " + pod.path("metadata").path("name").asText())
                .start(this::run);
    }

    private void run() {
        try {
            node.hosts().join(pod, folder, network);
            if (!folder.exists()) {
                containers.begin(pod.path("spec"));
                node.starts().notes(pod).forEach(note -> node.cluster().noteImage(pod, note));
            } else if (containers.adopt(pod)) {
                beginToEnd(
                        new PodStatus.Ending(
                                "Lost",
                                "a container of this pod was lost: neither its process nor its exit code is left",
                                true),
                        grace());
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
            LOG.error(
                    "pod {} cannot be worked on",
                    pod.path("metadata").path("name").asText(),
                    e);
            containers.killAll();
            publish("Failed", new PodStatus.Ending("NodeError", "the node could not work on this pod: " + e, true));
            finished = true;
        } finally {
            containers.leave();
            if (!abandoned) {
                node.network().leave(pod.path("metadata").path("uid").asText());
                releaseMemory();
            }
            node.starts().leave(pod);
            node.hosts().leave(pod.path("metadata").path("uid").asText());
            whenOver.run();
        }
    }

    private void releaseMemory() {
        try {
            MemoryMounts.release(folder.path());
        } catch (IOException e) {
            LOG.warn("volumes in memory below {} stay until the pod's folder goes", folder.path(), e);
        }
    }

    private void waitForSignal() throws InterruptedException, IOException {
        Instant now = node.clock().instant();
        Instant next = earliest();
        PodSignal signal = next == null
                ? signals.take()
                : signals.poll(Math.max(0, Duration.between(now, next).toMillis()) + 1, TimeUnit.MILLISECONDS);
        while (signal != null) {
            hear(signal);
            signal = signals.poll();
        }
    }

    private @Nullable Instant earliest() {
        List<Instant> times = new ArrayList<>();
        Instant kill = containers.nextKill();
        if (kill != null) {
            times.add(kill);
        }
        if (askAgain != null) {
            times.add(askAgain);
        }
        Instant deadline = end.deadline(pod);
        if (deadline != null) {
            times.add(deadline);
        }
        return times.stream().min(Instant::compareTo).orElse(null);
    }

    private void hear(PodSignal signal) throws IOException, InterruptedException {
        Instant now = node.clock().instant();
        Instant until = end.until(pod, now);
        switch (signal) {
            case PodSignal.Changed changed -> look(changed.pod());
            case PodSignal.Over over -> containers.ended(pod, over.container(), over.number(), over.end(), end.begun());
            case PodSignal.Begun begun -> containers.begun(pod, begun, until, now);
            case PodSignal.Asked asked -> containers.asked(pod, asked, until, now);
            case PodSignal.Hooked hooked -> containers.hooked(pod, hooked);
            case PodSignal.End ordered -> beginToEnd(ordered.why(), ordered.grace());
            case PodSignal.Gone ignored -> {
                gone = true;
                beginToEnd(new PodStatus.Ending("Deleted", "the pod object is gone", false), Duration.ZERO);
            }
            case PodSignal.RenewTokens ignored -> renew();
            case PodSignal.Abandon ignored -> abandoned = true;
        }
    }

    private void renew() throws IOException {
        try {
            if (containers.anyRuns()) {
                node.preparation().renewTokens(pod, folder);
            }
        } catch (NotYet | RuntimeException e) {
            LOG.warn(
                    "tokens of pod {} could not be renewed; tried again later: {}",
                    pod.path("metadata").path("name").asText(),
                    e.toString());
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
        return PodEnd.grace(pod);
    }

    private void beginToEnd(PodStatus.Ending why, Duration grace) {
        Instant sooner = end.begin(why, node.clock().instant().plus(grace));
        if (sooner != null) {
            containers.atMostUntil(sooner);
        }
    }

    private void act() throws InterruptedException, IOException {
        askAgain = null;
        Instant now = node.clock().instant();
        Instant deadline = end.deadline(pod);
        if (deadline != null && !now.isBefore(deadline) && !PodPlan.isOver(containers.states())) {
            beginToEnd(
                    new PodStatus.Ending(
                            "DeadlineExceeded", "Pod was active on the node longer than the specified deadline", false),
                    grace());
        }
        boolean changed = true;
        while (changed && !finished) {
            changed = false;
            for (Act act : plan.decide(containers.states(), end.begun(), now)) {
                changed |= carryOut(act, now);
            }
        }
        containers.killOverdue(now);
        if (!finished && !gone && !over) {
            publish(PodStatus.phase(containers.states()), null);
        }
    }

    /// True when the plan must be asked again at once.
    private boolean carryOut(Act act, Instant now) throws InterruptedException, IOException {
        switch (act) {
            case Act.Start start -> {
                Instant retry = containers.start(pod, start.container(), now);
                askAgain(retry);
                return retry == null;
            }
            case Act.Stop stop -> containers.stop(pod, stop.container(), end.until(pod, now), now, gone);
            case Act.AskAgain again -> askAgain(again.at());
            case Act.Finish finish -> finish(finish.succeeded());
        }
        return false;
    }

    private void askAgain(@Nullable Instant at) {
        if (at != null && (askAgain == null || at.isBefore(askAgain))) {
            askAgain = at;
        }
    }

    /// The last status must be written before the worker goes; while that fails it is tried again.
    private void finish(boolean succeeded) {
        over = true;
        PodStatus.Ending why = end.why();
        boolean deleted = why != null && why.reason().equals("Deleted");
        if (!gone) {
            if (!publish(succeeded || (deleted && allWell()) ? "Succeeded" : "Failed", deleted ? null : why)) {
                return;
            }
            if (pod.path("metadata").has("deletionTimestamp")) {
                deleteFinished = true;
                node.cluster().finishDelete(pod);
            }
        }
        finished = true;
    }

    private boolean allWell() {
        return containers.states().stream()
                .filter(s -> s.kind() == ContainerState.Kind.MAIN)
                .allMatch(s -> s.ended() != null && s.ended().exitCode() == 0);
    }

    /// False when the cluster takes no write just now (a full disk): then it is tried again.
    private boolean publish(String phase, PodStatus.@Nullable Ending why) {
        JsonNode next = statuses.write(pod, containers.states(), phase, why);
        if (next == null) {
            askAgain(node.clock().instant().plus(RETRY));
            return false;
        }
        pod = next;
        return true;
    }
}
