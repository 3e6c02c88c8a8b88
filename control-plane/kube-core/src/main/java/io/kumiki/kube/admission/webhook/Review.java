package io.kumiki.kube.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Caller;
import io.kumiki.kube.WebhookCaller;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.model.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// AdmissionReview on the wire.
final class Review {
    private static final String VERSION = "admission.k8s.io/v1";

    private Review() {}

    /// @param wanted the version that the webhook's rules name
    static ObjectNode of(String uid, AdmissionRequest request, Kind wanted) {
        ObjectNode review = Json.object().put("kind", "AdmissionReview").put("apiVersion", VERSION);
        ObjectNode ask = review.putObject("request").put("uid", uid);
        AdmissionRequest.Part part = request.part();
        kind(ask.putObject("kind"), wanted, part);
        resource(ask.putObject("resource"), wanted);
        kind(ask.putObject("requestKind"), request.kind(), part);
        resource(ask.putObject("requestResource"), request.kind());
        if (!request.subresource().isEmpty()) {
            ask.put("subResource", request.subresource()).put("requestSubResource", request.subresource());
        }
        ask.put("name", request.name());
        if (!request.namespace().isEmpty()) {
            ask.put("namespace", request.namespace());
        }
        ask.put("operation", request.operation().name());
        user(ask.putObject("userInfo"), request.caller());
        boolean deletes = request.operation() == AdmissionRequest.Operation.DELETE;
        ObjectNode old = deletes ? request.object() : request.old();
        ask.set("object", deletes ? NullNode.getInstance() : shown(request.object(), wanted, part));
        ask.set("oldObject", old == null ? NullNode.getInstance() : shown(old, wanted, part));
        ask.put("dryRun", request.dryRun());
        if (request.operation() != AdmissionRequest.Operation.CONNECT) {
            ObjectNode options = ask.putObject("options")
                    .put("kind", word(request.operation().name()) + "Options")
                    .put("apiVersion", "meta.k8s.io/v1");
            if (request.dryRun()) {
                options.putArray("dryRun").add("All");
            }
        }
        return review;
    }

    /// Who may still change a new object sees it before the server has given it what makes it one of its own.
    static void unborn(ObjectNode review) {
        if (review.path("request").path("object") instanceof ObjectNode object
                && object.path("metadata") instanceof ObjectNode metadata) {
            ObjectNode fresh = metadata.deepCopy();
            fresh.remove(List.of("uid", "creationTimestamp"));
            object.set("metadata", fresh);
        }
    }

    private static String word(String operation) {
        return operation.charAt(0) + operation.substring(1).toLowerCase(java.util.Locale.ROOT);
    }

    private static void kind(ObjectNode out, Kind kind, AdmissionRequest.@Nullable Part part) {
        if (part != null) {
            out.put("group", part.group()).put("version", part.version()).put("kind", part.kind());
            return;
        }
        out.put("group", kind.type().group())
                .put("version", kind.type().version())
                .put("kind", kind.kind());
    }

    private static void resource(ObjectNode out, Kind kind) {
        out.put("group", kind.type().group())
                .put("version", kind.type().version())
                .put("resource", kind.type().plural());
    }

    private static void user(ObjectNode out, Caller caller) {
        out.put("username", caller.name());
        if (!caller.uid().isEmpty()) {
            out.put("uid", caller.uid());
        }
        caller.groups().forEach(out.putArray("groups")::add);
        if (!caller.extra().isEmpty()) {
            ObjectNode extra = out.putObject("extra");
            caller.extra().forEach((key, values) -> values.forEach(extra.putArray(key)::add));
        }
    }

    private static ObjectNode shown(ObjectNode object, Kind wanted, AdmissionRequest.@Nullable Part part) {
        ObjectNode shown = Json.object()
                .put("kind", part == null ? wanted.kind() : part.kind())
                .put("apiVersion", part == null ? wanted.type().apiVersion() : part.apiVersion());
        object.properties().forEach(field -> {
            if (!field.getKey().equals("kind") && !field.getKey().equals("apiVersion")) {
                shown.set(field.getKey(), field.getValue());
            }
        });
        return shown;
    }

    /// An answer, but none to the question.
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String message) {
            super(message);
        }
    }

    /// Throws when the answer is no answer to the question.
    ///
    /// @param mutates whether the webhook may change the object
    static JsonNode response(String uid, byte[] body, boolean mutates) throws WebhookCaller.Unreachable, Unusable {
        JsonNode answer;
        try {
            answer = Json.parse(body);
        } catch (Json.Malformed e) {
            throw new WebhookCaller.Unreachable("the answer is " + e.getMessage());
        }
        JsonNode response = answer.path("response");
        if (!answer.path("apiVersion").asText().equals(VERSION)
                || !answer.path("kind").asText().equals("AdmissionReview")) {
            throw new WebhookCaller.Unreachable(
                    "expected webhook response of " + VERSION + ", Kind=AdmissionReview, got "
                            + answer.path("apiVersion").asText() + ", Kind="
                            + answer.path("kind").asText());
        }
        if (!response.isObject()) {
            throw new Unusable("webhook response was absent");
        }
        if (!response.path("uid").asText().equals(uid)) {
            throw new Unusable("expected response.uid=\"" + uid + "\", got \""
                    + response.path("uid").asText() + "\"");
        }
        patch(response, mutates);
        return response;
    }

    private static void patch(JsonNode response, boolean mutates) throws Unusable {
        boolean patched = !response.path("patch").asText("").isEmpty();
        String type = response.path("patchType").asText("");
        if (!mutates && patched) {
            throw new Unusable("validating webhook may not return response.patch");
        }
        if (!mutates && !type.isEmpty()) {
            throw new Unusable("validating webhook may not return response.patchType");
        }
        if (patched && type.isEmpty()) {
            throw new Unusable("webhook returned response.patch but not response.patchType");
        }
        if (!patched && !type.isEmpty()) {
            throw new Unusable("webhook returned response.patchType but not response.patch");
        }
    }

    static ApiFault denial(String hook, JsonNode status) {
        String by = "admission webhook \"" + hook + "\" denied the request";
        String message = status.path("message").asText("");
        String reason = status.path("reason").asText("");
        int code = Math.max(400, status.path("code").asInt(400));
        String text = !message.isEmpty()
                ? by + ": " + message
                : !reason.isEmpty() ? by + ": " + reason : by + " without explanation";
        return ApiFault.of(code, reason, text);
    }
}
