package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.Meta;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a new size of the Deployment means for its sets: one active set takes it all, several share it in proportion to
/// what they have, so that a rollout in the middle keeps its ratio.
record Scaling(Rollout rollout) {
    List<Action> actions() {
        ObjectNode only = activeOrLatest();
        if (only != null) {
            return Rollout.wanted(only) == rollout.desired()
                    ? told(only)
                    : List.of(rollout.scale(only, rollout.desired()));
        }
        if (saturated()) {
            List<Action> down = new ArrayList<>();
            rollout.old().stream()
                    .filter(set -> Rollout.wanted(set) > 0)
                    .forEach(set -> down.add(rollout.scale(set, 0)));
            return down;
        }
        return rollout.rolling() ? proportional() : List.of();
    }

    /// A set that has the right size may still carry the old wish.
    private List<Action> told(ObjectNode set) {
        boolean known = Meta.annotation(set, Rollout.DESIRED).equals(Integer.toString(rollout.desired()));
        return known ? List.of() : List.of(rollout.scale(set, rollout.desired()));
    }

    private @Nullable ObjectNode activeOrLatest() {
        List<ObjectNode> active =
                rollout.all().stream().filter(set -> Rollout.wanted(set) > 0).toList();
        if (active.size() > 1) {
            return null;
        }
        if (!active.isEmpty()) {
            return active.getFirst();
        }
        if (rollout.latest() != null) {
            return rollout.latest();
        }
        return rollout.old().isEmpty() ? null : rollout.old().getLast();
    }

    private boolean saturated() {
        ObjectNode latest = rollout.latest();
        return latest != null
                && Rollout.wanted(latest) == rollout.desired()
                && Meta.annotation(latest, Rollout.DESIRED).equals(Integer.toString(rollout.desired()))
                && Rollout.available(latest) == rollout.desired();
    }

    private List<Action> proportional() {
        List<ObjectNode> sets = new ArrayList<>(
                rollout.all().stream().filter(set -> Rollout.wanted(set) > 0).toList());
        int allowed = rollout.desired() > 0 ? rollout.desired() + rollout.maxSurge() : 0;
        int toAdd = allowed - sets.stream().mapToInt(Rollout::wanted).sum();
        Comparator<ObjectNode> byAge = Comparator.comparing(
                set -> set.path("metadata").path("creationTimestamp").asText());
        sets.sort(Comparator.comparingInt(Rollout::wanted)
                .reversed()
                .thenComparing(toAdd > 0 ? byAge.reversed() : byAge));
        Map<ObjectNode, Integer> sizes = new LinkedHashMap<>();
        int added = 0;
        for (ObjectNode set : sets) {
            int part = toAdd == 0 ? 0 : part(set, toAdd, added);
            sizes.put(set, Rollout.wanted(set) + part);
            added += part;
        }
        if (!sets.isEmpty()) {
            int leftover = toAdd - added;
            sizes.merge(sets.getFirst(), leftover, (size, rest) -> Math.max(0, size + rest));
        }
        List<Action> actions = new ArrayList<>();
        sizes.forEach((set, size) -> actions.add(rollout.scale(set, size)));
        return actions;
    }

    private int part(ObjectNode set, int toAdd, int added) {
        int allowed = toAdd - added;
        if (allowed == 0) {
            return 0;
        }
        int fraction = fraction(set);
        return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
    }

    private int fraction(ObjectNode set) {
        int size = Rollout.wanted(set);
        if (rollout.desired() == 0) {
            return -size;
        }
        long before = number(Meta.annotation(set, Rollout.MAX));
        if (before == 0) {
            before = rollout.deployment().path("status").path("replicas").asInt();
        }
        if (before == 0) {
            return 0;
        }
        return (int) Math.round((double) size * (rollout.desired() + rollout.maxSurge()) / before) - size;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
