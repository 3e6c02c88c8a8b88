package io.kumiki.kube.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.scheduling.Toleration.Taint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Node selectors, taints and tolerations for controllers that choose nodes themselves, by the scheduler's own rules.
public final class Selectors {
    private Selectors() {}

    /// `nodeSelector` and required node affinity of a pod's spec together.
    public static boolean node(JsonNode spec, String name, JsonNode nodeLabels) {
        Map<String, String> labels = new HashMap<>();
        nodeLabels
                .properties()
                .forEach(entry -> labels.put(entry.getKey(), entry.getValue().asText()));
        return NodeRule.read(spec).matches(name, labels);
    }

    /// The first taint with one of the effects that no toleration covers; null when there is none.
    public static @Nullable JsonNode untolerated(JsonNode taints, JsonNode tolerations, String... effects) {
        for (JsonNode taint : taints) {
            if (Set.of(effects).contains(taint.path("effect").asText()) && !tolerated(taint, tolerations)) {
                return taint;
            }
        }
        return null;
    }

    public static boolean tolerated(JsonNode taint, JsonNode tolerations) {
        List<Toleration> all = Toleration.read(tolerations);
        return Toleration.covered(all, Taint.of(taint));
    }
}
