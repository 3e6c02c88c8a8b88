package io.kumiki.extender.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The MutatingWebhookConfiguration: which pods an API server asks us about. Those that ask for devices, belong to a
/// gang (ours or somebody else's), or carry a mark of ours; all others are made without us.
public final class WebhookObject {
    public static final String NAME = "kumiki-extender";

    private WebhookObject() {}

    /// @param client where to call, with the CA bundle: the object's `clientConfig`
    /// @param excluded namespaces beside the system's
    public static ObjectNode of(ObjectNode client, Set<String> excluded) {
        ObjectNode object = Json.object()
                .put("apiVersion", "admissionregistration.k8s.io/v1")
                .put("kind", "MutatingWebhookConfiguration");
        object.putObject("metadata").put("name", NAME);
        ObjectNode webhook = object.putArray("webhooks").addObject();
        webhook.put("name", "pods.kumiki.io")
                .put("failurePolicy", "Fail")
                .put("timeoutSeconds", 2)
                .put("sideEffects", "NoneOnDryRun")
                .put("reinvocationPolicy", "Never")
                .put("matchPolicy", "Equivalent");
        webhook.putArray("admissionReviewVersions").add("v1");
        webhook.set("clientConfig", client);
        ObjectNode rule = webhook.putArray("rules").addObject();
        rule.putArray("apiGroups").add("");
        rule.putArray("apiVersions").add("v1");
        rule.putArray("operations").add("CREATE");
        rule.putArray("resources").add("pods");
        rule.put("scope", "Namespaced");
        ObjectNode namespaces = webhook.putObject("namespaceSelector")
                .putArray("matchExpressions")
                .addObject()
                .put("key", "kubernetes.io/metadata.name")
                .put("operator", "NotIn");
        var names = new TreeSet<>(PodAdmission.SYSTEM);
        names.addAll(excluded);
        var values = namespaces.putArray("values");
        names.forEach(values::add);
        webhook.putArray("matchConditions").addObject().put("name", "planned").put("expression", expression());
        return object;
    }

    private static String expression() {
        List<String> any = new ArrayList<>();
        for (String list : List.of("containers", "initContainers")) {
            for (String amounts : List.of("limits", "requests")) {
                any.add(
                        "(has(object.spec." + list + ") && object.spec." + list + ".exists(c, has(c.resources) && has("
                                + "c.resources." + amounts + ") && c.resources." + amounts
                                + ".exists(r, r.startsWith('nvidia.com/') || r == 'amd.com/gpu' || r.startsWith('kumiki.io/'))))");
            }
        }
        any.add("(has(object.metadata.labels) && object.metadata.labels.exists(l, l in " + list(Marks.MEMBER_LABELS)
                + "))");
        any.add("(has(object.metadata.annotations) && object.metadata.annotations.exists(a, a in "
                + list(Marks.MEMBER_ANNOTATIONS) + "))");
        any.add("has(object.spec.schedulingGroup)");
        any.add("has(object.spec.workloadRef)");
        return String.join(" || ", any);
    }

    private static String list(List<String> names) {
        return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", ", "[", "]"));
    }
}
