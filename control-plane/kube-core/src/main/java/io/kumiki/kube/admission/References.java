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

/// What a new object takes from others: a pod's account, a claim's storage class.
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

    private static void account(ObjectNode pod, ObjectStore store) {
        String namespace = pod.path("metadata").path("namespace").asText();
        String account = pod.path("spec").path("serviceAccountName").asText();
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
