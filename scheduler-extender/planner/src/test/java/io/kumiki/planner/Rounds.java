package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.words.Why;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Nobody more is told to leave for a winner while the room that those before are leaving is still on its way.
final class Rounds {
    private static final Pattern FOR = Pattern.compile("[mn]/(\\S+)(?: \\(.*\\))? has priority .*");

    private final World world;
    /// By winner and victim (a gang, or a pod without one): when it was told first.
    private final Map<String, Map<String, Long>> told = new TreeMap<>();
    int waited;

    Rounds(World world) {
        this.world = world;
    }

    /// Those before have made room for it, or whoever was to have it is gone, or had it and lost it.
    void written(Decision.WriteStatus write) {
        boolean has = write.status().phase().holds() && write.status().phase() != Gang.Phase.Releasing;
        if (has || Why.Preempted.name().equals(write.status().reason())) {
            told.remove(write.name());
        }
    }

    void over(String pod) {
        told.remove(pod);
    }

    /// A single pod's kept place is in the leader's memory only.
    void elected() {
        told.keySet().removeIf(world.pods::containsKey);
    }

    /// @param sure nothing happened that could spoil the room that was to come
    void decided(Decision decision, long now, boolean sure) {
        switch (decision) {
            case Decision.EvictPod evict -> {
                var member = evict.pod().member();
                told(evict.why(), member == null ? evict.pod().uid() : member.gang(), now, sure);
            }
            // A gang's pods are told when its object says so, however often that write gets lost.
            case Decision.WriteStatus write
            when write.status().phase() == Gang.Phase.Releasing ->
                told(String.valueOf(write.status().message()), write.name(), now, sure);
            default -> {}
        }
    }

    private void told(String why, String victim, long now, boolean sure) {
        Matcher winner = FOR.matcher(why);
        if (!winner.matches()) {
            return;
        }
        Map<String, Long> before = told.computeIfAbsent(winner.group(1), _ -> new HashMap<>());
        if (before.putIfAbsent(victim, now) != null) {
            return;
        }
        for (var earlier : before.entrySet()) {
            if (earlier.getValue() < now - 1000 && leaves(earlier.getKey())) {
                waited++;
                if (sure && now - earlier.getValue() < Earmarks.LONGEST) {
                    throw new AssertionError("V: " + victim + " is told at " + now + " to leave for " + winner.group(1)
                            + ", and " + earlier.getKey() + ", told at " + earlier.getValue()
                            + ", is still on its way");
                }
            }
        }
    }

    private boolean leaves(String victim) {
        return world.pods.values().stream().anyMatch(pod -> {
            NodeFact node = world.nodes.get(pod.node);
            return (pod.uid.equals(victim) || pod.gang.equals(victim))
                    && pod.terminating
                    && pod.takes()
                    && node != null
                    && node.usable();
        });
    }
}
