package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// `pods/NAME/proxy` and `services/NAME/proxy`: to which address a request goes on. The name may say a scheme and a
/// port: `https:web:443`, `web:http`.
final class Proxies {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    private final Parts parts;

    Proxies(Parts parts) {
        this.parts = parts;
    }

    private record Wanted(boolean tls, String name, String port) {
        static Wanted of(String text) {
            String[] words = text.split(":", -1);
            boolean scheme = words.length == 3;
            if (words.length > 3 || (scheme && !List.of("", "http", "https").contains(words[0]))) {
                throw ApiFault.badRequest("invalid proxy target \"" + text
                        + "\"; it is NAME, NAME:PORT or SCHEME:NAME:PORT with http or https");
            }
            return new Wanted(
                    scheme && words[0].equals("https"),
                    scheme ? words[1] : words[0],
                    scheme ? words[2] : words.length == 2 ? words[1] : "");
        }
    }

    ApiAnswer answer(ApiRequest request, RequestPath target, Kind kind) {
        Wanted wanted = Wanted.of(target.name());
        StoredObject stored = parts.reads().get(kind, target.namespace(), wanted.name());
        JsonNode object = Json.parse(stored.json());
        boolean pod = kind.storage().equals("pods");
        Address to = pod ? pod(object, wanted) : service(object, target.namespace(), wanted);
        if (to.host.startsWith("169.254.")) {
            throw ApiFault.badRequest("address not allowed: " + to.host);
        }
        String path = target.tail().isEmpty() ? "/" : target.tail();
        return new ApiAnswer.Forward(wanted.tls(), to.host, to.port, encoded(path) + query(request));
    }

    private record Address(String host, int port) {}

    private static Address pod(JsonNode pod, Wanted wanted) {
        String host = pod.path("status").path("podIP").asText("");
        if (host.isEmpty()) {
            throw unavailable("pod \"" + wanted.name() + "\" has no address yet");
        }
        if (wanted.port().matches("[0-9]{1,5}")) {
            return new Address(host, Integer.parseInt(wanted.port()));
        }
        for (JsonNode container : pod.path("spec").path("containers")) {
            for (JsonNode port : container.path("ports")) {
                if (wanted.port().isEmpty() || port.path("name").asText().equals(wanted.port())) {
                    return new Address(host, port.path("containerPort").asInt());
                }
            }
        }
        if (wanted.port().isEmpty()) {
            return new Address(host, wanted.tls() ? 443 : 80);
        }
        throw ApiFault.badRequest("pod \"" + wanted.name() + "\" has no port \"" + wanted.port() + "\"");
    }

    private Address service(JsonNode service, String namespace, Wanted wanted) {
        JsonNode ports = service.path("spec").path("ports");
        String name = null;
        for (JsonNode port : ports) {
            boolean meant = wanted.port().isEmpty()
                    ? ports.size() == 1
                    : wanted.port().equals(port.path("name").asText(""))
                            || wanted.port().equals(port.path("port").asText());
            if (meant) {
                name = port.path("name").asText("");
            }
        }
        if (name == null) {
            throw unavailable("no service port \"" + wanted.port() + "\" found for service \"" + wanted.name() + "\"");
        }
        Kind slices = parts.kinds().get(ResourceType.ENDPOINT_SLICES);
        List<StoredObject> all = parts.registry().read(store -> List.copyOf(store.all(slices.storage(), namespace)));
        for (StoredObject each : all) {
            JsonNode slice = Json.parse(each.json());
            if (slice.path("metadata")
                    .path("labels")
                    .path(SERVICE_NAME)
                    .asText()
                    .equals(wanted.name())) {
                Address ready = ready(slice, name);
                if (ready != null) {
                    return ready;
                }
            }
        }
        throw unavailable("no endpoints available for service \"" + wanted.name() + "\"");
    }

    private static @Nullable Address ready(JsonNode slice, String portName) {
        for (JsonNode port : slice.path("ports")) {
            for (JsonNode endpoint : slice.path("endpoints")) {
                if (port.path("name").asText("").equals(portName)
                        && endpoint.path("conditions").path("ready").asBoolean(true)) {
                    return new Address(
                            endpoint.path("addresses").path(0).asText(),
                            port.path("port").asInt());
                }
            }
        }
        return null;
    }

    private static ApiFault unavailable(String why) {
        return ApiFault.of(503, "ServiceUnavailable", why);
    }

    private static String encoded(String path) {
        StringJoiner all = new StringJoiner("/");
        for (String segment : path.split("/", -1)) {
            all.add(word(segment).replace("+", "%20"));
        }
        return all.toString();
    }

    private static String query(ApiRequest request) {
        StringJoiner all = new StringJoiner("&", "?", "");
        all.setEmptyValue("");
        request.query().forEach((name, values) -> values.forEach(value -> all.add(word(name) + "=" + word(value))));
        return all.toString();
    }

    private static String word(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
