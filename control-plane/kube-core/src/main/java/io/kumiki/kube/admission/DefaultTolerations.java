package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.model.Violation;
import java.util.List;

/// Every pod stays five minutes on a node that is lost, unless it says otherwise: short troubles move nothing.
public final class DefaultTolerations implements Admission.Step {
    private static final List<String> TROUBLES =
            List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
    private static final int SECONDS = 300;

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        if (!request.creates("pods") || !(request.object().path("spec") instanceof ObjectNode spec)) {
            return;
        }
        for (String trouble : TROUBLES) {
            if (!mentioned(spec.path("tolerations"), trouble)) {
                ArrayNode tolerations =
                        spec.path("tolerations") instanceof ArrayNode some ? some : spec.putArray("tolerations");
                tolerations
                        .addObject()
                        .put("key", trouble)
                        .put("operator", "Exists")
                        .put("effect", "NoExecute")
                        .put("tolerationSeconds", SECONDS);
            }
        }
    }

    private static boolean mentioned(JsonNode tolerations, String trouble) {
        for (JsonNode toleration : tolerations) {
            String key = toleration.path("key").asText("");
            String effect = toleration.path("effect").asText("");
            if ((key.isEmpty() || key.equals(trouble)) && (effect.isEmpty() || effect.equals("NoExecute"))) {
                return true;
            }
        }
        return false;
    }
}
