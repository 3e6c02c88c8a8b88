package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// TokenRequest, and the documents by which others check our tokens.
final class TokenRequests {
    static final String DISCOVERY = "/.well-known/openid-configuration";
    static final String KEYS = "/openid/v1/jwks";

    private final Accounts accounts;
    private final ClusterSettings settings;

    TokenRequests(Accounts accounts, ClusterSettings settings) {
        this.accounts = accounts;
        this.settings = settings;
    }

    static ObjectNode body(ApiRequest request) {
        return Bodies.object(request, "authentication.k8s.io/v1", "TokenRequest");
    }

    ApiAnswer answer(ObjectNode order, String namespace, String account) {
        JsonNode spec = order.path("spec");
        List<String> audiences = new ArrayList<>();
        spec.path("audiences").forEach(a -> audiences.add(a.asText()));
        long seconds = spec.path("expirationSeconds").asLong(3600);
        check(seconds);
        JsonNode given = spec.path("boundObjectRef");
        Accounts.Bound bound = given.isObject()
                ? new Accounts.Bound(
                        given.path("kind").asText(),
                        given.path("name").asText(),
                        given.path("uid").asText(""))
                : null;
        Accounts.Issued issued = accounts.issue(namespace, account, audiences, seconds, bound);
        ObjectNode answer = Json.object();
        answer.put("kind", "TokenRequest").put("apiVersion", "authentication.k8s.io/v1");
        answer.putObject("metadata")
                .put("name", account)
                .put("namespace", namespace)
                .put(
                        "creationTimestamp",
                        settings.now().get().truncatedTo(ChronoUnit.SECONDS).toString());
        ObjectNode said = answer.putObject("spec");
        issued.audiences().forEach(said.putArray("audiences")::add);
        said.put("expirationSeconds", seconds);
        said.set("boundObjectRef", bound == null ? NullNode.getInstance() : given);
        answer.putObject("status")
                .put("token", issued.token())
                .put(
                        "expirationTimestamp",
                        issued.expires().truncatedTo(ChronoUnit.SECONDS).toString());
        return ApiAnswer.json(201, answer);
    }

    private static void check(long seconds) {
        String why = seconds < Accounts.SHORTEST
                ? "may not specify a duration less than 10 minutes"
                : seconds > Accounts.LONGEST ? "may not specify a duration larger than 2^32 seconds" : "";
        if (!why.isEmpty()) {
            throw ApiFault.invalid(
                    "authentication.k8s.io",
                    "TokenRequest",
                    "",
                    List.of(new Violation(
                            "spec.expirationSeconds", "FieldValueInvalid", "Invalid value: " + seconds + ": " + why)));
        }
    }

    /// OpenID discovery of the tokens' issuer.
    ApiAnswer discovery() {
        ObjectNode document = Json.object();
        document.put("issuer", Accounts.ISSUER).put("jwks_uri", Accounts.ISSUER + KEYS);
        document.putArray("response_types_supported").add("id_token");
        document.putArray("subject_types_supported").add("public");
        var algorithms = document.putArray("id_token_signing_alg_values_supported");
        settings.tokens().keys().forEach(key -> algorithms.add(key.path("alg")));
        return ApiAnswer.json(200, document);
    }

    ApiAnswer keys() {
        ObjectNode document = Json.object();
        settings.tokens().keys().forEach(document.putArray("keys")::add);
        return new ApiAnswer.Whole(
                200,
                "application/jwk-set+json",
                List.of(Json.write(document).getBytes(StandardCharsets.UTF_8)),
                Map.of());
    }
}
