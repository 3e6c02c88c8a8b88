package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.localcluster.scheduler.ExtenderSettings.Managed;
import io.kumiki.model.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One scheduler extender, spoken to in `k8s.io/kube-scheduler/extender/v1`: POST, Go field names going out, any
/// capitalisation coming in,
/// every status but 200 an error. Calls block; any thread.
final class Extender {
    private static final int LARGEST_ANSWER = 64 << 20;

    private final ExtenderSettings settings;
    private final HttpClient http;

    Extender(ExtenderSettings settings, HttpClient http) {
        this.settings = settings;
        this.http = http;
    }

    /// A call that failed, or an `Error` in the answer.
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        Failed(String message) {
            super(message);
        }
    }

    /// Which of the nodes stay, and why the others do not.
    record Filtered(List<String> nodes, Map<String, String> refusals) {}

    boolean ignorable() {
        return settings.ignorable();
    }

    boolean filters() {
        return !settings.filterVerb().isEmpty();
    }

    boolean prioritizes() {
        return !settings.prioritizeVerb().isEmpty();
    }

    boolean binds() {
        return !settings.bindVerb().isEmpty();
    }

    /// A pod is this extender's business if some container asks for one of its resources, or if it manages none in
    /// particular.
    boolean interested(JsonNode pod) {
        if (settings.managedResources().isEmpty()) {
            return true;
        }
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                for (Managed managed : settings.managedResources()) {
                    JsonNode resources = container.path("resources");
                    if (resources.path("requests").has(managed.name())
                            || resources.path("limits").has(managed.name())) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    Filtered filter(JsonNode pod, List<String> nodes, Function<String, @Nullable JsonNode> objects)
            throws Failed, InterruptedException {
        JsonNode answer = post(settings.filterVerb(), arguments(pod, nodes, objects));
        String error = field(answer, "Error").asText("");
        if (!error.isEmpty()) {
            throw new Failed(error);
        }
        Set<String> kept = new HashSet<>();
        if (settings.nodeCacheCapable()
                && !field(answer, "NodeNames").isMissingNode()
                && !field(answer, "NodeNames").isNull()) {
            field(answer, "NodeNames").forEach(name -> kept.add(name.asText()));
        } else {
            field(field(answer, "Nodes"), "Items")
                    .forEach(node -> kept.add(node.path("metadata").path("name").asText()));
        }
        Set<String> foreign = new HashSet<>(kept);
        nodes.forEach(foreign::remove);
        if (!foreign.isEmpty()) {
            throw new Failed("extender " + settings.urlPrefix() + " answered with nodes that it was not asked about: "
                    + foreign);
        }
        Map<String, String> refusals = new HashMap<>();
        for (String map : List.of("FailedNodes", "FailedAndUnresolvableNodes")) {
            field(answer, map)
                    .properties()
                    .forEach(entry ->
                            refusals.put(entry.getKey(), entry.getValue().asText()));
        }
        List<String> left = new ArrayList<>();
        for (String node : nodes) {
            if (kept.contains(node)) {
                left.add(node);
            } else {
                refusals.putIfAbsent(node, "node(s) were refused by the scheduler extender at " + settings.urlPrefix());
            }
        }
        return new Filtered(left, refusals);
    }

    /// Node → score × weight × 10, to be added to the scheduler's own.
    Map<String, Long> prioritize(JsonNode pod, List<String> nodes, Function<String, @Nullable JsonNode> objects)
            throws Failed, InterruptedException {
        Map<String, Long> scores = new HashMap<>();
        for (JsonNode host : post(settings.prioritizeVerb(), arguments(pod, nodes, objects))) {
            scores.put(field(host, "Host").asText(), field(host, "Score").asLong() * settings.weight() * 10);
        }
        return scores;
    }

    /// Asks the extender to bind; returns when it says that the API server accepted.
    void bind(JsonNode pod, String node) throws Failed, InterruptedException {
        JsonNode metadata = pod.path("metadata");
        ObjectNode arguments = Json.object();
        arguments.put("PodName", metadata.path("name").asText());
        arguments.put("PodNamespace", metadata.path("namespace").asText());
        arguments.put("PodUID", metadata.path("uid").asText());
        arguments.put("Node", node);
        String error = field(post(settings.bindVerb(), arguments), "Error").asText("");
        if (!error.isEmpty()) {
            throw new Failed(error);
        }
    }

    private ObjectNode arguments(JsonNode pod, List<String> nodes, Function<String, @Nullable JsonNode> objects) {
        ObjectNode arguments = Json.object();
        arguments.set("Pod", pod);
        if (settings.nodeCacheCapable()) {
            arguments.putNull("Nodes");
            ArrayNode names = arguments.putArray("NodeNames");
            nodes.forEach(names::add);
        } else {
            ArrayNode items = arguments
                    .putObject("Nodes")
                    .put("kind", "NodeList")
                    .put("apiVersion", "v1")
                    .putArray("items");
            for (String name : nodes) {
                JsonNode node = objects.apply(name);
                if (node != null) {
                    items.add(node);
                }
            }
            arguments.putNull("NodeNames");
        }
        return arguments;
    }

    private JsonNode post(String verb, ObjectNode arguments) throws Failed, InterruptedException {
        URI url = URI.create(settings.urlPrefix() + "/" + verb);
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(arguments)))
                .build();
        var body = HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LARGEST_ANSWER);
        CompletableFuture<HttpResponse<byte[]>> call = http.sendAsync(request, body);
        try {
            // One limit for the whole call, the body included.
            HttpResponse<byte[]> response = call.get(settings.httpTimeout().toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new Failed("extender " + url + " answered " + response.statusCode() + ", wanted 200");
            }
            return Json.parse(response.body());
        } catch (TimeoutException e) {
            throw new Failed("extender " + url + " did not answer within "
                    + settings.httpTimeout().toMillis() + " ms");
        } catch (ExecutionException e) {
            throw new Failed("extender " + url + " cannot be reached: " + e.getCause());
        } catch (Json.Malformed e) {
            throw new Failed("extender " + url + " answered " + e.getMessage());
        } finally {
            call.cancel(true);
        }
    }

    /// Go's decoder takes names in any capitalisation.
    private static JsonNode field(JsonNode object, String name) {
        if (object.has(name)) {
            return object.get(name);
        }
        for (var entry : object.properties()) {
            if (entry.getKey().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                return entry.getValue();
            }
        }
        return MissingNode.getInstance();
    }
}
