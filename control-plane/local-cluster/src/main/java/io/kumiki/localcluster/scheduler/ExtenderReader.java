package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.scheduler.ExtenderSettings.Call;
import io.kumiki.localcluster.scheduler.ExtenderSettings.Managed;
import io.kumiki.localcluster.scheduler.ExtenderSettings.Verbs;
import io.kumiki.model.Violation;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads `extenders:` as kube-scheduler does, by the same rules; everything that is wrong is told together.
final class ExtenderReader {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
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
    private static final Set<String> TLS_KEYS =
            Set.of("insecure", "serverName", "certFile", "keyFile", "caFile", "certData", "keyData", "caData");
    private static final Set<String> MANAGED_KEYS = Set.of("name", "ignoredByScheduler");

    private final List<Violation> violations = new ArrayList<>();

    List<Violation> violations() {
        return violations;
    }

    /// Throws [IllegalArgumentException] with everything that was wrong.
    void check() {
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(String.join(
                    "; ", violations.stream().map(Violation::toString).toList()));
        }
    }

    List<ExtenderSettings> read(JsonNode extenders) {
        List<ExtenderSettings> settings = new ArrayList<>();
        Set<String> resources = new HashSet<>();
        int binders = 0;
        int index = 0;
        for (JsonNode entry : extenders) {
            String path = "extenders[" + index++ + "]";
            ExtenderSettings one = one(entry, path);
            settings.add(one);
            binders += one.verbs().bind().isEmpty() ? 0 : 1;
            for (Managed managed : one.managedResources()) {
                if (!resources.add(managed.name())) {
                    wrong(path + ".managedResources", "duplicate extender managed resource name " + managed.name());
                }
            }
        }
        if (binders > 1) {
            wrong("extenders", "found " + binders + " extenders that implement bind; only one may");
        }
        return settings;
    }

    private ExtenderSettings one(JsonNode entry, String path) {
        known(entry, path, KEYS);
        known(entry.path("tlsConfig"), path + ".tlsConfig", TLS_KEYS);
        Verbs verbs = new Verbs(
                entry.path("filterVerb").asText(""),
                entry.path("prioritizeVerb").asText(""),
                entry.path("preemptVerb").asText(""),
                entry.path("bindVerb").asText(""));
        long weight = entry.path("weight").asLong(0);
        if (!verbs.prioritize().isEmpty() && weight <= 0) {
            wrong(path + ".weight", "must be greater than 0 when prioritizeVerb is set");
        }
        List<Managed> managed = new ArrayList<>();
        int index = 0;
        for (JsonNode resource : entry.path("managedResources")) {
            String at = path + ".managedResources[" + index++ + "]";
            known(resource, at, MANAGED_KEYS);
            String name = resource.path("name").asText("");
            if (!name.contains("/")) {
                wrong(at + ".name", "\"" + name + "\" must be an extended resource such as example.com/gpu");
            }
            managed.add(new Managed(name, resource.path("ignoredByScheduler").asBoolean()));
        }
        return new ExtenderSettings(
                url(entry.path("urlPrefix").asText(""), path),
                verbs,
                weight,
                new Call(
                        timeout(entry.path("httpTimeout"), path),
                        entry.path("nodeCacheCapable").asBoolean(),
                        tls(entry, path + ".tlsConfig")),
                managed,
                entry.path("ignorable").asBoolean());
    }

    private void known(JsonNode object, String path, Set<String> keys) {
        for (String key : (Iterable<String>) object::fieldNames) {
            if (!keys.contains(key)) {
                wrong(
                        path + "." + key,
                        "is not known; known are "
                                + String.join(", ", keys.stream().sorted().toList()));
            }
        }
    }

    private ExtenderTls tls(JsonNode entry, String path) {
        JsonNode tls = entry.path("tlsConfig");
        ExtenderTls settings = new ExtenderTls(
                entry.path("enableHTTPS").asBoolean(),
                tls.path("insecure").asBoolean(),
                tls.path("serverName").asText(""),
                new ExtenderTls.Pem(
                        tls.path("caFile").asText(""), tls.path("caData").asText("")),
                new ExtenderTls.Pem(
                        tls.path("certFile").asText(""), tls.path("certData").asText("")),
                new ExtenderTls.Pem(
                        tls.path("keyFile").asText(""), tls.path("keyData").asText("")));
        if (settings.insecure() && settings.authority().given()) {
            wrong(path, "specifying a root certificates file with the insecure flag is not allowed");
        }
        if (settings.certificate().given() != settings.key().given()) {
            wrong(path, "certFile or certData and keyFile or keyData must be given together");
        }
        return settings;
    }

    private URI url(String text, String path) {
        try {
            String plain = text;
            while (plain.endsWith("/")) {
                plain = plain.substring(0, plain.length() - 1);
            }
            URI url = new URI(plain);
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        wrong(path + ".urlPrefix", "\"" + text + "\" is not a URL such as http://127.0.0.1:8891/scheduler");
        return URI.create("http://invalid");
    }

    private Duration timeout(JsonNode value, String path) {
        if (value.isMissingNode() || value.isNull()) {
            return DEFAULT_TIMEOUT;
        }
        try {
            Duration timeout = GoDuration.parse(value.asText());
            return timeout.isZero() ? DEFAULT_TIMEOUT : timeout;
        } catch (IllegalArgumentException e) {
            wrong(path + ".httpTimeout", String.valueOf(e.getMessage()));
            return DEFAULT_TIMEOUT;
        }
    }

    private void wrong(String path, String message) {
        violations.add(new Violation(path, "Invalid", message));
    }
}
