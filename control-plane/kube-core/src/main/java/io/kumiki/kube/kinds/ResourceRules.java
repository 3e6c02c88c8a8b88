package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.scheduling.Quantity;
import io.kumiki.kube.select.LabelText;
import io.kumiki.model.Violation;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What resources of a container may be called, and how much of them there may be.
public final class ResourceRules {
    private static final Set<String> STANDARD = Set.of("cpu", "memory", "ephemeral-storage");

    private ResourceRules() {}

    /// @param amounts by name: limits, requests, or a runtime class's overhead
    /// @param at where they are in their document
    public static void check(JsonNode amounts, String at, List<Violation> violations) {
        for (Map.Entry<String, JsonNode> each : amounts.properties()) {
            String name = each.getKey();
            String path = at + "[" + name + "]";
            name(name, path, violations);
            BigDecimal amount = amount(each.getValue());
            if (amount.signum() < 0) {
                violations.add(Names.invalid(path, each.getValue().asText(), "must be greater than or equal to 0"));
            }
            if (extended(name) && amount.stripTrailingZeros().scale() > 0) {
                violations.add(Names.invalid(path, each.getValue().asText(), "must be an integer"));
            }
        }
    }

    private static void name(String name, String path, List<Violation> violations) {
        if (!LabelText.validKey(name)) {
            violations.add(
                    Names.invalid(path, name, "name part must consist of alphanumeric characters, '-', '_' or '.'"));
        }
        if (name.indexOf('/') < 0) {
            if (!STANDARD.contains(name) && !name.startsWith("hugepages-")) {
                violations.add(Names.invalid(path, name, "must be a standard resource for containers"));
            }
        } else if (!nativeName(name) && !extended(name)) {
            violations.add(Names.invalid(path, name, "doesn't follow extended resource name standard"));
        }
    }

    private static boolean nativeName(String name) {
        return name.indexOf('/') < 0 || name.contains("kubernetes.io/");
    }

    /// Whether somebody else's: a device, which nobody has half of.
    public static boolean extended(String name) {
        return !nativeName(name) && !name.startsWith("requests.") && LabelText.validKey("requests." + name);
    }

    /// Text that is no quantity is no such object at all.
    public static BigDecimal amount(JsonNode value) {
        try {
            return Quantity.parse(value.asText());
        } catch (NumberFormatException e) {
            throw ApiFault.badRequest(
                    "the object cannot be handled: quantities are numbers with a unit; found " + e.getMessage());
        }
    }
}
