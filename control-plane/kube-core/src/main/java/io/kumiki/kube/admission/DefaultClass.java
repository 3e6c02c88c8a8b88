package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;

/// What a new claim takes from others: the default storage class.
public final class DefaultClass implements Admission.Step {
    private static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        ObjectNode object = request.object();
        if (request.creates("persistentvolumeclaims") && !object.path("spec").has("storageClassName")) {
            for (StoredObject each : store.all("storageclasses.storage.k8s.io", "")) {
                JsonNode marks = Json.parse(each.json()).path("metadata").path("annotations");
                if (marks.path(DEFAULT_CLASS).asText().equals("true")) {
                    object.withObject("/spec")
                            .put("storageClassName", each.key().name());
                }
            }
        }
    }
}
