package io.kumiki.runtime.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.vertx.core.http.HttpServerRequest;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One request as a handler sees it: matched, identified, allowed, its body within the route's limit.
public final class Request {
    private final HttpServerRequest http;
    private final Map<String, String> params;
    private final Caller caller;
    private final Received received;
    private final String traceId;

    Request(HttpServerRequest http, Map<String, String> params, Caller caller, Received received, String traceId) {
        this.http = http;
        this.params = params;
        this.caller = caller;
        this.received = received;
        this.traceId = traceId;
    }

    public String method() {
        return http.method().name();
    }

    /// As sent, still percent-encoded.
    public String path() {
        String path = http.path();
        return path == null ? "" : path;
    }

    /// Path and query as sent.
    public String uri() {
        return http.uri();
    }

    /// `http://127.0.0.1:8888`: how this caller reaches us.
    public String origin() {
        var authority = http.authority();
        return http.scheme() + "://" + (authority == null ? "localhost" : authority.toString());
    }

    /// A path parameter, decoded. A name the route does not have is a programming mistake.
    public String param(String name) {
        String value = params.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no path parameter {" + name + "}");
        }
        return value;
    }

    public @Nullable String query(String name) {
        return http.params().get(name);
    }

    public String query(String name, String otherwise) {
        String value = query(name);
        return value == null ? otherwise : value;
    }

    public List<String> queries(String name) {
        return http.params().getAll(name);
    }

    /// The names of all query parameters, so that a surface can refuse those it does not know.
    public java.util.Set<String> queryNames() {
        return http.params().names();
    }

    public @Nullable String header(String name) {
        return http.getHeader(name);
    }

    public Caller caller() {
        return caller;
    }

    public String traceId() {
        return traceId;
    }

    public byte[] body() {
        return received.whole();
    }

    public JsonNode json() {
        byte[] body = body();
        if (body.length == 0) {
            throw HttpFault.badRequest("a JSON body is wanted, the request has none");
        }
        return Json.parse(body);
    }

    /// The body as a record; unknown fields are refused by name.
    public <T> T json(Class<T> type) {
        try {
            return Json.mapper().treeToValue(json(), type);
        } catch (JsonProcessingException e) {
            throw HttpFault.badRequest("the body does not fit: " + e.getOriginalMessage());
        }
    }

    /// For routes declared with {@link Body#stream}: bytes as they come; reading beyond the limit ends the request
    /// with 413.
    public InputStream stream() {
        return received.stream();
    }

    /// A file of a multipart form.
    public @Nullable Upload upload(String field) {
        return received.uploads().stream()
                .filter(u -> u.field().equals(field))
                .findFirst()
                .orElse(null);
    }

    public List<Upload> uploads() {
        return received.uploads();
    }

    /// A plain field of a multipart form.
    public @Nullable String field(String name) {
        return http.formAttributes().get(name);
    }

    /// Runs when the peer goes away before the answer is complete. For handlers that wait for something.
    public void onDisconnect(Runnable action) {
        http.response().closeHandler(closed -> action.run());
    }

    HttpServerRequest http() {
        return http;
    }
}
