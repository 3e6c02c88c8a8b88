package io.kumiki.extender;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A Secret that all replicas share: whoever comes first writes it, the others read what was written.
final class KeySecret {
    private static final int TRIES = 5;

    private final KubeApi api;
    private final String list;
    private final String namespace;
    private final String name;

    KeySecret(KubeApi api, String namespace, String name) {
        this.api = api;
        this.list = "/api/v1/namespaces/" + namespace + "/secrets";
        this.namespace = namespace;
        this.name = name;
    }

    /// What it holds from now on.
    ///
    /// Throws [IllegalStateException] where it can be neither read nor written.
    ///
    /// @param wanted of what it holds (nothing where there is none); the same where that is good
    Map<String, String> ensure(UnaryOperator<Map<String, String>> wanted) {
        KubeApi.Result result = new KubeApi.Result(0, Json.object());
        for (int attempt = 0; attempt < TRIES; attempt++) {
            KubeApi.Result found = api.get(list + "/" + name);
            if (!found.done() && found.code() != 404) {
                result = found;
                continue;
            }
            Map<String, String> there = found.done() ? texts(found) : Map.of();
            Map<String, String> now = wanted.apply(there);
            if (now.equals(there)) {
                return now;
            }
            result = found.done() ? api.put(list + "/" + name, secret(now, found)) : api.post(list, secret(now, null));
            if (result.done()) {
                return now;
            }
        }
        throw new IllegalStateException(
                "the Secret " + namespace + "/" + name + " can be neither read nor written: " + result.message());
    }

    private static Map<String, String> texts(KubeApi.Result secret) {
        var texts = new TreeMap<String, String>();
        Facts.texts(secret.body().path("data"))
                .forEach((name, encoded) ->
                        texts.put(name, new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_8)));
        return texts;
    }

    private ObjectNode secret(Map<String, String> texts, KubeApi.@Nullable Result before) {
        ObjectNode secret =
                Json.object().put("apiVersion", "v1").put("kind", "Secret").put("type", "Opaque");
        ObjectNode metadata = secret.putObject("metadata").put("name", name).put("namespace", namespace);
        if (before != null) {
            metadata.set("resourceVersion", before.body().path("metadata").path("resourceVersion"));
        }
        ObjectNode data = secret.putObject("data");
        texts.forEach((name, text) ->
                data.put(name, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
        return secret;
    }
}
