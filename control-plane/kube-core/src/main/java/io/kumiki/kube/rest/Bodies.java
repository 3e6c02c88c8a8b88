package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads request bodies.
final class Bodies {
    private static final List<String> POLICIES = List.of("Foreground", "Background", "Orphan");

    private Bodies() {}

    static String contentType(ApiRequest request) {
        String header = request.header("content-type");
        int end = header.indexOf(';');
        return (end < 0 ? header : header.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /// JSON; the shell has turned YAML into it.
    static JsonNode json(ApiRequest request) {
        return json(request, "Object");
    }

    /// @param kind that is wanted
    private static JsonNode json(ApiRequest request, String kind) {
        if (contentType(request).equals(Protobuf.CONTENT_TYPE)) {
            return protobuf(request, kind);
        }
        try {
            return Json.parse(request.body());
        } catch (Json.Malformed e) {
            throw ApiFault.badRequest("the object provided is unrecognized (must be of type " + kind + "): the body is "
                    + e.getMessage());
        }
    }

    /// An object from a body.
    ///
    /// @param twice whether an object in it names a member twice
    record Read(ObjectNode object, boolean twice) {}

    /// An object of the kind that the path serves, and whether its text leaves no doubt.
    static Read read(ApiRequest request, Kind kind) {
        readable(request);
        boolean json = !contentType(request).equals(Protobuf.CONTENT_TYPE);
        JsonNode plain = json ? Json.unambiguous(request.body()) : null;
        JsonNode body = plain == null ? json(request, kind.kind()) : plain;
        return new Read(checked(body, kind.type().apiVersion(), kind.kind()), json && plain == null);
    }

    private static JsonNode protobuf(ApiRequest request, String kind) {
        try {
            return Protobuf.read(request.body());
        } catch (ApiFault fault) {
            throw fault.code() != 400
                    ? fault
                    : ApiFault.badRequest("the object provided is unrecognized (must be of type " + kind + "): "
                            + fault.getMessage());
        }
    }

    /// An object of the kind that the path serves.
    static ObjectNode object(ApiRequest request, Kind kind) {
        return object(request, kind.type().apiVersion(), kind.kind());
    }

    static ObjectNode object(ApiRequest request, String apiVersion, String kind) {
        readable(request);
        return checked(json(request, kind), apiVersion, kind);
    }

    private static void readable(ApiRequest request) {
        String type = contentType(request);
        if (!type.isEmpty()
                && !type.equals(ApiAnswer.JSON)
                && !type.equals("application/yaml")
                && !type.equals("*/*")
                && !type.equals(Protobuf.CONTENT_TYPE)) {
            throw ApiFault.unsupportedMedia("the body of the request was in an unknown format - accepted media types"
                    + " include: application/json, application/yaml, application/vnd.kubernetes.protobuf");
        }
    }

    private static ObjectNode checked(JsonNode body, String apiVersion, String kind) {
        if (!(body instanceof ObjectNode object)) {
            throw ApiFault.badRequest(
                    "the object provided is unrecognized (must be of type " + kind + "): the body is not an object");
        }
        String givenVersion = object.path("apiVersion").asText("");
        String givenKind = object.path("kind").asText("");
        if ((!givenVersion.isEmpty() && !givenVersion.equals(apiVersion))
                || (!givenKind.isEmpty() && !givenKind.equals(kind))) {
            throw unusable(
                    givenKind.isEmpty() ? kind : givenKind,
                    givenVersion,
                    kind,
                    "this path takes " + apiVersion + ", Kind=" + kind + "; found " + givenVersion);
        }
        if (object.has("metadata")
                && !object.get("metadata").isObject()
                && !object.get("metadata").isNull()) {
            throw unusable(kind, apiVersion, kind, "metadata is not an object");
        }
        return object;
    }

    private static ApiFault unusable(String given, String apiVersion, String kind, String why) {
        String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
        return ApiFault.badRequest(
                given + " in version \"" + version + "\" cannot be handled as a " + kind + ": " + why);
    }

    static ApiFault unsupported(String found, String wanted) {
        return ApiFault.unsupportedMedia(
                "the body of the request was in an unknown format - accepted media types include: " + wanted
                        + "; found: " + found);
    }

    /// Options of a delete: from the body, or from the query as older clients send them.
    static Deletion deletion(ApiRequest request) {
        JsonNode body = request.body().length == 0 ? Json.object() : json(request);
        Long grace = body.hasNonNull("gracePeriodSeconds")
                ? Long.valueOf(body.get("gracePeriodSeconds").asLong())
                : number(request, "gracePeriodSeconds");
        if (grace != null && grace < 0) {
            throw ApiFault.badRequest("gracePeriodSeconds " + grace + " is negative");
        }
        List<Violation> wrong = new ArrayList<>();
        String policy = propagation(request, body, wrong);
        boolean dry = Wishes.dryRun(request, wrong);
        Wishes.refuse("DeleteOptions", wrong);
        JsonNode conditions = body.path("preconditions");
        return new Deletion(
                grace,
                policy,
                text(conditions, "uid"),
                text(conditions, "resourceVersion"),
                dry || !body.path("dryRun").isEmpty());
    }

    private static @Nullable String propagation(ApiRequest request, JsonNode body, List<Violation> wrong) {
        String policy = body.path("propagationPolicy").asText("");
        if (policy.isEmpty() && request.query("propagationPolicy") instanceof String given) {
            policy = given;
        }
        boolean old = body.has("orphanDependents") || request.query("orphanDependents") != null;
        if (old && !policy.isEmpty()) {
            wrong.add(Names.invalid(
                    "propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set"));
        } else if (!policy.isEmpty() && !POLICIES.contains(policy)) {
            wrong.add(Names.unsupported("propagationPolicy", policy, POLICIES));
        }
        if (policy.isEmpty() && body.path("orphanDependents").asBoolean(request.flag("orphanDependents"))) {
            policy = "Orphan";
        }
        return policy.isEmpty() ? null : policy;
    }

    private static @Nullable String text(JsonNode node, String field) {
        return node.hasNonNull(field) ? node.get(field).asText() : null;
    }

    /// `null` when absent.
    static @Nullable Long number(ApiRequest request, String name) {
        String value = request.query(name);
        if (value == null || value.isEmpty()) {
            return null;
        }
        try {
            return Long.valueOf(value);
        } catch (NumberFormatException e) {
            String why = value.matches("[-+]?[0-9]+") ? "value out of range" : "invalid syntax";
            throw ApiFault.badRequest("strconv.ParseInt: parsing \"" + value + "\": " + why);
        }
    }
}
