package io.kumiki.kube.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Caller;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.admission.AdmissionPolicy;
import io.kumiki.kube.admission.AdmissionRequest;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The other side of the wire: answers an AdmissionReview with one of our policies, for a cluster that calls us.
public final class PolicyWebhook {
    private PolicyWebhook() {}

    /// @param body an AdmissionReview; throws {@link IllegalArgumentException} or {@link Json.Malformed} when it is
    /// none
    public static byte[] answer(AdmissionPolicy policy, byte[] body) {
        return answer(policy, Json.parse(body));
    }

    /// @param review an AdmissionReview, whose object the policy changes; throws {@link IllegalArgumentException} when
    /// it is none
    public static byte[] answer(AdmissionPolicy policy, JsonNode review) {
        Question question = question(review);
        List<Violation> violations = new ArrayList<>();
        policy.review(question.request(), violations);
        return question.answer(violations);
    }

    /// An AdmissionReview whose answer may take a while.
    ///
    /// @param request whose object a policy changes
    /// @param before the object as it came
    public record Question(String uid, AdmissionRequest request, ObjectNode before) {
        /// What became of the object, or why not.
        public byte[] answer(List<Violation> violations) {
            return answer(violations, List.of());
        }

        /// @param warnings for whoever asked, each of 256 characters at most; kubectl shows them
        public byte[] answer(List<Violation> violations, List<String> warnings) {
            ObjectNode answer = Json.object().put("kind", "AdmissionReview").put("apiVersion", "admission.k8s.io/v1");
            ObjectNode response = answer.putObject("response").put("uid", uid);
            response.put("allowed", violations.isEmpty());
            if (!warnings.isEmpty()) {
                warnings.forEach(response.putArray("warnings")::add);
            }
            if (!violations.isEmpty()) {
                response.putObject("status")
                        .put("code", 422)
                        .put("reason", "Invalid")
                        .put(
                                "message",
                                violations.stream().map(Violation::toString).collect(Collectors.joining(", ")));
                return Json.bytes(answer);
            }
            ArrayNode patch = Json.array();
            difference("", before, request.object(), patch);
            if (!patch.isEmpty()) {
                response.put("patchType", "JSONPatch")
                        .put("patch", Base64.getEncoder().encodeToString(Json.bytes(patch)));
            }
            return Json.bytes(answer);
        }
    }

    /// Throws {@link IllegalArgumentException} when the review is none.
    public static Question question(JsonNode review) {
        JsonNode ask = review.path("request");
        if (!ask.isObject()) {
            throw new IllegalArgumentException("an AdmissionReview with a request is wanted");
        }
        AdmissionRequest request = request(ask);
        return new Question(ask.path("uid").asText(), request, request.object().deepCopy());
    }

    private static AdmissionRequest request(JsonNode ask) {
        JsonNode resource = ask.path("resource");
        ResourceType type = new ResourceType(
                resource.path("group").asText(),
                resource.path("version").asText(),
                resource.path("resource").asText());
        boolean namespaced = !ask.path("namespace").asText("").isEmpty();
        Kind kind = Kind.of(type, ask.path("kind").path("kind").asText(), namespaced, Schema::any);
        var operation = AdmissionRequest.Operation.valueOf(ask.path("operation").asText());
        boolean deletes = operation == AdmissionRequest.Operation.DELETE;
        if (!(ask.path(deletes ? "oldObject" : "object") instanceof ObjectNode object)) {
            throw new IllegalArgumentException("the review carries no object");
        }
        ObjectNode old = !deletes && ask.path("oldObject") instanceof ObjectNode given ? given : null;
        return new AdmissionRequest(
                operation,
                kind,
                ask.path("subResource").asText(""),
                object,
                old,
                caller(ask.path("userInfo")),
                ask.path("dryRun").asBoolean());
    }

    private static Caller caller(JsonNode user) {
        List<String> groups = new ArrayList<>();
        user.path("groups").forEach(group -> groups.add(group.asText()));
        Map<String, List<String>> extra = new LinkedHashMap<>();
        user.path("extra").properties().forEach(each -> {
            List<String> values = new ArrayList<>();
            each.getValue().forEach(value -> values.add(value.asText()));
            extra.put(each.getKey(), values);
        });
        return new Caller(user.path("username").asText(), user.path("uid").asText(""), groups, extra);
    }

    /// Operations that make one object of the other; a changed list is replaced whole.
    private static void difference(String path, ObjectNode from, ObjectNode to, ArrayNode patch) {
        for (var each : to.properties()) {
            String here = path + "/" + each.getKey().replace("~", "~0").replace("/", "~1");
            JsonNode old = from.get(each.getKey());
            if (old instanceof ObjectNode a && each.getValue() instanceof ObjectNode b) {
                difference(here, a, b, patch);
            } else if (!each.getValue().equals(old)) {
                patch.addObject().put("op", "add").put("path", here).set("value", each.getValue());
            }
        }
        for (var each : from.properties()) {
            if (!to.has(each.getKey())) {
                String here = path + "/" + each.getKey().replace("~", "~0").replace("/", "~1");
                patch.addObject().put("op", "remove").put("path", here);
            }
        }
    }
}
