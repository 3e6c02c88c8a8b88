package io.kumiki.kube.rest;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Authorizer.Attributes;
import io.kumiki.kube.Caller;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// From a request to its verb. One place authorizes: no verb is reached around it.
public final class Router {
    private static final Set<String> HEALTH = Set.of("/healthz", "/livez", "/readyz");

    private final Parts parts;
    private final Verbs verbs;
    private final Subresources subresources;
    private final Reviews reviews;
    private final Discovery discovery;
    private final OpenApi openApi;

    public Router(Parts parts, Accounts accounts) {
        this.parts = parts;
        this.verbs = new Verbs(parts);
        this.subresources = new Subresources(parts, verbs, accounts);
        this.reviews = new Reviews(parts, accounts);
        this.discovery = new Discovery(parts.kinds());
        this.openApi = new OpenApi(parts.kinds());
    }

    public ApiAnswer handle(ApiRequest request) {
        try {
            return route(request);
        } catch (ApiFault fault) {
            return ApiAnswer.of(fault);
        }
    }

    private ApiAnswer route(ApiRequest request) {
        String path = request.path().length() > 1 && request.path().endsWith("/")
                ? request.path().substring(0, request.path().length() - 1)
                : request.path();
        RequestPath target = RequestPath.parse(path);
        if (target == null) {
            return documents(request, path);
        }
        Kind kind = parts.kinds().find(target.type());
        if (kind == null) {
            authorize(request.caller(), Attributes.path("get", path));
            throw ApiFault.noSuchPath();
        }
        String verb = verb(request, target);
        authorize(request.caller(), attributes(verb, target));
        boolean placed = kind.namespaced() || target.namespace().isEmpty();
        boolean complete = !kind.namespaced()
                || !target.namespace().isEmpty()
                || target.name().isEmpty();
        if (!placed || !complete) {
            throw ApiFault.noSuchPath();
        }
        if (!kind.stored()) {
            return reviews.answer(request, target, kind);
        }
        if (!target.part().isEmpty()) {
            return subresources.handle(request, target, kind, verb);
        }
        return verbs.handle(request, target, kind, verb);
    }

    private static String verb(ApiRequest request, RequestPath target) {
        boolean one = !target.name().isEmpty();
        return switch (request.method()) {
            case "GET", "HEAD" -> request.flag("watch") && target.part().isEmpty() ? "watch" : one ? "get" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> one ? "delete" : "deletecollection";
            default -> throw ApiFault.methodNotAllowed();
        };
    }

    private static Attributes attributes(String verb, RequestPath target) {
        boolean ownNamespace = target.type().storage().equals("namespaces");
        String namespace = ownNamespace ? target.name() : target.namespace();
        return new Attributes(
                verb, target.type().group(), target.type().plural(), target.part(), namespace, target.name(), "");
    }

    private void authorize(Caller caller, Attributes wanted) {
        if (parts.authorizer().allows(caller, wanted)) {
            return;
        }
        if (caller.equals(Caller.ANONYMOUS)) {
            throw ApiFault.of(
                    401,
                    "Unauthorized",
                    "Unauthorized: a bearer token is wanted and none that is known came with the request");
        }
        if (wanted.resource().isEmpty()) {
            throw ApiFault.of(
                    403,
                    "Forbidden",
                    "forbidden: User \"" + caller.name() + "\" cannot " + wanted.verb() + " path \"" + wanted.path()
                            + "\"");
        }
        String resource = wanted.resource() + (wanted.subresource().isEmpty() ? "" : "/" + wanted.subresource());
        String storage = wanted.group().isEmpty() ? wanted.resource() : wanted.resource() + "." + wanted.group();
        throw ApiFault.forbidden(
                storage,
                wanted.name(),
                "User \"" + caller.name() + "\" cannot " + wanted.verb() + " resource \"" + resource
                        + "\" in API group \"" + wanted.group() + "\""
                        + (wanted.namespace().isEmpty()
                                ? " at the cluster scope"
                                : " in the namespace \"" + wanted.namespace() + "\""));
    }

    private ApiAnswer documents(ApiRequest request, String path) {
        authorize(
                request.caller(),
                Attributes.path(
                        request.method().equals("GET") || request.method().equals("HEAD") ? "get" : "post", path));
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            throw ApiFault.noSuchPath();
        }
        if (HEALTH.contains(path) || HEALTH.contains(path.substring(0, Math.max(path.indexOf('/', 1), 0)))) {
            return new ApiAnswer.Whole(
                    200, "text/plain; charset=utf-8", List.of("ok".getBytes(StandardCharsets.UTF_8)), Map.of());
        }
        if (path.equals("/version")) {
            return ApiAnswer.json(200, version());
        }
        if (path.startsWith("/openapi/")) {
            return openApi.answer(request, path);
        }
        return discovery.answer(request, path);
    }

    /// The level of the API that is spoken, marked as ours.
    private static com.fasterxml.jackson.databind.JsonNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "34")
                .put("gitVersion", "v1.34.0+kumiki")
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "2026-01-01T00:00:00Z")
                .put("goVersion", "none")
                .put("compiler", "javac")
                .put("platform", "java/25");
    }
}
