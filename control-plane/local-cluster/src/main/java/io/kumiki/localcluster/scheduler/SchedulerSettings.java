package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.SchedulerRules;
import io.kumiki.model.Violation;
import io.kumiki.runtime.yaml.Yaml;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a `KubeSchedulerConfiguration` says to the embedded scheduler: the names it serves, its patience, its
/// extenders.
public record SchedulerSettings(SchedulerRules rules, List<ExtenderSettings> extenders) {
    public static final SchedulerSettings DEFAULT = new SchedulerSettings(SchedulerRules.DEFAULT, List.of());

    private static final String VERSION = "kubescheduler.config.k8s.io/v1";
    private static final Set<String> KEYS = Set.of(
            "apiVersion",
            "kind",
            "profiles",
            "extenders",
            "podInitialBackoffSeconds",
            "podMaxBackoffSeconds",
            "percentageOfNodesToScore",
            "parallelism",
            "clientConnection",
            "leaderElection",
            "enableProfiling",
            "enableContentionProfiling");

    public SchedulerSettings {
        extenders = List.copyOf(extenders);
    }

    public static SchedulerSettings withExtenders(List<ExtenderSettings> extenders) {
        return new SchedulerSettings(SchedulerRules.DEFAULT, extenders);
    }

    /// The same with further extenders behind those that are there.
    public SchedulerSettings and(List<ExtenderSettings> more) {
        List<ExtenderSettings> all = new ArrayList<>(extenders);
        all.addAll(more);
        return new SchedulerSettings(rules, all);
    }

    /// Reads the file's text. What has no meaning inside the API server's own process (client connection, leader
    /// election, parallelism, sampling of nodes: all are looked at) is accepted; profiles that change plugins are
    /// refused. Throws [IllegalArgumentException] with everything that is wrong.
    public static SchedulerSettings read(String yaml) {
        JsonNode document;
        try {
            document = Yaml.document(yaml);
        } catch (Yaml.Malformed e) {
            throw new IllegalArgumentException("the scheduler configuration is no YAML: " + e.getMessage(), e);
        }
        ExtenderReader reader = new ExtenderReader();
        List<Violation> violations = reader.violations();
        for (String key : (Iterable<String>) document::fieldNames) {
            if (!KEYS.contains(key)) {
                violations.add(new Violation(key, "Invalid", "is not known to the embedded scheduler"));
            }
        }
        if (!document.path("apiVersion").asText().equals(VERSION)
                || !document.path("kind").asText().equals("KubeSchedulerConfiguration")) {
            violations.add(new Violation(
                    "apiVersion",
                    "Invalid",
                    "wanted " + VERSION + " KubeSchedulerConfiguration, found "
                            + document.path("apiVersion").asText("") + " "
                            + document.path("kind").asText("")));
        }
        Set<String> names = names(document.path("profiles"), violations);
        Duration first =
                Duration.ofSeconds(document.path("podInitialBackoffSeconds").asLong(1));
        Duration most = Duration.ofSeconds(document.path("podMaxBackoffSeconds").asLong(10));
        if (!first.isPositive() || most.compareTo(first) < 0) {
            violations.add(new Violation(
                    "podMaxBackoffSeconds",
                    "Invalid",
                    "podInitialBackoffSeconds must be greater than 0 and not greater than podMaxBackoffSeconds"));
        }
        List<ExtenderSettings> extenders = reader.read(document.path("extenders"));
        reader.check();
        return new SchedulerSettings(new SchedulerRules(names, first, most), extenders);
    }

    private static Set<String> names(JsonNode profiles, List<Violation> violations) {
        Set<String> names = new HashSet<>();
        int index = 0;
        for (JsonNode profile : profiles) {
            String path = "profiles[" + index++ + "]";
            List<String> others = new ArrayList<>();
            profile.fieldNames().forEachRemaining(others::add);
            others.remove("schedulerName");
            if (!others.isEmpty()) {
                violations.add(new Violation(
                        path,
                        "Invalid",
                        String.join(", ", others) + " cannot be set: plugins are those of the default"));
            }
            if (!names.add(profile.path("schedulerName").asText("default-scheduler"))) {
                violations.add(new Violation(path + ".schedulerName", "Invalid", "is served by two profiles"));
            }
        }
        return names.isEmpty() ? SchedulerRules.DEFAULT.names() : names;
    }
}
