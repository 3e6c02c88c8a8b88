package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Who we are to a registry. Never printed.
public record RegistryLogin(String registry, String username, String password, String identityToken) {
    private static final String HUB = "docker.io";
    private static final Set<String> HUB_NAMES = Set.of(HUB, "index.docker.io", "registry-1.docker.io");

    @Override
    public String toString() {
        return "RegistryLogin[" + registry + "]";
    }

    /// The entries of a Secret of type `kubernetes.io/dockerconfigjson` or `kubernetes.io/dockercfg` that fit an image,
    /// the one with the longest path first. A part of a registry's name may be `*`, as the kubelet has it.
    ///
    /// @throws IllegalArgumentException when the Secret is not of that form
    public static List<RegistryLogin> of(JsonNode secret, String image) {
        JsonNode data = secret.path("data");
        JsonNode auths;
        if (data.has(".dockerconfigjson")) {
            auths = json(data.path(".dockerconfigjson")).path("auths");
        } else if (data.has(".dockercfg")) {
            auths = json(data.path(".dockercfg"));
        } else {
            throw new IllegalArgumentException("it has neither .dockerconfigjson nor .dockercfg");
        }
        String wanted = repository(image);
        return auths.properties().stream()
                .filter(entry -> fits(key(entry.getKey()), wanted))
                .sorted(Comparator.comparingInt(entry -> -key(entry.getKey()).length()))
                .map(entry -> login(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static boolean fits(String key, String image) {
        String pattern = Pattern.quote(key).replace("*", "\\E[^./]*\\Q");
        return Pattern.compile(pattern + "(?:/.*)?").matcher(image).matches();
    }

    private static JsonNode json(JsonNode base64) {
        try {
            return Json.parse(Base64.getDecoder().decode(base64.asText().replaceAll("\\s", "")));
        } catch (Json.Malformed e) {
            throw new IllegalArgumentException("it does not hold JSON", e);
        }
    }

    private static RegistryLogin login(String registry, JsonNode entry) {
        String user = entry.path("username").asText("");
        String password = entry.path("password").asText("");
        if (entry.hasNonNull("auth") && user.isEmpty()) {
            byte[] pair = Base64.getDecoder().decode(entry.path("auth").asText().strip());
            String[] both = new String(pair, StandardCharsets.UTF_8).split(":", 2);
            user = both[0];
            password = both.length == 2 ? both[1] : "";
        }
        return new RegistryLogin(
                registry, user, password, entry.path("identitytoken").asText(""));
    }

    /// `https://index.docker.io/v1/` and `docker.io` are the same place.
    private static String key(String registry) {
        String plain = registry.replaceFirst("^https?://", "")
                .replaceFirst("/v[12]/?$", "")
                .replaceFirst("/$", "");
        int slash = plain.indexOf('/');
        String host = slash < 0 ? plain : plain.substring(0, slash);
        return HUB_NAMES.contains(host) ? HUB + plain.substring(host.length()) : plain;
    }

    /// Registry and path of an image, without tag and digest: `busybox:1` is `docker.io/library/busybox`.
    static String repository(String image) {
        String rest = ImageName.of(image).repository();
        int slash = rest.indexOf('/');
        String first = slash < 0 ? "" : rest.substring(0, slash).toLowerCase(Locale.ROOT);
        if (first.isEmpty()) {
            return HUB + "/library/" + rest;
        }
        if (HUB_NAMES.contains(first)) {
            return HUB + rest.substring(slash);
        }
        boolean host = first.contains(".") || first.contains(":") || first.equals("localhost");
        return host ? rest : HUB + "/" + rest;
    }

    /// As the engine's header `X-Registry-Auth` wants it.
    String header() {
        var auth = Json.object();
        if (identityToken.isEmpty()) {
            auth.put("username", username).put("password", password);
        } else {
            auth.put("identitytoken", identityToken);
        }
        auth.put("serveraddress", registry);
        return Base64.getUrlEncoder().encodeToString(Json.bytes(auth));
    }
}
