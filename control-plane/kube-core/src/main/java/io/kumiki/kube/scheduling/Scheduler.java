package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The scheduler without I/O: it is told what happened, says which pod to try next, and remembers what became of it.
/// One thread. Extender calls, writes and binds belong to the shell.
public final class Scheduler {
    private final SchedulerRules rules;
    private final Predicate<JsonNode> decidedOutside;
    private final PodShape.Known shapes;
    private final NodeTable table = new NodeTable();
    private final Budgets budgets = new Budgets();
    private final WaitingPods waiting;
    private final Map<String, VolumePlan> plans = new HashMap<>();

    /// @param ignored resources that extenders count
    /// @param decidedOutside whether an extender has a say about a pod
    public Scheduler(SchedulerRules rules, Collection<String> ignored, Predicate<JsonNode> decidedOutside) {
        this.rules = rules;
        this.decidedOutside = decidedOutside;
        this.shapes = new PodShape.Known(ignored);
        this.waiting = new WaitingPods(rules.firstPause(), rules.longestPause());
    }

    /// What is to be done about a pod that was told of.
    public enum Seen {
        NOTHING,
        /// It has gates: its condition must say so.
        GATED
    }

    public void node(JsonNode node, Instant now) {
        happened(table.putNode(node), now);
    }

    public void nodeGone(String name, Instant now) {
        happened(table.removeNode(name), now);
    }

    public Seen pod(JsonNode pod, Instant now) {
        String phase = pod.path("status").path("phase").asText();
        String uid = pod.path("metadata").path("uid").asText();
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            podGone(uid, now);
            return Seen.NOTHING;
        }
        PodEntry entry = PodEntry.read(pod, shapes);
        String node = pod.path("spec").path("nodeName").asText("");
        if (!node.isEmpty()) {
            waiting.remove(uid);
            table.nominations.remove(uid);
            plans.remove(uid);
            happened(table.place(entry, node, true), now);
            return Seen.NOTHING;
        }
        if (table.nodeOf(uid) != null) {
            // Assumed: its bind is under way, whatever else changes.
            return Seen.NOTHING;
        }
        boolean gated = !pod.path("spec").path("schedulingGates").isEmpty();
        boolean ours =
                rules.names().contains(pod.path("spec").path("schedulerName").asText("default-scheduler"));
        if (!ours || gated || entry.marks().terminating()) {
            waiting.remove(uid);
            giveUpNomination(entry, now);
            return ours && gated && !entry.marks().terminating() ? Seen.GATED : Seen.NOTHING;
        }
        String nominated = table.nominations.seen(entry);
        waiting.put(entry.nominatedTo(nominated), decidedOutside.test(pod));
        return Seen.NOTHING;
    }

    /// A pod as this scheduler keeps it.
    public PodEntry read(JsonNode pod) {
        return PodEntry.read(pod, shapes);
    }

    public void podGone(String uid, Instant now) {
        waiting.remove(uid);
        release(uid);
        String node = table.nominations.remove(uid);
        ClusterEvent left = table.removePod(uid);
        happened(left, now);
        NodeEntry kept = node == null ? null : table.node(node);
        if (kept != null && left == null) {
            // Its place was kept for it; now it is for others.
            happened(new ClusterEvent.NodeChanged(kept, kept.facts()), now);
        }
    }

    private void giveUpNomination(PodEntry pod, Instant now) {
        String node = table.nominations.remove(pod.uid());
        NodeEntry kept = node == null ? null : table.node(node);
        if (kept != null) {
            happened(new ClusterEvent.PodLeft(pod, kept), now);
        }
    }

    public void claim(JsonNode claim, boolean gone, Instant now) {
        JsonNode metadata = claim.path("metadata");
        if (gone) {
            table.volumes.claimGone(
                    metadata.path("namespace").asText(), metadata.path("name").asText());
        } else {
            table.volumes.claim(claim);
        }
        happened(new ClusterEvent.StorageChanged(), now);
    }

    public void volume(JsonNode volume, boolean gone, Instant now) {
        if (gone) {
            table.volumes.volumeGone(volume.path("metadata").path("name").asText());
        } else {
            table.volumes.volume(volume);
        }
        happened(new ClusterEvent.StorageChanged(), now);
    }

    public void storageClass(JsonNode storageClass, boolean gone, Instant now) {
        if (gone) {
            table.volumes.storageClassGone(
                    storageClass.path("metadata").path("name").asText());
        } else {
            table.volumes.storageClass(storageClass);
        }
        happened(new ClusterEvent.StorageChanged(), now);
    }

    public void budget(JsonNode budget, boolean gone) {
        if (gone) {
            budgets.remove(budget);
        } else {
            budgets.put(budget);
        }
    }

    public void namespace(JsonNode namespace, boolean gone, Instant now) {
        String name = namespace.path("metadata").path("name").asText();
        if (gone) {
            table.neighbours.namespaceGone(name);
            return;
        }
        Map<String, String> labels = new HashMap<>();
        namespace
                .path("metadata")
                .path("labels")
                .properties()
                .forEach(entry -> labels.put(entry.getKey(), entry.getValue().asText()));
        table.neighbours.namespace(name, labels);
        happened(new ClusterEvent.NamespaceChanged(), now);
    }

    private void happened(@Nullable ClusterEvent event, Instant now) {
        if (event != null) {
            waiting.happened(event, table.neighbours::labelsOf, now);
        }
    }

    /// The pod to try now, or null. It comes again unless one of the following is told about it.
    public @Nullable Attempt next(Instant now) {
        PodEntry pod = waiting.next(now);
        return pod == null ? null : new Attempt(pod, waiting.alone(pod.uid()), table, budgets);
    }

    /// When there is something to try again, or null when nothing waits for time alone.
    public @Nullable Instant nextDue() {
        return waiting.nextDue();
    }

    /// The pod is as good as on that node; its bind may begin.
    public VolumePlan assume(Attempt attempt, String node, Instant now) {
        PodEntry pod = attempt.pod();
        VolumePlan plan = attempt.volumes(node);
        if (!plan.isEmpty()) {
            table.volumes.promise(plan);
            plans.put(pod.uid(), plan);
        }
        waiting.remove(pod.uid());
        table.nominations.remove(pod.uid());
        happened(table.place(pod, node, false), now);
        return plan;
    }

    /// The bind came to nothing: the room is free again, and the pod is tried again after a pause.
    ///
    /// @param pod as it is now, or null when it is gone
    public void bindFailed(String uid, @Nullable JsonNode pod, Instant now) {
        release(uid);
        happened(table.forget(uid), now);
        if (pod != null && table.nodeOf(uid) == null) {
            pod(pod, now);
            waiting.retry(uid, now);
        }
    }

    private void release(String uid) {
        VolumePlan plan = plans.remove(uid);
        if (plan != null) {
            table.volumes.release(plan);
        }
    }

    /// No node and no victims: the pod waits for an event that can help.
    ///
    /// @param clears whether a node that was being cleared for it is given up
    public void unschedulable(Attempt attempt, boolean clears, Instant now) {
        PodEntry pod = attempt.pod();
        if (clears && !pod.nominatedNode().isEmpty()) {
            PodEntry plain = pod.nominatedTo("");
            waiting.nominated(plain);
            waiting.failed(pod.uid(), attempt.causes(), now);
            giveUpNomination(plain, now);
        } else {
            waiting.failed(pod.uid(), attempt.causes(), now);
        }
    }

    /// Victims are leaving that node for the pod: its place there is kept, and it waits until they are gone.
    ///
    /// @return pods of less priority that lose the same node and are tried again
    public List<PodEntry> nominate(Attempt attempt, String node, Instant now) {
        PodEntry pod = attempt.pod().nominatedTo(node);
        List<PodEntry> losers = new ArrayList<>(table.nominations.lesser(pod, node));
        for (PodEntry loser : losers) {
            table.nominations.remove(loser.uid());
            waiting.nominated(loser.nominatedTo(""));
            waiting.retry(loser.uid(), now);
        }
        table.nominations.put(pod, node);
        waiting.nominated(pod);
        waiting.failed(pod.uid(), attempt.causes(), now);
        return losers;
    }

    /// An error of the world, not of the pod: tried again by time.
    public void retry(Attempt attempt, Instant now) {
        waiting.retry(attempt.pod().uid(), now);
    }

    /// A pod on a node, for what an extender says about victims; null when it is not there.
    public @Nullable PodEntry podOn(String nodeName, String uid) {
        NodeEntry node = table.node(nodeName);
        return node == null ? null : node.pod(uid);
    }

    public int waitingPods() {
        return waiting.size();
    }
}
