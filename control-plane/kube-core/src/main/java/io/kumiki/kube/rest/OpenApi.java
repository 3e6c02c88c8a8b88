package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.KindTable;
import io.kumiki.kube.schema.OpenApiWriter;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// OpenAPI v3, one document for each group version, written when first asked for.
final class OpenApi {
    private static final String ROOT = "/openapi/v3";

    private final KindTable kinds;
    private final Map<String, byte[]> written = new ConcurrentHashMap<>();
    private volatile long version = -1;

    OpenApi(KindTable kinds) {
        this.kinds = kinds;
    }

    ApiAnswer answer(ApiRequest request, String path) {
        if (version != kinds.version()) {
            written.clear();
            version = kinds.version();
        }
        if (path.equals(ROOT)) {
            return ApiAnswer.json(200, index());
        }
        String wanted = path.startsWith(ROOT + "/") ? path.substring(ROOT.length() + 1) : "";
        if (!places().contains(wanted)) {
            throw ApiFault.noSuchPath();
        }
        byte[] body = written.computeIfAbsent(wanted, w -> Json.bytes(document(w)));
        String etag = "\"" + version + "-" + Integer.toHexString(wanted.hashCode()) + "\"";
        if (request.header("if-none-match").equals(etag)) {
            return new ApiAnswer.Whole(304, ApiAnswer.JSON, List.of(), Map.of("Etag", etag));
        }
        return new ApiAnswer.Whole(200, ApiAnswer.JSON, List.of(body), Map.of("Etag", etag));
    }

    private static String place(Kind kind) {
        return kind.type().group().isEmpty()
                ? "api/" + kind.type().version()
                : "apis/" + kind.type().apiVersion();
    }

    private Set<String> places() {
        Set<String> places = new LinkedHashSet<>();
        kinds.all().forEach(kind -> places.add(place(kind)));
        return places;
    }

    private ObjectNode index() {
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        for (String place : places()) {
            // The hash only has to change when the document does, so that clients may cache it.
            paths.putObject(place).put("serverRelativeURL", ROOT + "/" + place + "?hash=" + kinds.version());
        }
        return index;
    }

    private ObjectNode document(String place) {
        ObjectNode document = Json.object();
        document.put("openapi", "3.0.0");
        document.putObject("info").put("title", "Kubernetes").put("version", "v1.34.0+kumiki");
        ObjectNode paths = document.putObject("paths");
        OpenApiWriter writer = new OpenApiWriter();
        for (Kind kind : kinds.all()) {
            if (place(kind).equals(place)) {
                kind(kind, writer, paths);
            }
        }
        document.putObject("components").set("schemas", writer.components());
        return document;
    }

    private static ObjectNode gvk(Kind kind, String word) {
        return Json.object()
                .put("group", kind.type().group())
                .put("version", kind.type().version())
                .put("kind", word);
    }

    private static void kind(Kind kind, OpenApiWriter writer, ObjectNode paths) {
        Schema schema = kind.schema().get();
        String name = schema.name().isEmpty() ? name(kind) : schema.name();
        writer.kind(name, schema, Descriptions.of(kind), gvk(kind, kind.kind()));
        String base = kind.type().group().isEmpty()
                ? "/api/" + kind.type().version()
                : "/apis/" + kind.type().apiVersion();
        String collection = base
                + (kind.namespaced() ? "/namespaces/{namespace}/" : "/")
                + kind.type().plural();
        if (!kind.stored()) {
            operation(paths, collection, "post", kind, "post", name, name, false);
            return;
        }
        String list = name + "List";
        writer.list(list, name, gvk(kind, kind.rules().listKind(kind.kind())));
        if (kind.namespaced()) {
            operation(paths, base + "/" + kind.type().plural(), "get", kind, "list", list, "", false);
        }
        operation(paths, collection, "get", kind, "list", list, "", kind.namespaced());
        operation(paths, collection, "post", kind, "post", name, name, kind.namespaced());
        operation(paths, collection, "delete", kind, "deletecollection", name, "", kind.namespaced());
        String one = collection + "/{name}";
        operation(paths, one, "get", kind, "get", name, "", kind.namespaced());
        operation(paths, one, "put", kind, "put", name, name, kind.namespaced());
        operation(paths, one, "patch", kind, "patch", name, "", kind.namespaced());
        operation(paths, one, "delete", kind, "delete", name, "", kind.namespaced());
        if (kind.status()) {
            operation(paths, one + "/status", "get", kind, "get", name, "", kind.namespaced());
            operation(paths, one + "/status", "put", kind, "put", name, name, kind.namespaced());
            operation(paths, one + "/status", "patch", kind, "patch", name, "", kind.namespaced());
        }
    }

    /// Custom kinds are called by their group turned round: com.example.v1.Widget.
    private static String name(Kind kind) {
        List<String> words =
                new java.util.ArrayList<>(List.of(kind.type().group().split("\\.")));
        java.util.Collections.reverse(words);
        return String.join(".", words) + "." + kind.type().version() + "." + kind.kind();
    }

    private static void operation(
            ObjectNode paths,
            String path,
            String method,
            Kind kind,
            String action,
            String answers,
            String takes,
            boolean namespaced) {
        ObjectNode at = paths.withObject("/" + path.replace("~", "~0").replace("/", "~1"));
        if (!at.has("parameters")) {
            ArrayNode parameters = at.putArray("parameters");
            if (path.contains("{name}")) {
                parameter(parameters, "name", "path", "string");
            }
            if (namespaced || path.contains("{namespace}")) {
                parameter(parameters, "namespace", "path", "string");
            }
        }
        ObjectNode operation = at.putObject(method);
        operation.put("operationId", action + "_" + kind.type().plural() + "_" + Integer.toHexString(path.hashCode()));
        if (method.equals("post") || method.equals("put") || method.equals("patch")) {
            ArrayNode parameters = operation.putArray("parameters");
            for (String name : List.of("dryRun", "fieldManager", "fieldValidation")) {
                parameter(parameters, name, "query", "string");
            }
            if (method.equals("patch")) {
                parameter(parameters, "force", "query", "boolean");
            }
        }
        if (!takes.isEmpty()) {
            content(operation.putObject("requestBody"), ApiAnswer.JSON, takes);
        } else if (method.equals("patch")) {
            ObjectNode content = operation.putObject("requestBody").putObject("content");
            for (var type : PatchType.values()) {
                // kubectl apply chooses by this, and what is said here and refused there fails it.
                if (kind.builtIn() || type != PatchType.STRATEGIC) {
                    content.putObject(type.contentType()).putObject("schema").put("type", "object");
                }
            }
        }
        content(operation.putObject("responses").putObject("200").put("description", "OK"), ApiAnswer.JSON, answers);
        operation.put("x-kubernetes-action", action);
        operation.set("x-kubernetes-group-version-kind", gvk(kind, kind.kind()));
    }

    private static void parameter(ArrayNode to, String name, String in, String type) {
        ObjectNode parameter = to.addObject().put("name", name).put("in", in);
        if (in.equals("path")) {
            parameter.put("required", true);
        }
        parameter.putObject("schema").put("type", type);
    }

    private static void content(ObjectNode to, String type, String schema) {
        to.putObject("content").putObject(type).putObject("schema").put("$ref", "#/components/schemas/" + schema);
    }
}
