package io.kumiki.runs.pod;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;

/// JSON fragments of the Kubernetes API as fabric8's typed model. Its deserializers read nested trees, which the
/// house's strict mapper
/// (no trailing tokens) does not allow.
public final class Typed {
    private static final KubernetesSerialization JSON = new KubernetesSerialization();

    private Typed() {}

    public static <T> T of(JsonNode json, Class<T> kind) {
        try {
            return JSON.convertValue(json, kind);
        } catch (IllegalArgumentException e) {
            throw new StepPods.Refused(
                    "the pipeline's settings hold a " + kind.getSimpleName() + " that Kubernetes cannot read: " + json);
        }
    }

    static <T> List<T> list(JsonNode in, String key, Class<T> kind) {
        var out = new ArrayList<T>();
        in.path(key).forEach(one -> out.add(of(one, kind)));
        return out;
    }

    static byte[] bytes(Object object) {
        return JSON.asJson(object).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
