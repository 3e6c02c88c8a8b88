package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// A pod's service account: it must exist, lends its pull secrets, and its token, the cluster's CA and the namespace
/// are mounted where in-cluster clients look for them.
public final class PodAccount implements Admission.Step {
    private static final String MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String VOLUME = "kube-api-access-";
    /// An hour and a little, so that a kubelet that renews at 80 % can be told from one that does not.
    private static final int SECONDS = 3607;

    private final ParsedOnce parsed = new ParsedOnce();
    private final IntFunction<int[]> letters;

    /// @param letters gives that many random numbers from 0 to 26
    public PodAccount(IntFunction<int[]> letters) {
        this.letters = letters;
    }

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        if (!request.creates("pods") || !(request.object().path("spec") instanceof ObjectNode spec)) {
            return;
        }
        if (spec.path("serviceAccountName").asText("").isEmpty()) {
            spec.put("serviceAccountName", "default").put("serviceAccount", "default");
        }
        String name = spec.path("serviceAccountName").asText();
        StoredObject found = store.get(new ObjectKey("serviceaccounts", request.namespace(), name));
        // The default account follows its namespace by a moment and is never a mistake of the user's.
        if (found == null && !name.equals("default")) {
            throw ApiFault.forbidden(
                    "pods",
                    request.name(),
                    "error looking up service account " + request.namespace() + "/" + name + ": serviceaccount \""
                            + name + "\" not found");
        }
        JsonNode account = found == null ? Json.object() : parsed.of(found);
        if (spec.path("imagePullSecrets").isEmpty()
                && !account.path("imagePullSecrets").isEmpty()) {
            spec.set("imagePullSecrets", account.get("imagePullSecrets").deepCopy());
        }
        boolean wanted = account.path("automountServiceAccountToken").asBoolean(true);
        if (spec.path("automountServiceAccountToken").asBoolean(wanted)) {
            mount(spec);
        }
    }

    private void mount(ObjectNode spec) {
        List<ObjectNode> without = new ArrayList<>();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                if (container instanceof ObjectNode each && !mounted(each)) {
                    without.add(each);
                }
            }
        }
        if (without.isEmpty()) {
            return;
        }
        String volume = "";
        for (JsonNode each : spec.path("volumes")) {
            if (each.path("name").asText().startsWith(VOLUME)) {
                volume = each.path("name").asText();
            }
        }
        if (volume.isEmpty()) {
            volume = VOLUME + Admission.suffix(letters);
            spec.withArray("/volumes").add(volume(volume));
        }
        for (ObjectNode container : without) {
            container
                    .withArray("/volumeMounts")
                    .addObject()
                    .put("name", volume)
                    .put("readOnly", true)
                    .put("mountPath", MOUNT);
        }
    }

    private static boolean mounted(JsonNode container) {
        for (JsonNode mount : container.path("volumeMounts")) {
            if (mount.path("mountPath").asText().equals(MOUNT)) {
                return true;
            }
        }
        return false;
    }

    private static ObjectNode volume(String name) {
        ObjectNode volume = Json.object().put("name", name);
        ObjectNode projected = volume.putObject("projected");
        var sources = projected.putArray("sources");
        sources.addObject()
                .putObject("serviceAccountToken")
                .put("expirationSeconds", SECONDS)
                .put("path", "token");
        ObjectNode authority = sources.addObject().putObject("configMap").put("name", "kube-root-ca.crt");
        authority.putArray("items").addObject().put("key", "ca.crt").put("path", "ca.crt");
        ObjectNode item = sources.addObject()
                .putObject("downwardAPI")
                .putArray("items")
                .addObject()
                .put("path", "namespace");
        item.putObject("fieldRef").put("apiVersion", "v1").put("fieldPath", "metadata.namespace");
        projected.put("defaultMode", 420);
        return volume;
    }
}
