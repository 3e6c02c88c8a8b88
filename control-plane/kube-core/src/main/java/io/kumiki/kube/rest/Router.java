package io.kumiki.kube.rest;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Authorizer;
import io.kumiki.kube.Authorizer.Attributes;
import io.kumiki.kube.Caller;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// From a request to its verb. One place authorizes: no verb is reached around it.
public final class Router {
    /// What is neither a resource nor a document answers without a Status, as Kubernetes does.
    static final ApiAnswer NOTHING_HERE = new ApiAnswer.Whole(
            404,
            "text/plain; charset=utf-8",
            List.of("404 page not found\n".getBytes(StandardCharsets.UTF_8)),
            Map.of("X-Content-Type-Options", "nosniff"));

    private final Parts parts;
    private final Verbs verbs;
    private final Subresources subresources;
    private final Reviews reviews;
    private final TokenRequests tokens;
    private final Discovery discovery;
    private final OpenApi openApi;
    private final Impersonation impersonation;

    public Router(Parts parts, Accounts accounts) {
        this.impersonation = new Impersonation(parts.authorizer());
        this.parts = parts;
        this.verbs = new Verbs(parts);
        this.tokens = new TokenRequests(accounts, parts.settings());
        this.subresources = new Subresources(parts, verbs, tokens);
        this.reviews = new Reviews(parts, accounts);
        this.discovery = new Discovery(parts.kinds());
        this.openApi = new OpenApi(parts.kinds());
    }

    public ApiAnswer handle(ApiRequest request) {
        try {
            return route(impersonation.apply(request));
        } catch (ApiFault fault) {
            return ApiAnswer.of(fault);
        }
    }

    private ApiAnswer route(ApiRequest request) {
        String path = request.path().length() > 1
                        && request.path().endsWith("/")
                        && !request.path().contains("/proxy/")
                ? request.path().substring(0, request.path().length() - 1)
                : request.path();
        RequestPath target = RequestPath.parse(path);
        if (target == null) {
            return documents(request, path);
        }
        Kind kind = parts.kinds().find(target.type());
        if (kind == null) {
            authorize(request.caller(), attributes(request, verb(request, target), target));
            if (parts.kinds().all().stream()
                    .noneMatch(each -> each.type().group().equals(target.type().group()))) {
                return NOTHING_HERE;
            }
            throw ApiFault.noSuchPath();
        }
        String verb = verb(request, target);
        authorize(request.caller(), attributes(request, verb, target));
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
        String deprecation = kind.rules().deprecation();
        if (deprecation.isEmpty()) {
            return carryOut(request, target, kind, verb);
        }
        ApiAnswer answer;
        try {
            answer = carryOut(request, target, kind, verb);
        } catch (ApiFault fault) {
            answer = ApiAnswer.of(fault);
        }
        return warned(answer, deprecation);
    }

    private ApiAnswer carryOut(ApiRequest request, RequestPath target, Kind kind, String verb) {
        return target.part().isEmpty()
                ? verbs.handle(request, target, kind, verb)
                : subresources.handle(request, target, kind, verb);
    }

    /// Whoever uses a version that will go is told with every answer, also where it is a refusal.
    private static ApiAnswer warned(ApiAnswer answer, String deprecation) {
        return switch (answer) {
            case ApiAnswer.Whole whole ->
                new ApiAnswer.Whole(
                        whole.status(), whole.contentType(), whole.body(), warned(whole.headers(), deprecation));
            case ApiAnswer.Watch watch -> new ApiAnswer.Watch(watch.feed(), warned(watch.headers(), deprecation));
            case ApiAnswer.Log log -> log;
            case ApiAnswer.Connect connect -> connect;
            case ApiAnswer.Forward forward -> forward;
        };
    }

    private static Map<String, String> warned(Map<String, String> given, String deprecation) {
        Map<String, String> headers = new LinkedHashMap<>(given);
        Verbs.headers(List.of(deprecation))
                .forEach((name, value) -> headers.merge(name, value, (own, more) -> more + ", " + own));
        return headers;
    }

    private static String verb(ApiRequest request, RequestPath target) {
        boolean one = !target.name().isEmpty();
        return switch (request.method()) {
            case "GET", "HEAD" -> target.watch() || (request.flag("watch") && !one) ? "watch" : one ? "get" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> one ? "delete" : "deletecollection";
            default -> throw ApiFault.methodNotAllowed();
        };
    }

    private static Attributes attributes(ApiRequest request, String verb, RequestPath target) {
        boolean ownNamespace = target.type().storage().equals("namespaces");
        String namespace = ownNamespace ? target.name() : target.namespace();
        return new Attributes(
                verb,
                target.type().group(),
                target.type().plural(),
                target.part(),
                namespace,
                name(request, target),
                "");
    }

    /// A list or watch that a field selector narrows to one name is about that name.
    private static String name(ApiRequest request, RequestPath target) {
        String fields = request.query("fieldSelector");
        if (!target.name().isEmpty() || fields == null || request.method().equals("POST")) {
            return target.name();
        }
        for (String field : fields.split(",")) {
            if (field.startsWith("metadata.name=")) {
                return field.substring(field.lastIndexOf('=') + 1);
            }
        }
        return "";
    }

    private void authorize(Caller caller, Attributes wanted) {
        Authorizer.Decision decision = parts.authorizer().decide(caller, wanted);
        if (!decision.allowed()) {
            throw Authorizer.refusal(caller, wanted, decision.reason());
        }
    }

    private static String pathVerb(ApiRequest request) {
        return request.method().equals("HEAD") ? "head" : request.method().toLowerCase(java.util.Locale.ROOT);
    }

    private ApiAnswer documents(ApiRequest request, String path) {
        authorize(request.caller(), Attributes.path(pathVerb(request), path));
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            throw ApiFault.methodNotAllowed();
        }
        if (Health.asked(path)) {
            return new Health(parts.registry()).answer(request, path);
        }
        if (path.equals("/version")) {
            return ApiAnswer.json(200, version());
        }
        if (path.equals(TokenRequests.DISCOVERY)) {
            return tokens.discovery();
        }
        if (path.equals(TokenRequests.KEYS)) {
            return tokens.keys();
        }
        if (path.startsWith("/openapi/")) {
            return openApi.answer(request, path);
        }
        ApiAnswer document = discovery.answer(request, path);
        if (document == null && path.startsWith("/api/")) {
            throw ApiFault.noSuchPath();
        }
        return document == null ? NOTHING_HERE : document;
    }

    /// The level of the API that is spoken, marked as ours.
    private static com.fasterxml.jackson.databind.JsonNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "34")
                .put("emulationMajor", "1")
                .put("emulationMinor", "34")
                .put("minCompatibilityMajor", "1")
                .put("minCompatibilityMinor", "33")
                .put("gitVersion", "v1.34.0+kumiki")
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "2026-01-01T00:00:00Z")
                .put("goVersion", "none")
                .put("compiler", "javac")
                .put("platform", "java/25");
    }
}
