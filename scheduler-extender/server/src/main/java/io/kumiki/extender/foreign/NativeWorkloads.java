package io.kumiki.extender.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `spec.workloadRef` and scheduling.k8s.io Workload, Kubernetes 1.35.
final class NativeWorkloads implements Format {
    @Override
    public String name() {
        return "workload";
    }

    @Override
    public boolean isNative() {
        return true;
    }

    @Override
    public List<String> lists() {
        return List.of("/apis/scheduling.k8s.io/v1alpha1/workloads");
    }

    @Override
    public @Nullable Membership membership(JsonNode pod) {
        JsonNode workload = pod.path("spec").path("workloadRef");
        if (!workload.isObject()) {
            return null;
        }
        String of = workload.path("name").asText("") + "/"
                + workload.path("podGroup").asText("");
        String replica = workload.path("podGroupReplicaKey").asText("");
        return new Membership(this, of, of.replace('/', '-') + (replica.isEmpty() ? "" : "-" + replica), "", 0);
    }

    @Override
    public Map<String, Terms> declared(JsonNode object) {
        Map<String, Terms> terms = new LinkedHashMap<>();
        String name = object.path("metadata").path("name").asText();
        for (JsonNode group : object.path("spec").path("podGroups")) {
            int minimum = Format.minimum(group.path("policy"));
            if (minimum > 0) {
                terms.put(name + "/" + group.path("name").asText(), new Terms(minimum));
            }
        }
        return terms;
    }
}
