package io.kumiki.kube.controllers.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.controllers.Controller;
import io.kumiki.kube.controllers.Meta;
import io.kumiki.kube.controllers.Plan;
import io.kumiki.kube.controllers.Reconciler;
import io.kumiki.kube.controllers.World;
import io.kumiki.kube.store.ObjectKey;
import java.time.Instant;
import java.util.List;

/// Endpoints go with their service, which they only share the name with. Those that somebody made for no service stay.
public final class LeftoverEndpoints implements Reconciler {
    public static Controller controller() {
        return Controller.woken("endpoint-controller", ResourceType.ENDPOINTS, new LeftoverEndpoints())
                .wokenBy(ResourceType.SERVICES, (change, owners, wake) -> {
                    if (change.after() == null) {
                        wake.accept(new ObjectKey(
                                ResourceType.ENDPOINTS.storage(),
                                change.key().namespace(),
                                change.key().name()));
                    }
                })
                // Of a start: the service may have gone just before the end of the last one.
                .wokenBy(ResourceType.ENDPOINTS, (change, owners, wake) -> {
                    var made = change.after();
                    if (made != null && change.before() == null && made.label(EndpointsReconciler.MANAGER) != null) {
                        wake.accept(change.key());
                    }
                });
    }

    @Override
    public Plan decide(ObjectNode endpoints, World world, Instant now) {
        boolean served = world.get(ResourceType.SERVICES, Meta.namespace(endpoints), Meta.name(endpoints)) != null;
        return served
                ? Plan.NOTHING
                : Plan.of(List.of(Meta.delete(ResourceType.ENDPOINTS, endpoints, Deletion.DEFAULT, null)));
    }
}
