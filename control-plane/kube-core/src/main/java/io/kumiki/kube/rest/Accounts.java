package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Caller;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Service-account tokens: issued by TokenRequest, believed while the account and what they are bound to still exist.
public final class Accounts {
    public static final String ISSUER = "https://kubernetes.default.svc";
    static final long SHORTEST = 600;
    static final long LONGEST = 1L << 32;

    private static final String OWN = "kubernetes.io";
    private static final String EXTRA = "authentication.kubernetes.io/";
    private static final Map<String, String> STORAGES = Map.of("Pod", "pods", "Secret", "secrets", "Node", "nodes");

    private final ClusterSettings settings;
    private final Registry registry;

    public Accounts(ClusterSettings settings, Registry registry) {
        this.settings = settings;
        this.registry = registry;
    }

    /// What a token dies with.
    ///
    /// @param kind `Pod`, `Secret` or `Node`
    /// @param uid empty for whichever has the name
    public record Bound(String kind, String name, String uid) {}

    public record Issued(String token, Instant expires, List<String> audiences) {}

    public Issued issue(String namespace, String account, List<String> audiences, long seconds, @Nullable Bound bound) {
        StoredObject found = registry.get(new ObjectKey("serviceaccounts", namespace, account));
        if (found == null) {
            throw ApiFault.notFound("serviceaccounts", account);
        }
        long wanted = Math.clamp(seconds, SHORTEST, LONGEST);
        List<String> forWhom = audiences.isEmpty() ? List.of(ISSUER) : audiences;
        Instant now = settings.now().get();
        ObjectNode claims = Json.object();
        forWhom.forEach(claims.putArray("aud")::add);
        claims.put("exp", now.getEpochSecond() + wanted)
                .put("iat", now.getEpochSecond())
                .put("iss", ISSUER)
                .put("jti", settings.uids().get());
        ObjectNode own = claims.putObject(OWN).put("namespace", namespace);
        if (bound != null) {
            bind(own, namespace, account, bound);
        }
        own.putObject("serviceaccount").put("name", account).put("uid", found.uid());
        claims.put("nbf", now.getEpochSecond()).put("sub", "system:serviceaccount:" + namespace + ":" + account);
        return new Issued(settings.tokens().sign(claims), now.plusSeconds(wanted), forWhom);
    }

    private void bind(ObjectNode own, String namespace, String account, Bound bound) {
        String storage = STORAGES.get(bound.kind());
        if (storage == null) {
            throw ApiFault.badRequest("cannot bind token to object of type /v1, Kind=" + bound.kind());
        }
        StoredObject there = registry.get(key(bound.kind(), namespace, bound.name()));
        if (there == null) {
            throw ApiFault.notFound(storage, bound.name());
        }
        if (!bound.uid().isEmpty() && !bound.uid().equals(there.uid())) {
            throw ApiFault.conflict(
                    bound.kind(),
                    bound.name(),
                    "the UID in the bound object reference (" + bound.uid()
                            + ") does not match the UID in record. The object might have been deleted and then"
                            + " recreated");
        }
        if (bound.kind().equals("Pod")) {
            JsonNode spec = Json.parse(there.json()).path("spec");
            if (!spec.path("serviceAccountName").asText().equals(account)) {
                throw ApiFault.badRequest("cannot bind token for serviceaccount \"" + account
                        + "\" to pod running with different serviceaccount name.");
            }
            StoredObject node =
                    registry.get(key("Node", "", spec.path("nodeName").asText("")));
            if (node != null) {
                own.putObject("node").put("name", node.key().name()).put("uid", node.uid());
            }
        }
        own.putObject(bound.kind().toLowerCase(java.util.Locale.ROOT))
                .put("name", bound.name())
                .put("uid", there.uid());
    }

    private static ObjectKey key(String kind, String namespace, String name) {
        return new ObjectKey(STORAGES.getOrDefault(kind, ""), kind.equals("Node") ? "" : namespace, name);
    }

    /// Who shows the token; `null` when it is not, or no longer, to be believed.
    ///
    /// @param audiences one of which the token must be for; empty for this server's own
    public @Nullable Caller authenticate(String token, List<String> audiences) {
        JsonNode claims = settings.tokens().claims(token);
        if (claims == null
                || !claims.path("iss").asText().equals(ISSUER)
                || meant(claims, audiences).isEmpty()) {
            return null;
        }
        long now = settings.now().get().getEpochSecond();
        if (claims.path("exp").asLong() <= now || claims.path("nbf").asLong() > now + 60) {
            return null;
        }
        JsonNode own = claims.path(OWN);
        String namespace = own.path("namespace").asText();
        JsonNode account = own.path("serviceaccount");
        if (!alive(
                        new ObjectKey(
                                "serviceaccounts",
                                namespace,
                                account.path("name").asText()),
                        account)
                || !bound(own, namespace)) {
            return null;
        }
        return Caller.account(
                        namespace,
                        account.path("name").asText(),
                        account.path("uid").asText())
                .knowing(extra(claims, own));
    }

    /// Whether everything that the token is bound to is still the same. A pod's node is only told, not asked: the pod
    /// outlives nothing of it.
    private boolean bound(JsonNode own, String namespace) {
        for (String kind : STORAGES.keySet()) {
            JsonNode reference = own.path(kind.toLowerCase(java.util.Locale.ROOT));
            boolean counts = reference.isObject() && !(kind.equals("Node") && own.has("pod"));
            if (counts && !alive(key(kind, namespace, reference.path("name").asText()), reference)) {
                return false;
            }
        }
        return true;
    }

    private boolean alive(ObjectKey key, JsonNode reference) {
        StoredObject found = registry.get(key);
        return found != null && found.uid().equals(reference.path("uid").asText());
    }

    private static Map<String, List<String>> extra(JsonNode claims, JsonNode own) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        extra.put(EXTRA + "credential-id", List.of("JTI=" + claims.path("jti").asText()));
        for (String kind : List.of("node", "pod")) {
            if (own.path(kind).isObject()) {
                extra.put(
                        EXTRA + kind + "-name",
                        List.of(own.path(kind).path("name").asText()));
                extra.put(
                        EXTRA + kind + "-uid",
                        List.of(own.path(kind).path("uid").asText()));
            }
        }
        return extra;
    }

    /// Which of the audiences a believed token is for; this server's own when none is asked for.
    List<String> meant(String token, List<String> audiences) {
        JsonNode claims = settings.tokens().claims(token);
        return claims == null ? List.of() : meant(claims, audiences);
    }

    private static List<String> meant(JsonNode claims, List<String> audiences) {
        List<String> wanted = audiences.isEmpty() ? List.of(ISSUER) : audiences;
        List<String> meant = new ArrayList<>();
        for (JsonNode each : claims.path("aud")) {
            if (wanted.contains(each.asText())) {
                meant.add(each.asText());
            }
        }
        return meant;
    }
}
