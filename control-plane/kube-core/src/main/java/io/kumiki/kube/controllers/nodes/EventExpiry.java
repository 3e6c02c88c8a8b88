package io.kumiki.kube.controllers.nodes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Events go an hour after they were last told, so that the store does not grow with time.
record EventExpiry(Duration life) implements Reconciler {
    @Override
    public Plan decide(ObjectNode event, World world, Instant now) {
        Instant last = Meta.created(event);
        for (var at : List.of(event.path("lastTimestamp"), event.path("series").path("lastObservedTime"))) {
            Instant told = Meta.time(at);
            last = told != null && told.isAfter(last) ? told : last;
        }
        Instant end = last.plus(life);
        return end.isAfter(now)
                ? new Plan(List.of(), null, end)
                : Plan.of(List.of(Meta.delete(ResourceType.EVENTS, event, Deletion.DEFAULT, null)));
    }
}
