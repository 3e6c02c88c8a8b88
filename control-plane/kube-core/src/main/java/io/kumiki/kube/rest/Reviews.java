package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Authorizer;
import io.kumiki.kube.Authorizer.Attributes;
import io.kumiki.kube.Caller;
import io.kumiki.kube.apply.Ownership;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.rbac.PolicyRule;
import io.kumiki.model.Violation;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Kinds that are asked and not stored: who am I, whose token is this, may somebody do this.
final class Reviews {
    private final Parts parts;
    private final Accounts accounts;

    Reviews(Parts parts, Accounts accounts) {
        this.parts = parts;
        this.accounts = accounts;
    }

    ApiAnswer answer(ApiRequest request, RequestPath target, Kind kind) {
        if (!request.method().equals("POST") || !target.name().isEmpty()) {
            throw ApiFault.methodNotAllowed();
        }
        if (kind.namespaced() && target.namespace().isEmpty()) {
            throw ApiFault.methodNotAllowed();
        }
        ObjectNode review = Bodies.object(request, kind);
        review.put("kind", kind.kind()).put("apiVersion", kind.type().apiVersion());
        if (kind.kind().equals("SelfSubjectReview")) {
            review.withObject("/metadata")
                    .put(
                            "creationTimestamp",
                            parts.settings()
                                    .now()
                                    .get()
                                    .truncatedTo(ChronoUnit.SECONDS)
                                    .toString());
        }
        JsonNode spec = review.path("spec");
        ObjectNode status = review.putObject("status");
        switch (kind.kind()) {
            case "SelfSubjectReview" -> user(status.putObject("userInfo"), request.caller());
            case "TokenReview" -> token(spec, status);
            case "SelfSubjectAccessReview" -> {
                check(kind, AccessReviews.problems(spec));
                access(request.caller(), spec, status);
            }
            case "SelfSubjectRulesReview" ->
                rules(request.caller(), spec.path("namespace").asText(""), status);
            case "SubjectAccessReview" -> {
                check(kind, AccessReviews.subjectProblems(spec));
                access(subject(spec), spec, status);
            }
            default -> {
                check(kind, AccessReviews.localProblems(spec, target.namespace()));
                review.withObject("/metadata").put("namespace", target.namespace());
                access(subject(spec), spec, status);
            }
        }
        if (kind.kind().endsWith("AccessReview") || kind.kind().equals("TokenReview")) {
            owned(request, kind, review);
        } else if (kind.kind().equals("SelfSubjectRulesReview")) {
            review.putObject("metadata");
            review.putObject("spec");
        }
        return ApiAnswer.json(201, review);
    }

    /// Nothing is kept, but the real server says all the same who asked for what.
    private void owned(ApiRequest request, Kind kind, ObjectNode review) {
        JsonNode status = review.remove("status");
        review.withObject("/metadata").remove("managedFields");
        String manager =
                Wishes.write(request, "CreateOptions", false, new ArrayList<>()).manager();
        Ownership.created(kind, review, manager, parts.settings().now().get());
        // The spec is no field that somebody added: every review has one.
        for (JsonNode entry : review.path("metadata").path("managedFields")) {
            if (entry.path("fieldsV1").path("f:spec") instanceof ObjectNode spec) {
                spec.remove(".");
            }
        }
        review.set("status", status);
    }

    private static void check(Kind kind, List<Violation> problems) {
        if (!problems.isEmpty()) {
            throw ApiFault.invalid(kind.type().group(), "", "", problems);
        }
    }

    private static Caller subject(JsonNode spec) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        spec.path("extra").properties().forEach(each -> extra.put(each.getKey(), texts(each.getValue())));
        return new Caller(spec.path("user").asText(""), spec.path("uid").asText(""), texts(spec.path("groups")), extra);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static void user(ObjectNode out, Caller caller) {
        out.put("username", caller.name());
        if (!caller.uid().isEmpty()) {
            out.put("uid", caller.uid());
        }
        var groups = out.putArray("groups");
        caller.groups().forEach(groups::add);
        if (!caller.extra().isEmpty()) {
            ObjectNode extra = out.putObject("extra");
            caller.extra().forEach((key, values) -> values.forEach(extra.putArray(key)::add));
        }
    }

    private void token(JsonNode spec, ObjectNode status) {
        String token = spec.path("token").asText("");
        if (token.isEmpty()) {
            throw ApiFault.badRequest("token is required for TokenReview in authentication");
        }
        List<String> audiences = texts(spec.path("audiences"));
        Caller caller = accounts.authenticate(token, audiences);
        if (caller == null) {
            status.putObject("user");
            status.put("error", "the token is unknown, expired, for another audience, or its account or pod is gone");
            return;
        }
        status.put("authenticated", true);
        user(status.putObject("user"), caller);
        var said = status.putArray("audiences");
        accounts.meant(token, audiences).forEach(said::add);
    }

    private void access(Caller caller, JsonNode spec, ObjectNode status) {
        JsonNode resource = spec.path("resourceAttributes");
        JsonNode path = spec.path("nonResourceAttributes");
        Attributes wanted = path.isObject()
                ? Attributes.path(path.path("verb").asText(), path.path("path").asText())
                : new Attributes(
                        resource.path("verb").asText(""),
                        resource.path("group").asText(""),
                        resource.path("resource").asText(""),
                        resource.path("subresource").asText(""),
                        resource.path("namespace").asText(""),
                        resource.path("name").asText(""),
                        "");
        Authorizer.Decision decision = parts.authorizer().decide(caller, wanted);
        status.put("allowed", decision.allowed());
        if (!decision.reason().isEmpty()) {
            status.put("reason", decision.reason());
        }
    }

    private void rules(Caller caller, String namespace, ObjectNode status) {
        if (namespace.isEmpty()) {
            throw ApiFault.badRequest("no namespace on request");
        }
        var resources = status.putArray("resourceRules");
        var paths = status.putArray("nonResourceRules");
        for (PolicyRule rule : parts.authorizer().rules(caller, namespace)) {
            (rule.nonResourceUrls().isEmpty() ? resources : paths).add(rule.json());
        }
        status.put("incomplete", false);
    }
}
