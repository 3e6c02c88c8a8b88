package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What makes a container a good one.
final class ContainerRules {
    private static final List<String> PULL = List.of("Always", "IfNotPresent", "Never");
    static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");

    private ContainerRules() {}

    /// @param where the list is in its document
    /// @param names of the containers so far; those of this list are added
    /// @param volumes that may be mounted
    static void check(JsonNode list, String where, Set<String> names, Set<String> volumes, List<Violation> violations) {
        int at = 0;
        for (JsonNode container : list) {
            String path = where + "[" + at++ + "]";
            PodRules.name(container, path, names, violations);
            if (container.path("image").asText("").isBlank()) {
                violations.add(Names.required(path + ".image", ""));
            }
            oneOf(container, path + ".imagePullPolicy", "imagePullPolicy", PULL, violations);
            ports(container.path("ports"), path + ".ports", violations);
            mounts(container.path("volumeMounts"), path + ".volumeMounts", volumes, violations);
            environment(container.path("env"), path + ".env", violations);
            resources(container.path("resources"), path + ".resources", violations);
        }
    }

    private static void oneOf(
            JsonNode object, String path, String field, List<String> values, List<Violation> violations) {
        String given = object.path(field).asText("");
        if (!given.isEmpty() && !values.contains(given)) {
            violations.add(Names.unsupported(path, given, values));
        }
    }

    private static void ports(JsonNode ports, String where, List<Violation> violations) {
        int at = 0;
        for (JsonNode port : ports) {
            String path = where + "[" + at++ + "]";
            int number = port.path("containerPort").asInt();
            if (number < 1 || number > 65_535) {
                violations.add(Names.invalid(
                        path + ".containerPort",
                        port.path("containerPort").asText(),
                        "must be between 1 and 65535, inclusive"));
            }
            oneOf(port, path + ".protocol", "protocol", PROTOCOLS, violations);
        }
    }

    private static void mounts(JsonNode mounts, String where, Set<String> volumes, List<Violation> violations) {
        int at = 0;
        for (JsonNode mount : mounts) {
            String path = where + "[" + at++ + "]";
            if (!volumes.contains(mount.path("name").asText())) {
                violations.add(new Violation(
                        path + ".name",
                        "FieldValueNotFound",
                        "Not found: \"" + mount.path("name").asText() + "\""));
            }
            String sub = mount.path("subPath").asText("");
            if (sub.startsWith("/") || List.of(sub.split("/")).contains("..")) {
                violations.add(Names.invalid(path + ".subPath", sub, "must be a relative path without '..'"));
            }
        }
    }

    private static void environment(JsonNode variables, String where, List<Violation> violations) {
        int at = 0;
        for (JsonNode env : variables) {
            String path = where + "[" + at++ + "]";
            String name = env.path("name").asText("");
            if (name.isEmpty() || name.indexOf('=') >= 0) {
                violations.add(Names.invalid(path + ".name", name, "must be there and contain no '='"));
            }
            if (!env.path("value").asText("").isEmpty() && env.has("valueFrom")) {
                violations.add(
                        Names.invalid(path + ".valueFrom", "", "may not be specified when `value` is not empty"));
            }
        }
    }

    private static void resources(JsonNode resources, String where, List<Violation> violations) {
        JsonNode limits = resources.path("limits");
        for (String part : List.of("limits", "requests")) {
            ResourceRules.check(resources.path(part), where + "." + part, violations);
        }
        for (Map.Entry<String, JsonNode> each : resources.path("requests").properties()) {
            boolean extended = ResourceRules.extended(each.getKey());
            if (!limits.has(each.getKey())) {
                if (extended) {
                    violations.add(
                            Names.required(where + ".limits", "Limit must be set for non overcommitable resources"));
                }
                continue;
            }
            int compared =
                    ResourceRules.amount(each.getValue()).compareTo(ResourceRules.amount(limits.get(each.getKey())));
            if (compared > 0 || (extended && compared != 0)) {
                violations.add(Names.invalid(
                        where + ".requests",
                        each.getValue().asText(),
                        "must be " + (extended ? "equal" : "less than or equal") + " to " + each.getKey() + " limit of "
                                + limits.get(each.getKey()).asText()));
            }
        }
    }
}
