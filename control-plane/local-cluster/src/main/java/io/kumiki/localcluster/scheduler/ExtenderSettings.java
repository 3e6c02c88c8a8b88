package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Violation;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One entry of `KubeSchedulerConfiguration.extenders`. An empty verb is not called.
public record ExtenderSettings(
        URI urlPrefix,
        String filterVerb,
        String prioritizeVerb,
        String bindVerb,
        long weight,
        Duration httpTimeout,
        boolean nodeCacheCapable,
        List<Managed> managedResources,
        boolean ignorable) {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
    private static final Pattern GO_DURATION = Pattern.compile("([0-9]{1,6})(ms|s|m|h)");
    private static final Set<String> KEYS = Set.of(
            "urlPrefix",
            "filterVerb",
            "prioritizeVerb",
            "bindVerb",
            "preemptVerb",
            "weight",
            "httpTimeout",
            "nodeCacheCapable",
            "managedResources",
            "ignorable",
            "enableHTTPS",
            "tlsConfig");

    /// A resource whose pods go to this extender; `ignoredByScheduler` takes it out of the scheduler's own
    /// counting.
    public record Managed(String name, boolean ignoredByScheduler) {}

    public ExtenderSettings {
        managedResources = List.copyOf(managedResources);
    }

    /// Reads the list `extenders`; throws [IllegalArgumentException] with everything that is wrong.
    public static List<ExtenderSettings> read(JsonNode extenders) {
        List<Violation> violations = new ArrayList<>();
        List<ExtenderSettings> settings = new ArrayList<>();
        Set<String> resources = new HashSet<>();
        int binders = 0;
        int index = 0;
        for (JsonNode entry : extenders) {
            String path = "extenders[" + index++ + "]";
            ExtenderSettings one = one(entry, path, violations);
            settings.add(one);
            binders += one.bindVerb().isEmpty() ? 0 : 1;
            for (Managed managed : one.managedResources()) {
                if (!resources.add(managed.name())) {
                    violations.add(violation(
                            path + ".managedResources", "duplicate extender managed resource name " + managed.name()));
                }
            }
        }
        if (binders > 1) {
            violations.add(violation("extenders", "found " + binders + " extenders that implement bind; only one may"));
        }
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(String.join(
                    "; ", violations.stream().map(Violation::toString).toList()));
        }
        return settings;
    }

    private static ExtenderSettings one(JsonNode entry, String path, List<Violation> violations) {
        for (String key : (Iterable<String>) entry::fieldNames) {
            if (!KEYS.contains(key)) {
                violations.add(violation(
                        path + "." + key,
                        "is not known; known are "
                                + String.join(", ", KEYS.stream().sorted().toList())));
            }
        }
        if (entry.path("enableHTTPS").asBoolean() || entry.has("tlsConfig")) {
            violations.add(violation(
                    path + ".enableHTTPS",
                    "the embedded scheduler calls extenders on loopback over plain HTTP only; leave it out"));
        }
        if (!entry.path("preemptVerb").asText("").isEmpty()) {
            violations.add(violation(path + ".preemptVerb", "the embedded scheduler does not preempt; leave it out"));
        }
        String prioritize = entry.path("prioritizeVerb").asText("");
        long weight = entry.path("weight").asLong(0);
        if (!prioritize.isEmpty() && weight <= 0) {
            violations.add(violation(path + ".weight", "must be greater than 0 when prioritizeVerb is set"));
        }
        List<Managed> managed = new ArrayList<>();
        entry.path("managedResources")
                .forEach(resource -> managed.add(new Managed(
                        resource.path("name").asText(),
                        resource.path("ignoredByScheduler").asBoolean())));
        return new ExtenderSettings(
                url(entry.path("urlPrefix").asText(""), path, violations),
                entry.path("filterVerb").asText(""),
                prioritize,
                entry.path("bindVerb").asText(""),
                weight,
                timeout(entry.path("httpTimeout"), path, violations),
                entry.path("nodeCacheCapable").asBoolean(),
                managed,
                entry.path("ignorable").asBoolean());
    }

    private static URI url(String text, String path, List<Violation> violations) {
        try {
            URI url = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if ("http".equals(url.getScheme()) && url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        violations.add(violation(
                path + ".urlPrefix", "\"" + text + "\" is not an http URL such as http://127.0.0.1:8891/scheduler"));
        return URI.create("http://invalid");
    }

    private static Duration timeout(JsonNode value, String path, List<Violation> violations) {
        if (value.isMissingNode()) {
            return DEFAULT_TIMEOUT;
        }
        String text = value.asText().toLowerCase(Locale.ROOT);
        Matcher go = GO_DURATION.matcher(text);
        try {
            return go.matches() ? goDuration(Long.parseLong(go.group(1)), go.group(2)) : Duration.parse(text);
        } catch (DateTimeParseException e) {
            violations.add(violation(path + ".httpTimeout", "\"" + text + "\" is not a duration such as 5s"));
            return DEFAULT_TIMEOUT;
        }
    }

    private static Duration goDuration(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static Violation violation(String path, String message) {
        return new Violation(path, "Invalid", message);
    }
}
