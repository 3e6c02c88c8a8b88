package io.kumiki.kube.controllers.nodes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Action;
import io.kumiki.kube.controllers.OwnPods;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Of pods that ended only so many are kept, in all namespaces together; the oldest go. A tenth more than needed goes
/// at once, so that not every further pod asks again.
///
/// @param kept how many
record EndedPodsReconciler(int kept) implements Reconciler {

    @Override
    public Plan decide(ObjectNode namespace, World world, Instant now) {
        List<PodView> ended = new ArrayList<>(world.endedPods());
        if (ended.size() <= kept) {
            return Plan.NOTHING;
        }
        ended.sort(Comparator.comparing(PodView::created).thenComparing(PodView::uid));
        int surplus = ended.size() - kept + kept / 10;
        List<Action> actions = new ArrayList<>();
        for (PodView pod : ended.subList(0, Math.min(surplus, OwnPods.BURST))) {
            actions.add(new Action.Delete(
                    ResourceType.PODS,
                    pod.stored().key().namespace(),
                    pod.name(),
                    Deletion.NOW.onlyUid(pod.uid()),
                    null));
        }
        return Plan.of(actions);
    }
}
