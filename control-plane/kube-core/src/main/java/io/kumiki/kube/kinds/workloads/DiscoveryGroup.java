package io.kumiki.kube.kinds.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Fields;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.KindRules;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `discovery.k8s.io`.
public final class DiscoveryGroup {
    private static final int MOST = 1000;

    private DiscoveryGroup() {}

    public static List<Kind> kinds() {
        return List.of(Kind.modelled(ResourceType.ENDPOINT_SLICES, "EndpointSlice", true, "discovery.v1.EndpointSlice")
                .columns(() -> WorkloadColumns.ENDPOINT_SLICE)
                .withGeneration()
                .rules(RULES));
    }

    private static final KindRules RULES = new KindRules() {
        @Override
        public void complete(ObjectNode slice, @Nullable ObjectNode old) {
            for (JsonNode port : slice.path("ports")) {
                ObjectNode one = (ObjectNode) port;
                Fields.fill(one, "protocol", "TCP");
                if (!one.hasNonNull("name")) {
                    one.put("name", "");
                }
            }
            slice.path("endpoints").forEach(endpoint -> ((ObjectNode) endpoint).withObject("/conditions"));
        }

        @Override
        public void validate(ObjectNode slice, @Nullable ObjectNode old, List<Violation> violations) {
            Checks checks = new Checks(slice, violations);
            checks.oneOf("addressType", "IPv4", "IPv6", "FQDN");
            if (old != null) {
                checks.unchanged(old, Set.of("addressType"));
            }
            if (slice.path("endpoints").size() > MOST) {
                checks.add(new Violation(
                        "endpoints",
                        "FieldValueTooMany",
                        "Too many: " + slice.path("endpoints").size() + ": must have at most 1000 items"));
            }
            int index = 0;
            for (JsonNode endpoint : slice.path("endpoints")) {
                String where = "endpoints[" + index++ + "].addresses";
                if (endpoint.path("addresses").isEmpty()) {
                    checks.add(Names.required(where, "must contain at least 1 address"));
                }
            }
        }
    };
}
