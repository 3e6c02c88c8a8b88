package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Caller;
import io.kumiki.kube.Tokens;
import io.kumiki.kube.rest.Requests.Reply;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Tokens live as long as what they are for. The signature is a number here; local-cluster tests the real one.
class TokenTest {
    /// Remembers what it signed.
    private static final class Remembered implements Tokens {
        private final List<ObjectNode> signed = new ArrayList<>();

        @Override
        public String sign(ObjectNode claims) {
            signed.add(claims.deepCopy());
            return String.valueOf(signed.size() - 1);
        }

        @Override
        public @Nullable JsonNode claims(String token) {
            return token.matches("\\d{1,4}") && Integer.parseInt(token) < signed.size()
                    ? signed.get(Integer.parseInt(token))
                    : null;
        }

        @Override
        public List<ObjectNode> keys() {
            return List.of(Json.object().put("kid", "one").put("alg", "ES256"));
        }
    }

    private final Requests api = new Requests(new Remembered());

    private Reply request(String spec) {
        return api.post("/api/v1/namespaces/n/serviceaccounts/default/token", "{\"spec\":" + spec + "}");
    }

    private static String bound(String kind, String name, String uid) {
        return "{\"boundObjectRef\":{\"kind\":\"" + kind + "\",\"apiVersion\":\"v1\",\"name\":\"" + name
                + "\",\"uid\":\"" + uid + "\"}}";
    }

    @Test
    void aTokenExpires() {
        String token = request("{\"expirationSeconds\":600}").at("/status/token");
        assertThat(api.cluster.authenticate(token)).isNotNull();
        api.now = api.now.plusSeconds(601);
        assertThat(api.cluster.authenticate(token)).isNull();
        assertThat(request("{\"expirationSeconds\":599}").message())
                .isEqualTo("TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value:"
                        + " 599: may not specify a duration less than 10 minutes");
        assertThat(request("{\"expirationSeconds\":4294967297}").code()).isEqualTo(422);
    }

    @Test
    void aTokenIsForItsAudienceOnly() {
        String token = request("{\"audiences\":[\"vault\",\"bank\"]}").at("/status/token");
        assertThat(api.cluster.authenticate(token)).isNull();
        String reviews = "/apis/authentication.k8s.io/v1/tokenreviews";
        Reply wrong = api.post(reviews, "{\"spec\":{\"token\":\"" + token + "\"}}");
        assertThat(wrong.json().at("/status/authenticated").asBoolean()).isFalse();
        Reply right = api.post(reviews, "{\"spec\":{\"token\":\"" + token + "\",\"audiences\":[\"vault\",\"other\"]}}");
        assertThat(right.json().at("/status/audiences").toString()).isEqualTo("[\"vault\"]");
        assertThat(right.at("/status/user/username")).isEqualTo("system:serviceaccount:n:default");
        assertThat(api.post(reviews, "{\"spec\":{}}").code()).isEqualTo(400);
    }

    @Test
    void aTokenDiesWithItsPodSecretNodeOrAccount() {
        String node =
                api.post("/api/v1/nodes", "{\"metadata\":{\"name\":\"node\"}}").at("/metadata/uid");
        String secret = api.post("/api/v1/namespaces/n/secrets", "{\"metadata\":{\"name\":\"s\"}}")
                .at("/metadata/uid");
        String pods = "/api/v1/namespaces/n/pods";
        String pod = api.post(pods, Requests.pod("p").toString()).at("/metadata/uid");
        api.post(
                pods + "/p/binding",
                "{\"metadata\":{\"name\":\"p\"},\"target\":{\"kind\":\"Node\",\"name\":\"node\"}}");
        String ofPod = request(bound("Pod", "p", pod)).at("/status/token");
        Caller caller = api.cluster.authenticate(ofPod);
        assertThat(caller.extra())
                .containsEntry("authentication.kubernetes.io/pod-name", List.of("p"))
                .containsEntry("authentication.kubernetes.io/pod-uid", List.of(pod))
                .containsEntry("authentication.kubernetes.io/node-name", List.of("node"));
        String ofNode = request(bound("Node", "node", node)).at("/status/token");
        String ofSecret = request(bound("Secret", "s", secret)).at("/status/token");
        String plain = request("{}").at("/status/token");
        for (String token : List.of(ofPod, ofNode, ofSecret, plain)) {
            assertThat(api.cluster.authenticate(token)).isNotNull();
        }
        api.send("DELETE", pods + "/p", "application/json", "{\"gracePeriodSeconds\":0}");
        api.post(pods, Requests.pod("p").toString());
        assertThat(api.cluster.authenticate(ofPod)).as("a pod of the same name").isNull();
        api.delete("/api/v1/nodes/node");
        assertThat(api.cluster.authenticate(ofNode)).isNull();
        api.delete("/api/v1/namespaces/n/secrets/s");
        assertThat(api.cluster.authenticate(ofSecret)).isNull();
        api.delete("/api/v1/namespaces/n/serviceaccounts/default");
        assertThat(api.cluster.authenticate(plain))
                .as("the account is made anew at once")
                .isNull();
        assertThat(api.get("/api/v1/namespaces/n/serviceaccounts/default").code())
                .isEqualTo(200);
    }

    @Test
    void whatCannotBeBoundIsRefused() {
        api.post("/api/v1/namespaces/n/serviceaccounts", "{\"metadata\":{\"name\":\"other\"}}");
        api.post("/api/v1/namespaces/n/pods", Requests.pod("p").toString());
        assertThat(request(bound("ConfigMap", "c", "")).message())
                .isEqualTo("cannot bind token to object of type /v1, Kind=ConfigMap");
        assertThat(request(bound("Pod", "q", "")).code()).isEqualTo(404);
        assertThat(request(bound("Pod", "p", "stale")).code()).isEqualTo(409);
        assertThat(api.post(
                                "/api/v1/namespaces/n/serviceaccounts/other/token",
                                "{\"spec\":" + bound("Pod", "p", "") + "}")
                        .message())
                .isEqualTo("cannot bind token for serviceaccount \"other\" to pod running with different serviceaccount"
                        + " name.");
    }

    @Test
    void othersCanCheckTokens() {
        assertThat(api.get("/.well-known/openid-configuration").json().toString())
                .contains("\"issuer\":\"https://kubernetes.default.svc\"")
                .contains("\"id_token_signing_alg_values_supported\":[\"ES256\"]");
        api.caller = Caller.account("n", "default", "");
        assertThat(api.get("/openid/v1/jwks").json().at("/keys/0/kid").asText()).isEqualTo("one");
        api.caller = Caller.ANONYMOUS;
        assertThat(api.get("/openid/v1/jwks").code()).isEqualTo(403);
    }
}
