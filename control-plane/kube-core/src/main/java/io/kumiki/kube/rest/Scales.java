package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.kinds.ScalePaths;
import io.kumiki.kube.patch.JsonPatch;
import io.kumiki.kube.patch.MergePatch;
import io.kumiki.kube.patch.PatchFault;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// The scale subresource: an object's replica count as `autoscaling/v1 Scale`, for every kind that says where it
/// stands.
final class Scales {
    private static final String VERSION = "autoscaling/v1";
    private static final int ATTEMPTS = 5;

    private final Parts parts;

    Scales(Parts parts) {
        this.parts = parts;
    }

    ApiAnswer handle(ApiRequest request, RequestPath target, Kind kind, ScalePaths paths, String verb) {
        return switch (verb) {
            case "get" -> get(target, kind, paths);
            case "update" -> {
                ObjectNode wanted = Bodies.object(request, VERSION, "Scale");
                yield write(request, target, kind, paths, scale -> wanted);
            }
            case "patch" -> patch(request, target, kind, paths);
            default -> throw ApiFault.methodNotAllowed();
        };
    }

    private ApiAnswer get(RequestPath target, Kind kind, ScalePaths paths) {
        StoredObject found = parts.reads().get(kind, target.namespace(), target.name());
        parts.registry().awaitDurable();
        ObjectNode object = kind.tree(found);
        if (!kind.builtIn() && paths.wanted(object).isMissingNode()) {
            throw ApiFault.of(
                    500,
                    "InternalError",
                    "Internal error occurred: the spec replicas field \"." + paths.replicas() + "\" does not exist");
        }
        return ApiAnswer.json(200, scale(object, paths));
    }

    private static ObjectNode scale(ObjectNode object, ScalePaths paths) {
        ObjectNode scale = Json.object();
        scale.put("kind", "Scale").put("apiVersion", VERSION);
        ObjectNode metadata = scale.putObject("metadata");
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            JsonNode value = object.path("metadata").path(field);
            if (!value.isMissingNode()) {
                metadata.set(field, value);
            }
        }
        ObjectNode spec = scale.putObject("spec");
        int wanted = paths.wanted(object).asInt();
        if (wanted != 0) {
            spec.put("replicas", wanted);
        }
        ObjectNode status =
                scale.putObject("status").put("replicas", paths.found(object).asInt());
        String selector = paths.selectorText(object);
        if (!selector.isEmpty()) {
            status.put("selector", selector);
        }
        return scale;
    }

    private ApiAnswer patch(ApiRequest request, RequestPath target, Kind kind, ScalePaths paths) {
        String type = Bodies.contentType(request);
        PatchType how = PatchType.of(type);
        if (how == null || how == PatchType.APPLY) {
            throw Bodies.unsupported(
                    type,
                    "application/json-patch+json, application/merge-patch+json,"
                            + " application/strategic-merge-patch+json");
        }
        JsonNode patch = Bodies.json(request);
        return write(request, target, kind, paths, scale -> {
            try {
                // A scale has no lists, so a strategic merge is a merge.
                JsonNode result =
                        how == PatchType.JSON ? JsonPatch.apply(scale, patch) : MergePatch.apply(scale, patch);
                if (result instanceof ObjectNode object) {
                    return object;
                }
            } catch (PatchFault e) {
                throw ApiFault.of(
                        422,
                        "Invalid",
                        "the server rejected our request due to an error in our request: " + e.getMessage());
            }
            throw ApiFault.badRequest("the patch leaves no object");
        });
    }

    private ApiAnswer write(
            ApiRequest request, RequestPath target, Kind kind, ScalePaths paths, UnaryOperator<ObjectNode> change) {
        List<String> warnings = new ArrayList<>();
        WriteOptions options = Wishes.write(request, "UpdateOptions", false, warnings);
        boolean asked = parts.writes().reviewing().concern(AdmissionRequest.Operation.UPDATE, kind, "scale");
        for (int attempt = 1; ; attempt++) {
            UnaryOperator<ObjectNode> scaled = asked ? reviewed(request, target, kind, paths, change, options) : change;
            try {
                StoredObject stored = parts.writes().update(update(target, kind, paths, scaled), options);
                ObjectNode object = kind.tree(stored);
                return new ApiAnswer.Whole(
                        200, ApiAnswer.JSON, List.of(Json.bytes(scale(object, paths))), Verbs.headers(warnings));
            } catch (ApiFault fault) {
                // What the webhooks saw is what may be written: another write in between asks them again.
                if (!asked || fault.code() != 409 || attempt == ATTEMPTS) {
                    throw fault;
                }
            }
        }
    }

    /// Asks the webhooks about the scale as it is now and as it shall be; gives what they made of it.
    private UnaryOperator<ObjectNode> reviewed(
            ApiRequest request,
            RequestPath target,
            Kind kind,
            ScalePaths paths,
            UnaryOperator<ObjectNode> change,
            WriteOptions options) {
        StoredObject found = parts.reads().get(kind, target.namespace(), target.name());
        ObjectNode old = scale(kind.tree(found), paths);
        ObjectNode wanted = change.apply(old.deepCopy()).deepCopy();
        parts.writes()
                .reviewing()
                .part(
                        new AdmissionRequest(
                                AdmissionRequest.Operation.UPDATE,
                                kind,
                                "scale",
                                wanted,
                                old,
                                request.caller(),
                                options.dryRun(),
                                new AdmissionRequest.Part(
                                        "autoscaling", "v1", "Scale", target.namespace(), target.name())),
                        options);
        ObjectNode metadata = wanted.withObject("/metadata");
        if (!metadata.has("resourceVersion")) {
            metadata.put("resourceVersion", Long.toString(found.revision()));
        }
        return scale -> wanted.deepCopy();
    }

    private static Writes.Update update(
            RequestPath target, Kind kind, ScalePaths paths, UnaryOperator<ObjectNode> change) {
        return new Writes.Update(kind, target.namespace(), target.name(), "scale", object -> {
            ObjectNode before = scale(object, paths);
            ObjectNode wanted = change.apply(before);
            paths.want(object, replicas(wanted, kind, target.name()));
            String revision = wanted.path("metadata").path("resourceVersion").asText("");
            ObjectNode metadata = (ObjectNode) object.get("metadata");
            metadata.remove("resourceVersion");
            // An update without a revision is unconditional; a patch carries the one it was made from.
            if (!revision.isEmpty()) {
                metadata.put("resourceVersion", revision);
            }
            String uid = wanted.path("metadata").path("uid").asText("");
            if (!uid.isEmpty()) {
                metadata.put("uid", uid);
            }
            return object;
        });
    }

    private static int replicas(ObjectNode scale, Kind kind, String name) {
        JsonNode value = scale.path("spec").path("replicas");
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        if (!value.canConvertToExactIntegral() || !value.canConvertToInt()) {
            throw ApiFault.badRequest(
                    "Scale in version \"v1\" cannot be handled as a Scale: spec.replicas is a whole number; found "
                            + value);
        }
        int count = value.asInt();
        if (count < 0 && kind.builtIn()) {
            throw ApiFault.invalid(
                    "autoscaling",
                    "Scale",
                    name,
                    List.of(new Violation(
                            "spec.replicas",
                            "FieldValueInvalid",
                            "Invalid value: " + count + ": must be greater than or equal to 0")));
        }
        return count;
    }
}
