package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.kube.select.LabelText;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What makes a ResourceQuota a good one.
final class QuotaRules implements KindRules {
    private static final Set<String> OBJECTS = Set.of(
            "pods",
            "services",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "configmaps",
            "persistentvolumeclaims",
            "services.nodeports",
            "services.loadbalancers");
    private static final Set<String> COMPUTE =
            Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");
    private static final Set<String> STORAGE =
            Set.of("ephemeral-storage", "requests.ephemeral-storage", "limits.ephemeral-storage", "requests.storage");
    private static final List<String> SCOPES = List.of(
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity");
    private static final List<Set<String>> APART =
            List.of(Set.of("Terminating", "NotTerminating"), Set.of("BestEffort", "NotBestEffort"));

    @Override
    public void initialStatus(ObjectNode quota) {
        quota.set("status", Json.object());
    }

    @Override
    public void validate(ObjectNode quota, @Nullable ObjectNode old, List<Violation> violations) {
        JsonNode spec = quota.path("spec");
        for (var each : spec.path("hard").properties()) {
            String resource = each.getKey();
            String path = "spec.hard[" + resource + "]";
            if (!LabelText.validKey(resource)) {
                violations.add(Names.invalid(
                        path, resource, "name part must consist of alphanumeric characters, '-', '_' or '.'"));
            } else if (!resource.contains("/") && !standard(resource)) {
                violations.add(Names.invalid(path, resource, "must be a standard resource type or fully qualified"));
                violations.add(Names.invalid(path, resource, "must be a standard resource for quota"));
            }
            amount(path, resource, each.getValue().asText(), violations);
        }
        List<String> scopes = scopes(spec, violations);
        for (String scope : scopes) {
            if (!SCOPES.contains(scope)) {
                violations.add(Names.invalid("spec.scopes", scope, "unsupported scope"));
            }
            for (var each : spec.path("hard").properties()) {
                if (!fits(scope, each.getKey())) {
                    violations.add(Names.invalid("spec.scopes", scope, "unsupported scope applied to resource"));
                }
            }
        }
        if (APART.stream().anyMatch(scopes::containsAll)) {
            violations.add(Names.invalid("spec.scopes", String.join(",", scopes), "conflicting scopes"));
        }
        if (old != null && !old.path("spec").path("scopes").equals(spec.path("scopes"))) {
            violations.add(Names.invalid("spec.scopes", spec.path("scopes").toString(), "field is immutable"));
        }
    }

    private static boolean standard(String resource) {
        return OBJECTS.contains(resource)
                || COMPUTE.contains(resource)
                || STORAGE.contains(resource)
                || resource.startsWith("hugepages-")
                || resource.startsWith("requests.hugepages-");
    }

    private static void amount(String path, String resource, String text, List<Violation> violations) {
        BigDecimal amount = Quantity.parse(text);
        if (amount.signum() < 0) {
            violations.add(Names.invalid(path, text, "must be greater than or equal to 0"));
        }
        boolean whole = OBJECTS.contains(resource)
                || resource.startsWith("count/")
                || (resource.startsWith("requests.") && resource.contains("/"));
        if (whole && amount.stripTrailingZeros().scale() > 0) {
            violations.add(Names.invalid(path, text, "must be an integer"));
        }
    }

    private static List<String> scopes(JsonNode spec, List<Violation> violations) {
        List<String> scopes = new ArrayList<>();
        spec.path("scopes").forEach(scope -> scopes.add(scope.asText()));
        int at = 0;
        for (JsonNode each : spec.path("scopeSelector").path("matchExpressions")) {
            String path = "spec.scopeSelector.matchExpressions[" + at++ + "]";
            String name = each.path("scopeName").asText("");
            String operator = each.path("operator").asText("");
            boolean listed = operator.equals("In") || operator.equals("NotIn");
            scopes.add(name);
            if (!SCOPES.contains(name)) {
                violations.add(Names.invalid(path + ".scopeName", name, "unsupported scope"));
            }
            if (!name.equals("PriorityClass") && !operator.equals("Exists")) {
                violations.add(Names.invalid(
                        path + ".operator",
                        operator,
                        "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating,"
                                + " ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,"
                                + " ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"));
            } else if (!listed && !operator.equals("Exists") && !operator.equals("DoesNotExist")) {
                violations.add(Names.invalid(path + ".operator", operator, "not a valid selector operator"));
            } else if (listed == each.path("values").isEmpty()) {
                violations.add(
                        listed
                                ? Names.required(
                                        path + ".values",
                                        "must be at least one value when `operator` is 'In' or 'NotIn' for scope"
                                                + " selector")
                                : Names.invalid(
                                        path + ".values",
                                        each.path("values").toString(),
                                        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope"
                                                + " selector"));
            }
        }
        return scopes;
    }

    private static boolean fits(String scope, String resource) {
        return switch (scope) {
            case "BestEffort" -> resource.equals("pods");
            case "Terminating", "NotTerminating", "NotBestEffort" ->
                resource.equals("pods") || COMPUTE.contains(resource);
            default -> true;
        };
    }
}
