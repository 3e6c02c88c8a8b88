package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.Attempt;
import io.kumiki.kube.scheduling.PodEntry;
import io.kumiki.kube.scheduling.Preemption.Candidate;
import io.kumiki.localcluster.scheduler.ExtenderWire.MetaVictims;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the extenders about one pod, one after another, those that may be ignored last.
final class ExtenderRound {
    private static final Logger LOG = LoggerFactory.getLogger(ExtenderRound.class);

    private final List<Extender> extenders;
    private final List<Extender> filterOrder;
    private final Extender.Objects objects;
    private final PodsOnNodes pods;

    /// Finds the pods that an extender names by uid.
    interface PodsOnNodes {
        @Nullable
        PodEntry pod(String node, String uid);
    }

    ExtenderRound(List<Extender> extenders, Extender.Objects objects, PodsOnNodes pods) {
        this.extenders = extenders;
        this.filterOrder = extenders.stream()
                .sorted(Comparator.comparing(Extender::ignorable))
                .toList();
        this.objects = objects;
        this.pods = pods;
    }

    /// @param pod null when no extender has a say
    void filter(Attempt attempt, @Nullable JsonNode pod) throws Extender.Failed, InterruptedException {
        for (Extender extender : filterOrder) {
            if (pod == null || attempt.feasible() == 0 || !extender.filters(pod)) {
                continue;
            }
            try {
                attempt.keep(extender.filter(pod, attempt.nodes(), objects));
            } catch (Extender.Failed failed) {
                if (!extender.ignorable()) {
                    throw failed;
                }
                LOG.warn("skipping an ignorable extender: {}", failed.getMessage());
            }
        }
    }

    /// What extenders add to the nodes' scores; they are not asked when there is no choice, and their errors count
    /// for nothing.
    Map<String, Long> scores(Attempt attempt, @Nullable JsonNode pod) throws InterruptedException {
        Map<String, Long> scores = new HashMap<>();
        for (Extender extender : extenders) {
            if (pod == null || attempt.feasible() < 2 || !extender.prioritizes(pod)) {
                continue;
            }
            try {
                extender.prioritize(pod, attempt.nodes(), objects)
                        .forEach((node, score) -> scores.merge(node, score, Long::sum));
            } catch (Extender.Failed failed) {
                LOG.warn("prioritize: {}", failed.getMessage());
            }
        }
        return scores;
    }

    /// The candidates that every extender with a preempt verb agrees to, with the victims that it wants.
    List<Candidate> preempt(Attempt attempt, @Nullable JsonNode pod, List<Candidate> candidates)
            throws Extender.Failed, InterruptedException {
        List<Candidate> left = candidates;
        for (Extender extender : extenders) {
            if (pod == null || left.isEmpty() || !extender.preempts(pod)) {
                continue;
            }
            try {
                left = understood(extender.preempt(pod, left, objects), extender.ignorable());
            } catch (Extender.Failed failed) {
                if (!extender.ignorable()) {
                    throw failed;
                }
                LOG.warn(
                        "skipping an ignorable extender in preempt of {}: {}",
                        attempt.pod().name(),
                        failed.getMessage());
            }
        }
        return left;
    }

    private List<Candidate> understood(Map<String, MetaVictims> answer, boolean ignorable) throws Extender.Failed {
        List<Candidate> found = new ArrayList<>();
        for (Map.Entry<String, MetaVictims> node : answer.entrySet()) {
            List<PodEntry> victims = new ArrayList<>();
            for (String uid : node.getValue().uids()) {
                PodEntry victim = pods.pod(node.getKey(), uid);
                if (victim == null) {
                    throw new Extender.Failed(
                            "extender names pod " + uid + " which is not found on node " + node.getKey());
                }
                victims.add(victim);
            }
            if (!victims.isEmpty()) {
                found.add(new Candidate(node.getKey(), victims, node.getValue().violations()));
            } else if (!ignorable) {
                throw new Extender.Failed("expected at least one victim pod on node \"" + node.getKey() + "\"");
            }
        }
        found.sort(Comparator.comparing(Candidate::node));
        return found;
    }
}
