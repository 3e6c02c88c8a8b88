package io.kumiki.kube.controllers.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.PodView;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import java.time.Instant;
import java.util.List;

/// Pods whose Job is gone: nobody will count them any more, so nothing may keep them.
final class LeftoverReconciler implements Reconciler {
    @Override
    public Plan decide(ObjectNode pod, World world, Instant now) {
        PodView view = world.pod(Meta.namespace(pod), Meta.name(pod));
        if (view == null || !view.tracked()) {
            return Plan.NOTHING;
        }
        JsonNode owner = Meta.controller(pod);
        if (owner.path("kind").asText().equals("Job")) {
            ObjectNode job = world.get(
                    ResourceType.JOBS, Meta.namespace(pod), owner.path("name").asText());
            if (job != null
                    && Meta.uid(job).equals(owner.path("uid").asText())
                    && !Tally.elsewhere(job)
                    && !Verdict.finished(job)) {
                return Plan.NOTHING;
            }
        }
        return Plan.of(List.of(Tally.release(view)));
    }
}
