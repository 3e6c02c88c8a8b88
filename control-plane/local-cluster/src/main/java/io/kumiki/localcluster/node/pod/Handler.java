package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// What a probe or a lifecycle hook does, as its spec says.
public sealed interface Handler {
    record Exec(List<String> command) implements Handler {}

    /// `host` is empty for the pod's own address; `port` is 0 when the spec names one that the container does not
    /// have.
    record HttpGet(boolean tls, String host, int port, String path, List<Header> headers) implements Handler {}

    record TcpSocket(String host, int port) implements Handler {}

    /// The health service of gRPC; `service` is empty for the whole server.
    record Grpc(int port, String service) implements Handler {}

    record Sleep(long seconds) implements Handler {}

    record Header(String name, String value) {}

    /// Reads the one handler that a probe or hook of the container gives.
    static Handler of(JsonNode given, JsonNode container) {
        if (given.has("exec")) {
            List<String> command = new ArrayList<>();
            given.path("exec").path("command").forEach(word -> command.add(word.asText()));
            return new Exec(List.copyOf(command));
        }
        if (given.has("tcpSocket")) {
            JsonNode tcp = given.path("tcpSocket");
            return new TcpSocket(tcp.path("host").asText(""), port(tcp.path("port"), container));
        }
        if (given.has("grpc")) {
            JsonNode grpc = given.path("grpc");
            return new Grpc(grpc.path("port").asInt(), grpc.path("service").asText(""));
        }
        if (given.has("sleep")) {
            return new Sleep(given.path("sleep").path("seconds").asLong());
        }
        JsonNode http = given.path("httpGet");
        List<Header> headers = new ArrayList<>();
        for (JsonNode header : http.path("httpHeaders")) {
            headers.add(new Header(
                    header.path("name").asText(), header.path("value").asText()));
        }
        return new HttpGet(
                http.path("scheme").asText("HTTP").equalsIgnoreCase("HTTPS"),
                http.path("host").asText(""),
                port(http.path("port"), container),
                http.path("path").asText("/"),
                List.copyOf(headers));
    }

    /// A number, digits, or the name of one of the container's ports.
    private static int port(JsonNode wanted, JsonNode container) {
        if (wanted.isInt()) {
            return wanted.asInt();
        }
        String name = wanted.asText();
        if (name.matches("[0-9]{1,5}")) {
            return Integer.parseInt(name);
        }
        for (JsonNode port : container.path("ports")) {
            if (port.path("name").asText("").equals(name)) {
                return port.path("containerPort").asInt();
            }
        }
        return 0;
    }
}
