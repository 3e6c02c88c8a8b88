package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.Selection;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.registry.Deletes;
import io.kumiki.kube.registry.Reads;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The verbs on a kind's main resource.
final class Verbs {
    private static final int PAGE_LIMIT = 100_000;

    private final Parts parts;

    Verbs(Parts parts) {
        this.parts = parts;
    }

    ApiAnswer handle(ApiRequest request, RequestPath target, Kind kind, String verb) {
        return switch (verb) {
            case "get" -> get(request, target, kind);
            case "list" -> list(request, target, kind);
            case "watch" -> watch(request, target, kind);
            case "create" -> create(request, target, kind);
            case "update" -> update(request, target, kind);
            case "patch" -> patch(request, target, kind);
            case "delete" -> delete(request, target, kind);
            default -> deleteAll(request, target, kind);
        };
    }

    ApiAnswer get(ApiRequest request, RequestPath target, Kind kind) {
        StoredObject found = parts.reads().get(kind, target.namespace(), target.name());
        parts.registry().awaitDurable();
        return shape(kind, request).one(200, found, Map.of());
    }

    private Shape shape(Kind kind, ApiRequest request) {
        return new Shape(kind, request, parts.settings().now());
    }

    private ApiAnswer list(ApiRequest request, RequestPath target, Kind kind) {
        Shape shape = shape(kind, request);
        Long limit = Bodies.number(request, "limit");
        if (limit != null && limit < 0) {
            throw ApiFault.badRequest("limit " + limit + " is negative");
        }
        String token = request.query("continue") == null ? "" : String.valueOf(request.query("continue"));
        Reads.ListedPage page = parts.reads()
                .list(
                        kind,
                        target.namespace(),
                        selection(request),
                        limit == null ? 0 : (int) Math.min(limit, PAGE_LIMIT),
                        token,
                        exactly(request, token));
        parts.registry().awaitDurable();
        return shape.list(page);
    }

    /// Only `resourceVersionMatch=Exact` pins a list to a revision; otherwise ours is always the newest, which
    /// every other form allows.
    private static long exactly(ApiRequest request, String token) {
        String match = request.query("resourceVersionMatch");
        long revision = revision(request);
        if (match == null || match.isEmpty()) {
            return 0;
        }
        if (!token.isEmpty()) {
            throw ApiFault.badRequest("resourceVersionMatch is forbidden when continue is provided");
        }
        return switch (match) {
            case "Exact" -> revision;
            case "NotOlderThan" -> 0;
            default ->
                throw ApiFault.badRequest("resourceVersionMatch \"" + match + "\" is not one of Exact, NotOlderThan");
        };
    }

    private static long revision(ApiRequest request) {
        String given = request.query("resourceVersion");
        if (given == null || given.isEmpty()) {
            return 0;
        }
        try {
            long revision = Long.parseLong(given);
            if (revision >= 0) {
                return revision;
            }
        } catch (NumberFormatException e) {
            throw ApiFault.badRequest(
                    "resourceVersion: Invalid value: \"" + given + "\": not a revision that this server gave");
        }
        throw ApiFault.badRequest("resourceVersion: Invalid value: \"" + given + "\": is negative");
    }

    private static Selection selection(ApiRequest request) {
        return Selection.of(
                request.query("labelSelector") == null ? "" : String.valueOf(request.query("labelSelector")),
                request.query("fieldSelector") == null ? "" : String.valueOf(request.query("fieldSelector")));
    }

    private ApiAnswer watch(ApiRequest request, RequestPath target, Kind kind) {
        Selection selection = selection(request);
        if (!target.name().isEmpty()) {
            selection = new Selection(
                    selection.labels(), io.kumiki.kube.select.FieldSelector.parse("metadata.name=" + target.name()));
        }
        boolean initial = request.flag("sendInitialEvents");
        long from = initial ? 0 : revision(request);
        Shape shape = shape(kind, request);
        // As the real server does: without a wish a watch lives 30 to 60 minutes, so that clients spread out.
        Long seconds = Bodies.number(request, "timeoutSeconds");
        long millis = seconds != null && seconds > 0
                ? seconds * 1000
                : 1_800_000L + 60_000L * parts.settings().letters().apply(1)[0];
        var order = new Registry.WatchOrder(kind, target.namespace(), selection, from, initial);
        boolean bookmarks = request.flag("allowWatchBookmarks");
        return new ApiAnswer.Watch(
                new Watches.Feed(parts.registry(), order, bookmarks, millis, shape.plain(), shape::event));
    }

    private ApiAnswer create(ApiRequest request, RequestPath target, Kind kind) {
        if (!target.name().isEmpty()) {
            throw ApiFault.methodNotAllowed();
        }
        if (kind.namespaced() && target.namespace().isEmpty()) {
            throw ApiFault.methodNotAllowed();
        }
        Shape shape = shape(kind, request);
        List<String> warnings = new ArrayList<>();
        StoredObject made = parts.writes()
                .create(kind, target.namespace(), Bodies.object(request, kind), options(request, warnings));
        return shape.one(201, made, headers(warnings));
    }

    private ApiAnswer update(ApiRequest request, RequestPath target, Kind kind) {
        return update(request, target, kind, "");
    }

    ApiAnswer update(ApiRequest request, RequestPath target, Kind kind, String part) {
        named(target);
        Shape shape = shape(kind, request);
        ObjectNode object = Bodies.object(request, kind);
        String name = object.path("metadata").path("name").asText("");
        if (name.isEmpty()) {
            throw ApiFault.badRequest("name must be provided");
        }
        List<String> warnings = new ArrayList<>();
        var update = new Writes.Update(kind, target.namespace(), target.name(), part, old -> object.deepCopy());
        StoredObject made = parts.writes().update(update, options(request, warnings));
        return shape.one(200, made, headers(warnings));
    }

    private ApiAnswer patch(ApiRequest request, RequestPath target, Kind kind) {
        return patch(request, target, kind, "");
    }

    ApiAnswer patch(ApiRequest request, RequestPath target, Kind kind, String part) {
        named(target);
        Shape shape = shape(kind, request);
        String type = Bodies.contentType(request);
        PatchType how = PatchType.of(type);
        if (how == null) {
            throw Bodies.unsupported(
                    type,
                    "application/json-patch+json, application/merge-patch+json, "
                            + "application/strategic-merge-patch+json, application/apply-patch+yaml");
        }
        if (how == PatchType.APPLY && request.query("fieldManager") == null) {
            throw ApiFault.badRequest(
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply"
                            + " patch");
        }
        JsonNode patch = Bodies.json(request);
        List<String> warnings = new ArrayList<>();
        Writes.Written made = parts.patches()
                .patch(kind, target.namespace(), target.name(), part, how, patch, options(request, warnings));
        return shape.one(made.created() ? 201 : 200, made.stored(), headers(warnings));
    }

    private ApiAnswer delete(ApiRequest request, RequestPath target, Kind kind) {
        Shape shape = shape(kind, request);
        Deletes.Deleted deleted =
                parts.deletes().delete(kind, target.namespace(), target.name(), Bodies.deletion(request));
        if (!deleted.finished()
                || Set.of("pods", "persistentvolumeclaims", "persistentvolumes", "services", "serviceaccounts")
                        .contains(kind.storage())) {
            return shape.one(200, deleted.object(), Map.of());
        }
        ObjectNode status = Json.object();
        status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
        status.put("status", "Success");
        ObjectNode details = status.putObject("details").put("name", target.name());
        if (!kind.type().group().isEmpty()) {
            details.put("group", kind.type().group());
        }
        details.put("kind", kind.type().plural()).put("uid", deleted.object().uid());
        return ApiAnswer.json(200, status);
    }

    private ApiAnswer deleteAll(ApiRequest request, RequestPath target, Kind kind) {
        if (kind.namespaced() && target.namespace().isEmpty() || kind.storage().equals("namespaces")) {
            throw ApiFault.methodNotAllowed();
        }
        Deletion how = Bodies.deletion(request);
        var page = parts.reads().list(kind, target.namespace(), selection(request), 0, "", 0);
        for (StoredObject object : page.objects()) {
            try {
                parts.deletes()
                        .delete(kind, object.key().namespace(), object.key().name(), how.onlyUid(object.uid()));
            } catch (ApiFault fault) {
                if (fault.code() != 404 && fault.code() != 409) {
                    throw fault;
                }
            }
        }
        return shape(kind, request).list(page);
    }

    private static void named(RequestPath target) {
        if (target.name().isEmpty()) {
            throw ApiFault.methodNotAllowed();
        }
    }

    static WriteOptions options(ApiRequest request, List<String> warnings) {
        String manager = request.query("fieldManager");
        if (manager == null || manager.isEmpty()) {
            manager = request.header("user-agent").split("[/ ]", 2)[0];
        }
        if (manager.isEmpty()) {
            manager = "unknown";
        }
        if (manager.length() > 128) {
            throw ApiFault.badRequest("fieldManager: Too long: may not be more than 128 bytes");
        }
        String validation = request.query("fieldValidation");
        String mode = validation == null || validation.isEmpty() ? "Warn" : validation;
        if (!Set.of("Ignore", "Warn", "Strict").contains(mode)) {
            throw ApiFault.badRequest("fieldValidation: Unsupported value: \"" + mode
                    + "\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"");
        }
        return new WriteOptions(manager, Bodies.dryRun(request), request.flag("force"), mode, warnings::add);
    }

    static Map<String, String> headers(List<String> warnings) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (!warnings.isEmpty()) {
            StringBuilder all = new StringBuilder();
            for (String warning : warnings.subList(0, Math.min(warnings.size(), 16))) {
                String quoted =
                        warning.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[\\r\\n]", " ");
                all.append(all.isEmpty() ? "" : ", ").append(String.format(Locale.ROOT, "299 - \"%s\"", quoted));
            }
            headers.put("Warning", all.toString());
        }
        return headers;
    }
}
