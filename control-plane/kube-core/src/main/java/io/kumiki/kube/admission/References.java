package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a new object takes from others: a pod's account, a claim's storage class. Nobody owns these fields: they came
/// after the writer.
public final class References implements Admission.Step {
    private static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

    @Override
    public void complete(
            Kind kind, ObjectNode object, @Nullable ObjectNode old, ObjectStore store, List<Violation> violations) {
        if (old != null) {
            return;
        }
        if (kind.storage().equals("pods")) {
            account(object, store);
            patience(object.withObject("/spec"));
        } else if (kind.storage().equals("persistentvolumeclaims")
                && !object.path("spec").has("storageClassName")) {
            for (StoredObject each : store.all("storageclasses.storage.k8s.io", "")) {
                JsonNode marks = Json.parse(each.json()).path("metadata").path("annotations");
                if (marks.path(DEFAULT_CLASS).asText().equals("true")) {
                    object.withObject("/spec")
                            .put("storageClassName", each.key().name());
                }
            }
        }
    }

    /// A pod stays five minutes on a node that is lost, unless it says otherwise.
    private static void patience(ObjectNode spec) {
        if (!spec.has("priority")) {
            spec.put("priority", 0);
        }
        if (!spec.has("preemptionPolicy")) {
            spec.put("preemptionPolicy", "PreemptLowerPriority");
        }
        for (String taint : List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")) {
            boolean said = false;
            for (JsonNode each : spec.path("tolerations")) {
                String key = each.path("key").asText("");
                String effect = each.path("effect").asText("");
                said |= (key.equals(taint) || key.isEmpty()) && (effect.isEmpty() || effect.equals("NoExecute"));
            }
            if (!said) {
                spec.withArray("/tolerations")
                        .addObject()
                        .put("key", taint)
                        .put("operator", "Exists")
                        .put("effect", "NoExecute")
                        .put("tolerationSeconds", 300);
            }
        }
    }

    private static void account(ObjectNode pod, ObjectStore store) {
        String namespace = pod.path("metadata").path("namespace").asText();
        ObjectNode spec = pod.withObject("/spec");
        if (spec.path("serviceAccountName").asText("").isEmpty()) {
            spec.put("serviceAccountName", "default").put("serviceAccount", "default");
        }
        String account = spec.path("serviceAccountName").asText();
        // The default account follows its namespace by a moment and is never a mistake of the user's.
        boolean known =
                account.equals("default") || store.get(new ObjectKey("serviceaccounts", namespace, account)) != null;
        if (!known) {
            throw ApiFault.forbidden(
                    "pods",
                    pod.path("metadata").path("name").asText(),
                    "error looking up service account " + namespace + "/" + account + ": serviceaccount \"" + account
                            + "\" not found");
        }
    }
}
