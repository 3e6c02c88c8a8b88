package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Holds pods to the level that the labels `pod-security.kubernetes.io/…` of their namespace name.
///
/// `enforce` refuses pods, `warn` warns their writers and those of what makes pods; `audit` is read by nobody, for
/// there is no audit log. Of whatever version a label asks, the level is that of today.
public final class PodSecurity implements Admission.Step {
    private static final String LABEL = "pod-security.kubernetes.io/";
    private static final List<String> LEVELS = List.of("privileged", "baseline", "restricted");
    private static final List<String> MODES = List.of("enforce", "audit", "warn");
    private static final Pattern VERSION = Pattern.compile("latest|v1\\.(0|[1-9]\\d*)");
    private static final Map<String, String> TEMPLATES = Map.of(
            "replicationcontrollers", "/spec/template/spec",
            "replicasets", "/spec/template/spec",
            "deployments", "/spec/template/spec",
            "daemonsets", "/spec/template/spec",
            "statefulsets", "/spec/template/spec",
            "jobs", "/spec/template/spec",
            "cronjobs", "/spec/jobTemplate/spec/template/spec");

    @Override
    public void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        if (!request.subresource().isEmpty()) {
            return;
        }
        String storage = storage(request);
        if (storage.equals("namespaces")) {
            labels(request, violations);
        } else if (storage.equals("pods") && changed(request)) {
            String wrong = wrong(request.object().path("spec"), "enforce", request, store);
            if (!wrong.isEmpty()) {
                throw ApiFault.forbidden("pods", request.name(), "violates PodSecurity " + wrong);
            }
        }
    }

    /// Tells the writer what `warn` is for.
    public static void warn(AdmissionRequest request, ObjectStore store, Consumer<String> warnings) {
        String at = storage(request).equals("pods") ? "/spec" : TEMPLATES.get(storage(request));
        if (at == null || !request.subresource().isEmpty() || !changed(request)) {
            return;
        }
        String wrong = wrong(request.object().at(at), "warn", request, store);
        if (!wrong.isEmpty()) {
            warnings.accept("would violate PodSecurity " + wrong);
        }
    }

    private static String storage(AdmissionRequest request) {
        return request.kind().builtIn() ? request.kind().type().plural() : "";
    }

    /// What was let in before stays when something else of it is written.
    private static boolean changed(AdmissionRequest request) {
        ObjectNode old = request.old();
        return old == null || !old.path("spec").equals(request.object().path("spec"));
    }

    /// Level, version and what they forbid; empty when nothing.
    private static String wrong(JsonNode spec, String mode, AdmissionRequest request, ObjectStore store) {
        StoredObject namespace = store.get(new ObjectKey("namespaces", "", request.namespace()));
        String level = namespace == null ? null : namespace.label(LABEL + mode);
        if (namespace == null || level == null || level.equals("privileged") || !LEVELS.contains(level)) {
            return "";
        }
        String wrong = PodStandard.wrong(spec, level.equals("restricted"));
        String version = or(namespace.label(LABEL + mode + "-version"), "latest");
        return wrong.isEmpty() ? "" : "\"" + level + ":" + version + "\": " + wrong;
    }

    private static String or(@Nullable String text, String other) {
        return text == null ? other : text;
    }

    private static void labels(AdmissionRequest request, List<Violation> violations) {
        JsonNode labels = request.object().path("metadata").path("labels");
        ObjectNode old = request.old();
        if (old != null && old.path("metadata").path("labels").equals(labels)) {
            return;
        }
        for (String mode : MODES) {
            String level = labels.path(LABEL + mode).asText("privileged");
            if (!LEVELS.contains(level)) {
                violations.add(Names.invalid(
                        "metadata.labels[" + LABEL + mode + "]", level, "must be one of " + String.join(", ", LEVELS)));
            }
            String version = labels.path(LABEL + mode + "-version").asText("latest");
            if (!VERSION.matcher(version).matches()) {
                violations.add(Names.invalid(
                        "metadata.labels[" + LABEL + mode + "-version]", version, "must be \"latest\" or \"v1.x\""));
            }
        }
    }
}
