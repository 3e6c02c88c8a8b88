package io.kumiki.runs;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.kumiki.agent.StepPlan;
import io.kumiki.model.Json;
import io.kumiki.pipelines.engine.StepOutcome;
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
    private static final int LAST_LINES = 20;
    private static final int LONGEST_LINE = 1000;

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

    /// The last line that says something: of a Python traceback that is the exception.
    String lastWords(Pod pod, String container) {
        var meta = pod.getMetadata();
        var lines = s.pods().tail(meta.getNamespace(), meta.getName(), container, LAST_LINES).strip();
        var last = lines.substring(lines.lastIndexOf('\n') + 1).strip();
        return last.length() > LONGEST_LINE ? last.substring(0, LONGEST_LINE) + "…" : last;
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

    /// A simulated pod publishes nothing; what it would have written stands in its annotation, in the shape of an executor output.
    private static StepOutcome pretended(Pod pod) {
        var text = pod.getMetadata().getAnnotations().getOrDefault(StepLabels.SIMULATED_OUTPUTS, "{}");
        JsonNode given;
        try {
            given = Json.parse(text);
        } catch (Json.Malformed e) {
            return unfit("is " + e.getMessage());
        }
        var missing = new ArrayList<String>();
        var plan = StepPlan.parse(
                pod.getSpec().getInitContainers().getLast().getEnv().getFirst().getValue());
        plan.parameters().keySet().stream().filter(p -> !given.path("parameterValues").has(p)).forEach(missing::add);
        plan.artifacts().stream().map(StepPlan.Output::name).filter(a -> !given.path("artifacts").has(a)).forEach(missing::add);
        if (!missing.isEmpty()) {
            return unfit("does not give its outputs " + String.join(", ", missing));
        }
        var out = Json.object();
        out.put("version", 1);
        out.put("executorOutput", text);
        out.putObject("parameters");
        out.putObject("artifacts");
        out.putArray("problems");
        return new StepOutcome(0, "Completed", "", out);
    }

    private static StepOutcome unfit(String why) {
        return new StepOutcome(
                1,
                "SimulatedOutputs",
                "The step ran on a simulated node, and its annotation " + StepLabels.SIMULATED_OUTPUTS + " " + why,
                null);
    }
}
