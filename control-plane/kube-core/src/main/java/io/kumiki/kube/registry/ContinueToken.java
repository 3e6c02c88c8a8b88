package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Where a list goes on: after which object, in the cluster as it was at which revision (-1: as it is now).
record ContinueToken(long revision, String namespace, String name) {
    String text() {
        var json = Json.object()
                .put("v", "kumiki.io/v1")
                .put("rv", revision)
                .put("ns", namespace)
                .put("name", name);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(json));
    }

    static ContinueToken parse(String text) {
        try {
            JsonNode json = Json.parse(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
            if (json.path("v").asText().equals("kumiki.io/v1")
                    && json.path("rv").isIntegralNumber()) {
                return new ContinueToken(
                        json.path("rv").asLong(),
                        json.path("ns").asText(),
                        json.path("name").asText());
            }
        } catch (IllegalArgumentException | Json.Malformed e) {
            throw invalid();
        }
        throw invalid();
    }

    private static ApiFault invalid() {
        return ApiFault.badRequest(
                "invalid continue token: continue key is not valid: give the token of the list's last page as it came, or none");
    }
}
