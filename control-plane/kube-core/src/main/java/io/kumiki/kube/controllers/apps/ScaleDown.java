package io.kumiki.kube.controllers.apps;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.controllers.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How old sets shrink in a rolling update: first what is broken anyway, then as much as availability allows.
record ScaleDown(Rollout rollout) {
    List<Action> actions() {
        int running = rollout.old().stream().mapToInt(Rollout::wanted).sum();
        ObjectNode latest = rollout.latest();
        if (running == 0 || latest == null) {
            return List.of();
        }
        int least = rollout.desired() - rollout.maxUnavailable();
        int notYet = Rollout.wanted(latest) - Rollout.available(latest);
        int most = rollout.total() - least - notYet;
        if (most <= 0) {
            return List.of();
        }
        Map<ObjectNode, Integer> sizes = new LinkedHashMap<>();
        rollout.old().forEach(set -> sizes.put(set, Rollout.wanted(set)));
        dropBroken(sizes, most);
        dropHealthy(sizes, least);
        List<Action> actions = new ArrayList<>();
        sizes.forEach((set, size) -> {
            if (size != Rollout.wanted(set)) {
                actions.add(rollout.scale(set, size));
            }
        });
        return actions;
    }

    private static void dropBroken(Map<ObjectNode, Integer> sizes, int most) {
        int left = most;
        for (var each : sizes.entrySet()) {
            int broken = Math.max(0, each.getValue() - Rollout.available(each.getKey()));
            int dropped = Math.min(left, broken);
            each.setValue(each.getValue() - dropped);
            left -= dropped;
        }
    }

    private void dropHealthy(Map<ObjectNode, Integer> sizes, int least) {
        int available = rollout.all().stream().mapToInt(Rollout::available).sum();
        int left = available - least;
        for (var each : sizes.entrySet()) {
            if (left <= 0) {
                return;
            }
            int dropped = Math.min(left, each.getValue());
            each.setValue(each.getValue() - dropped);
            left -= dropped;
        }
    }
}
