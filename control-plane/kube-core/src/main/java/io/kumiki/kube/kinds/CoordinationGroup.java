package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.table.Column;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `coordination.k8s.io`.
final class CoordinationGroup {
    private CoordinationGroup() {}

    private static final KindRules LEASE = new KindRules() {
        @Override
        public void validate(ObjectNode lease, @Nullable ObjectNode old, List<Violation> violations) {
            JsonNode spec = lease.path("spec");
            if (spec.has("leaseDurationSeconds")
                    && spec.path("leaseDurationSeconds").asInt() <= 0) {
                violations.add(Names.invalid(
                        "spec.leaseDurationSeconds",
                        spec.path("leaseDurationSeconds").asText(),
                        "must be greater than 0"));
            }
            if (spec.path("leaseTransitions").asInt() < 0) {
                violations.add(Names.invalid(
                        "spec.leaseTransitions",
                        spec.path("leaseTransitions").asText(),
                        "must be greater than or equal to 0"));
            }
        }
    };

    static List<Kind> kinds() {
        return List.of(Kind.modelled(ResourceType.LEASES, "Lease", true, "coordination.v1.Lease")
                .rules(LEASE)
                .columns(() -> List.of(Column.NAME, Column.plain("Holder", 0, "spec.holderIdentity"), Column.AGE)));
    }
}
