package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Values a pod can read about itself: `fieldRef` and `resourceFieldRef`.
public record PodFields(JsonNode pod, String nodeName, String address, Map<String, BigDecimal> allocatable) {
    private static final Pattern KEYED = Pattern.compile("metadata\\.(labels|annotations)\\['(.*)'\\]");

    /// The value of a field path; null when the path is unknown (the API server should have refused it).
    public @Nullable String field(String path) {
        Matcher keyed = KEYED.matcher(path);
        if (keyed.matches()) {
            return pod.path("metadata")
                    .path(keyed.group(1))
                    .path(keyed.group(2))
                    .asText("");
        }
        JsonNode metadata = pod.path("metadata");
        return switch (path) {
            case "metadata.name" -> metadata.path("name").asText();
            case "metadata.namespace" -> metadata.path("namespace").asText();
            case "metadata.uid" -> metadata.path("uid").asText();
            case "metadata.labels" -> lines(metadata.path("labels"));
            case "metadata.annotations" -> lines(metadata.path("annotations"));
            case "spec.nodeName" -> nodeName;
            case "spec.serviceAccountName" ->
                pod.path("spec").path("serviceAccountName").asText("default");
            case "status.podIP", "status.podIPs" -> address;
            case "status.hostIP", "status.hostIPs" -> PodStatus.HOST;
            default -> null;
        };
    }

    /// A container's request or limit in units of the divisor, rounded up; a limit that is not set is what the node
    /// has.
    public @Nullable String resource(JsonNode container, String resource, String divisor) {
        String[] parts = resource.split("\\.", 2);
        if (parts.length != 2 || !(parts[0].equals("limits") || parts[0].equals("requests"))) {
            return null;
        }
        JsonNode given = container.path("resources").path(parts[0]).path(parts[1]);
        BigDecimal amount;
        if (given.isValueNode()) {
            amount = Quantity.parse(given.asText());
        } else if (parts[0].equals("limits")) {
            amount = allocatable.getOrDefault(parts[1], BigDecimal.ZERO);
        } else {
            amount = BigDecimal.ZERO;
        }
        BigDecimal unit = divisor.isEmpty() || divisor.equals("0") ? BigDecimal.ONE : Quantity.parse(divisor);
        return amount.divide(unit, 0, RoundingMode.CEILING).toBigInteger().toString();
    }

    private static String lines(JsonNode map) {
        StringJoiner lines = new StringJoiner("\n");
        new TreeMap<>(map.properties().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, e -> e.getValue().asText())))
                .forEach((key, value) -> lines.add(key + "=" + quoted(value)));
        return lines.toString();
    }

    private static String quoted(String text) {
        return "\""
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\t", "\\t")
                        .replace("\r", "\\r")
                + "\"";
    }
}
