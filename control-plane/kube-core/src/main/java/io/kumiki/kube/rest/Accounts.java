package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Caller;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Service-account tokens: issued by TokenRequest, believed while account and pod still exist.
public final class Accounts {
    public static final String ISSUER = "https://kubernetes.default.svc";
    private static final long SHORTEST = 600;
    private static final long LONGEST = 1L << 32;

    private final ClusterSettings settings;
    private final Registry registry;

    public Accounts(ClusterSettings settings, Registry registry) {
        this.settings = settings;
        this.registry = registry;
    }

    /// A pod that a token dies with.
    public record BoundPod(String name, String uid) {}

    public record Issued(String token, Instant expires, List<String> audiences) {}

    public Issued issue(
            String namespace, String account, List<String> audiences, long seconds, @Nullable BoundPod pod) {
        StoredObject found = registry.get(new ObjectKey("serviceaccounts", namespace, account));
        if (found == null) {
            throw ApiFault.notFound("serviceaccounts", account);
        }
        long wanted = Math.clamp(seconds, SHORTEST, LONGEST);
        List<String> forWhom = audiences.isEmpty() ? List.of(ISSUER) : audiences;
        Instant now = settings.now().get();
        ObjectNode claims = Json.object();
        var aud = claims.putArray("aud");
        forWhom.forEach(aud::add);
        claims.put("exp", now.getEpochSecond() + wanted)
                .put("iat", now.getEpochSecond())
                .put("nbf", now.getEpochSecond())
                .put("iss", ISSUER)
                .put("jti", settings.uids().get());
        ObjectNode own = claims.putObject("kubernetes.io").put("namespace", namespace);
        if (pod != null) {
            StoredObject there = registry.get(new ObjectKey("pods", namespace, pod.name()));
            if (there == null || !(pod.uid().isEmpty() || pod.uid().equals(there.uid()))) {
                throw ApiFault.notFound("pods", pod.name());
            }
            own.putObject("pod").put("name", pod.name()).put("uid", there.uid());
        }
        own.putObject("serviceaccount").put("name", account).put("uid", found.uid());
        claims.put("sub", "system:serviceaccount:" + namespace + ":" + account);
        return new Issued(settings.tokens().sign(claims), now.plusSeconds(wanted), forWhom);
    }

    /// Who shows the token; `null` when it is not, or no longer, to be believed.
    ///
    /// @param audiences one of which the token must be for; empty for this server's own
    public @Nullable Caller authenticate(String token, List<String> audiences) {
        JsonNode claims = settings.tokens().claims(token);
        if (claims == null || !claims.path("iss").asText().equals(ISSUER)) {
            return null;
        }
        long now = settings.now().get().getEpochSecond();
        if (claims.path("exp").asLong() <= now || claims.path("nbf").asLong() > now + 60 || !meant(claims, audiences)) {
            return null;
        }
        JsonNode own = claims.path("kubernetes.io");
        String namespace = own.path("namespace").asText();
        JsonNode account = own.path("serviceaccount");
        if (!alive("serviceaccounts", namespace, account)
                || (own.has("pod") && !alive("pods", namespace, own.path("pod")))) {
            return null;
        }
        return Caller.account(
                namespace, account.path("name").asText(), account.path("uid").asText());
    }

    private static boolean meant(JsonNode claims, List<String> audiences) {
        List<String> wanted = audiences.isEmpty() ? List.of(ISSUER) : audiences;
        for (JsonNode each : claims.path("aud")) {
            if (wanted.contains(each.asText())) {
                return true;
            }
        }
        return false;
    }

    private boolean alive(String storage, String namespace, JsonNode reference) {
        StoredObject found = registry.get(
                new ObjectKey(storage, namespace, reference.path("name").asText()));
        return found != null && found.uid().equals(reference.path("uid").asText());
    }

    /// TokenRequest.
    ApiAnswer answer(ApiRequest request, String namespace, String account) {
        ObjectNode order = Bodies.object(request, "authentication.k8s.io/v1", "TokenRequest");
        JsonNode spec = order.path("spec");
        List<String> audiences = new ArrayList<>();
        spec.path("audiences").forEach(a -> audiences.add(a.asText()));
        JsonNode bound = spec.path("boundObjectRef");
        if (!bound.isMissingNode()
                && !bound.isNull()
                && !bound.path("kind").asText().equals("Pod")) {
            throw ApiFault.badRequest("spec.boundObjectRef.kind: Unsupported value: \""
                    + bound.path("kind").asText() + "\": supported values: \"Pod\"");
        }
        long seconds = spec.path("expirationSeconds").asLong(3600);
        if (seconds < SHORTEST) {
            throw ApiFault.invalid(
                    "authentication.k8s.io",
                    "TokenRequest",
                    "",
                    List.of(Names.invalid(
                            "spec.expirationSeconds",
                            Long.toString(seconds),
                            "may not specify a duration less than 10 minutes")));
        }
        BoundPod pod = bound.has("kind")
                ? new BoundPod(bound.path("name").asText(), bound.path("uid").asText(""))
                : null;
        Issued issued = issue(namespace, account, audiences, seconds, pod);
        ObjectNode answer = Json.object();
        answer.put("kind", "TokenRequest").put("apiVersion", "authentication.k8s.io/v1");
        answer.putObject("metadata").put("name", account).put("namespace", namespace);
        ObjectNode said = answer.putObject("spec");
        var aud = said.putArray("audiences");
        issued.audiences().forEach(aud::add);
        said.put("expirationSeconds", seconds);
        if (pod != null) {
            said.set("boundObjectRef", bound);
        }
        answer.putObject("status")
                .put("token", issued.token())
                .put(
                        "expirationTimestamp",
                        issued.expires()
                                .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                                .toString());
        return ApiAnswer.json(201, answer);
    }
}
