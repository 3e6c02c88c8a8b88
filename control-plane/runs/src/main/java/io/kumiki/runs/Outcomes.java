package io.kumiki.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.kumiki.agent.StepPlan;
import io.kumiki.model.Json;
import io.kumiki.pipelines.engine.StepOutcome;
import io.kumiki.runs.log.LastWords;
import io.kumiki.runs.pod.PodNews;
import io.kumiki.runs.pod.StepLabels;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectUri;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Gathers what is known of a step once its pod is terminal: exit code, last words, outcome.json.
final class Outcomes {
    private static final long LARGEST = 32L << 20;
    private static final int LAST_LINES = 60;

    private final Surroundings s;

    Outcomes(Surroundings surroundings) {
        this.s = surroundings;
    }

    StepOutcome of(Pod pod, PodNews.Ended end) {
        if (end.exitCode() == 0) {
            return simulated(pod) ? pretended(pod) : new StepOutcome(0, end.reason(), end.message(), published(pod));
        }
        var told = end.message().isBlank() ? lastWords(pod, StepLabels.MAIN) : end.message();
        return new StepOutcome(end.exitCode(), end.reason(), told, null);
    }

    boolean simulated(Pod pod) {
        var node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return node != null && s.pods().simulated(node);
    }

    String lastWords(Pod pod, String container) {
        var meta = pod.getMetadata();
        return LastWords.of(s.pods().tail(meta.getNamespace(), meta.getName(), container, LAST_LINES));
    }

    private @Nullable JsonNode published(Pod pod) {
        var root = pod.getMetadata().getAnnotations().get(StepLabels.ROOT);
        if (root == null) {
            return null;
        }
        var at = ObjectUri.parse(root + "/outcome.json");
        try (var found = s.objects().get(at.bucket(), at.key())) {
            if (found.length() > LARGEST) {
                return null;
            }
            return Json.parse(found.bytes());
        } catch (ObjectFault e) {
            if (e.code() == ObjectFault.Code.NO_SUCH_KEY || e.code() == ObjectFault.Code.NO_SUCH_BUCKET) {
                return null;
            }
            throw e;
        } catch (Json.Malformed e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A simulated pod publishes nothing; its annotation gives what it would have: output name → value.
    private static StepOutcome pretended(Pod pod) {
        var text = pod.getMetadata().getAnnotations().getOrDefault(StepLabels.SIMULATED_OUTPUTS, "{}");
        JsonNode given;
        try {
            given = Json.parse(text);
        } catch (Json.Malformed e) {
            return unfit("is " + e.getMessage());
        }
        var plan = StepPlan.parse(
                pod.getSpec().getInitContainers().getLast().getEnv().getFirst().getValue());
        var missing = new ArrayList<String>();
        var report = Json.object();
        var parameters = report.putObject("parameterValues");
        for (var name : plan.parameters().keySet()) {
            if (given.has(name)) {
                parameters.set(name, given.get(name));
            } else {
                missing.add(name);
            }
        }
        var artifacts = report.putObject("artifacts");
        for (var declared : plan.artifacts()) {
            if (given.has(declared.name())) {
                artifacts
                        .putObject(declared.name())
                        .putArray("artifacts")
                        .add(artifact(declared.name(), given.get(declared.name())));
            } else {
                missing.add(declared.name());
            }
        }
        if (!missing.isEmpty()) {
            return unfit("does not give its outputs " + String.join(", ", missing));
        }
        var out = Json.object();
        out.put("version", 1).put("executorOutput", Json.write(report));
        out.putObject("parameters");
        out.putObject("artifacts");
        out.putArray("problems");
        return new StepOutcome(0, "Completed", "", out);
    }

    /// `{"metadata":{..},"uri":".."}`, either may be absent; any other value means that the artifact is there and
    /// nothing is known of it.
    private static ObjectNode artifact(String name, JsonNode given) {
        var artifact = Json.object().put("name", name);
        return given.isObject() ? artifact.setAll((ObjectNode) given) : artifact;
    }

    private static StepOutcome unfit(String why) {
        return new StepOutcome(
                1,
                "SimulatedOutputs",
                "The step ran on a simulated node, and its annotation " + StepLabels.SIMULATED_OUTPUTS + " " + why,
                null);
    }
}
