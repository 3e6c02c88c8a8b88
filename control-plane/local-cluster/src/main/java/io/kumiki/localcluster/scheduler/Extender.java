package io.kumiki.localcluster.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.scheduling.Attempt;
import io.kumiki.kube.scheduling.PodEntry;
import io.kumiki.kube.scheduling.Preemption.Candidate;
import io.kumiki.model.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One scheduler extender: POST, every status but 200 an error, answers of bounded size in bounded time. Calls block;
/// any thread.
final class Extender implements AutoCloseable {
    /// An answer of names: 5,000 names and as many reasons are well below one MiB.
    private static final long LARGEST_ANSWER = 4L << 20;
    /// An answer of full nodes.
    private static final long LARGEST_NODES = 64L << 20;

    private final ExtenderSettings settings;
    private final HttpClient http;

    Extender(ExtenderSettings settings) {
        this.settings = settings;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .connectTimeout(Duration.ofSeconds(5));
        if (settings.urlPrefix().getScheme().equals("https")) {
            builder.sslContext(settings.call().tls().context());
        }
        this.http = builder.build();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /// A call that failed, or an `Error` in the answer.
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        Failed(String message) {
            super(message);
        }
    }

    /// Full objects, for an extender that keeps none itself.
    interface Objects {
        @Nullable
        JsonNode node(String name);

        @Nullable
        JsonNode pod(PodEntry pod);
    }

    ExtenderSettings settings() {
        return settings;
    }

    boolean ignorable() {
        return settings.ignorable();
    }

    boolean filters(JsonNode pod) {
        return !settings.verbs().filter().isEmpty() && settings.interestedIn(pod);
    }

    boolean prioritizes(JsonNode pod) {
        return !settings.verbs().prioritize().isEmpty() && settings.interestedIn(pod);
    }

    boolean preempts(JsonNode pod) {
        return !settings.verbs().preempt().isEmpty() && settings.interestedIn(pod);
    }

    boolean binds(JsonNode pod) {
        return !settings.verbs().bind().isEmpty() && settings.interestedIn(pod);
    }

    private boolean byName() {
        return settings.call().nodeCacheCapable();
    }

    Attempt.Left filter(JsonNode pod, List<String> nodes, Objects objects) throws Failed, InterruptedException {
        ExtenderWire.FilterResult answer = read(
                settings.verbs().filter(),
                arguments(pod, nodes, objects),
                json -> ExtenderWire.filterResult(json, byName()));
        if (!answer.error().isEmpty()) {
            throw new Failed(answer.error());
        }
        Set<String> kept = answer.nodes() == null ? Set.of() : answer.nodes();
        Set<String> asked = new HashSet<>(nodes);
        for (String name : kept) {
            if (!asked.contains(name)) {
                throw new Failed("extender \"" + settings.urlPrefix() + "\" claims a filtered node \"" + name
                        + "\" which is not found in the input node list");
            }
        }
        return new Attempt.Left(
                kept,
                answer.failed(),
                answer.unresolvable(),
                "node(s) were refused by the scheduler extender at " + settings.urlPrefix());
    }

    /// Node → score × weight × 10, to be added to the scheduler's own.
    Map<String, Long> prioritize(JsonNode pod, List<String> nodes, Objects objects)
            throws Failed, InterruptedException {
        Map<String, Long> scores =
                read(settings.verbs().prioritize(), arguments(pod, nodes, objects), ExtenderWire::priorities);
        Map<String, Long> weighed = new HashMap<>();
        scores.forEach((node, score) -> weighed.put(node, score * settings.weight() * 10));
        return weighed;
    }

    private ObjectNode arguments(JsonNode pod, List<String> nodes, Objects objects) {
        if (byName()) {
            return ExtenderWire.arguments(pod, null, nodes);
        }
        List<JsonNode> full = new ArrayList<>();
        for (String name : nodes) {
            JsonNode node = objects.node(name);
            if (node != null) {
                full.add(node);
            }
        }
        return ExtenderWire.arguments(pod, full, null);
    }

    /// Which of the candidates stay, with the victims that it wants.
    Map<String, ExtenderWire.MetaVictims> preempt(JsonNode pod, List<Candidate> candidates, Objects objects)
            throws Failed, InterruptedException {
        Map<String, JsonNode> nodes = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            List<PodEntry> victims = candidate.victims();
            nodes.put(
                    candidate.node(),
                    byName()
                            ? ExtenderWire.metaVictims(
                                    victims.stream().map(PodEntry::uid).toList(), candidate.violations())
                            : ExtenderWire.victims(
                                    victims.stream()
                                            .map(objects::pod)
                                            .filter(java.util.Objects::nonNull)
                                            .toList(),
                                    candidate.violations()));
        }
        ObjectNode arguments = ExtenderWire.preemption(pod, byName() ? null : nodes, byName() ? nodes : null);
        return read(settings.verbs().preempt(), arguments, ExtenderWire::preemptionResult);
    }

    /// Asks the extender to bind; returns when it says that the API server accepted.
    void bind(PodEntry pod, String node) throws Failed, InterruptedException {
        ObjectNode arguments = ExtenderWire.binding(pod.namespace(), pod.name(), pod.uid(), node);
        String error = read(settings.verbs().bind(), arguments, ExtenderWire::error);
        if (!error.isEmpty()) {
            throw new Failed(error);
        }
    }

    private interface Reading<T> {
        T of(JsonNode answer) throws ExtenderWire.Unreadable;
    }

    private <T> T read(String verb, ObjectNode arguments, Reading<T> reading) throws Failed, InterruptedException {
        URI url = URI.create(settings.urlPrefix() + "/" + verb);
        try {
            JsonNode answer = Json.parse(post(url, Json.bytes(arguments)));
            if (answer.isMissingNode()) {
                throw new Failed("extender " + url + " answered with nothing");
            }
            return reading.of(answer);
        } catch (Json.Malformed | ExtenderWire.Unreadable e) {
            throw new Failed("extender " + url + " answered what is not of the protocol: " + e.getMessage());
        }
    }

    private byte[] post(URI url, byte[] body) throws Failed, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        long most = byName() ? LARGEST_ANSWER : LARGEST_NODES;
        CompletableFuture<HttpResponse<byte[]>> call = http.sendAsync(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), most));
        try {
            // One limit for the whole call, the body included.
            HttpResponse<byte[]> response = call.get(settings.call().timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new Failed("failed with extender at URL " + url + ", code " + response.statusCode());
            }
            return response.body();
        } catch (TimeoutException e) {
            throw new Failed("extender " + url + " did not answer within "
                    + settings.call().timeout().toMillis() + " ms");
        } catch (ExecutionException e) {
            throw new Failed("extender " + url + " cannot be used: " + e.getCause());
        } finally {
            call.cancel(true);
        }
    }
}
