package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Authorizer.Attributes;
import io.kumiki.kube.Caller;
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.model.Violation;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

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
                checked(kind, spec, false);
                access(request.caller(), spec, status);
            }
            case "SelfSubjectRulesReview" ->
                rules(request.caller(), spec.path("namespace").asText("default"), status);
            default -> {
                checked(kind, spec, true);
                if (!target.namespace().isEmpty()
                        && !spec.path("resourceAttributes")
                                .path("namespace")
                                .asText("")
                                .equals(target.namespace())) {
                    throw ApiFault.badRequest("spec.resourceAttributes.namespace must be the namespace of the path, "
                            + target.namespace());
                }
                List<String> groups = new ArrayList<>();
                spec.path("groups").forEach(g -> groups.add(g.asText()));
                access(new Caller(spec.path("user").asText(), spec.path("uid").asText(""), groups), spec, status);
            }
        }
        return ApiAnswer.json(201, review);
    }

    private static void user(ObjectNode out, Caller caller) {
        out.put("username", caller.name());
        if (!caller.uid().isEmpty()) {
            out.put("uid", caller.uid());
        }
        var groups = out.putArray("groups");
        caller.groups().forEach(groups::add);
    }

    private static void checked(Kind kind, JsonNode spec, boolean somebody) {
        List<Violation> wrong = new ArrayList<>();
        boolean resource = spec.path("resourceAttributes").isObject();
        boolean path = spec.path("nonResourceAttributes").isObject();
        if (resource == path) {
            wrong.add(Names.invalid(
                    path ? "spec.nonResourceAttributes" : "spec.resourceAttributes",
                    "",
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
        if (somebody
                && spec.path("user").asText("").isEmpty()
                && spec.path("groups").isEmpty()) {
            wrong.add(Names.invalid("spec.user", "", "at least one of user or group must be specified"));
        }
        if (!wrong.isEmpty()) {
            throw ApiFault.invalid(kind.type().group(), kind.kind(), "", wrong);
        }
    }

    private void token(JsonNode spec, ObjectNode status) {
        List<String> audiences = new ArrayList<>();
        spec.path("audiences").forEach(a -> audiences.add(a.asText()));
        if (spec.path("token").asText("").isEmpty()) {
            throw ApiFault.badRequest("token is required for TokenReview in authentication");
        }
        Caller caller = accounts.authenticate(spec.path("token").asText(), audiences);
        if (caller == null) {
            status.putObject("user");
            status.put("error", "the token is unknown, expired, for another audience, or its account or pod is gone");
            return;
        }
        status.put("authenticated", true);
        user(status.putObject("user"), caller);
        var said = status.putArray("audiences");
        (audiences.isEmpty() ? List.of(Accounts.ISSUER) : audiences).forEach(said::add);
    }

    private void access(Caller caller, JsonNode spec, ObjectNode status) {
        JsonNode resource = spec.path("resourceAttributes");
        JsonNode path = spec.path("nonResourceAttributes");
        Attributes wanted = path.isObject()
                ? Attributes.path(path.path("verb").asText(), path.path("path").asText())
                : new Attributes(
                        resource.path("verb").asText(),
                        resource.path("group").asText(),
                        resource.path("resource").asText(),
                        resource.path("subresource").asText(""),
                        resource.path("namespace").asText(""),
                        resource.path("name").asText(""),
                        "");
        boolean allowed = parts.authorizer().allows(caller, wanted);
        status.put("allowed", allowed);
        if (!allowed) {
            status.put("reason", "a service account may do everything in its own namespace and nothing else");
        }
    }

    private void rules(Caller caller, String namespace, ObjectNode status) {
        boolean all = parts.authorizer().allows(caller, new Attributes("*", "*", "*", "", namespace, "", ""));
        var resources = status.putArray("resourceRules");
        if (all) {
            ObjectNode rule = resources.addObject();
            rule.putArray("verbs").add("*");
            rule.putArray("apiGroups").add("*");
            rule.putArray("resources").add("*");
        }
        ObjectNode own = resources.addObject();
        own.putArray("verbs").add("create");
        own.putArray("apiGroups").add("authorization.k8s.io").add("authentication.k8s.io");
        own.putArray("resources")
                .add("selfsubjectaccessreviews")
                .add("selfsubjectrulesreviews")
                .add("selfsubjectreviews");
        ObjectNode paths = status.putArray("nonResourceRules").addObject();
        paths.putArray("verbs").add("get");
        paths.putArray("nonResourceURLs")
                .add("/api")
                .add("/api/*")
                .add("/apis")
                .add("/apis/*")
                .add("/openapi")
                .add("/openapi/*")
                .add("/version");
        status.put("incomplete", false);
    }
}
