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
import io.kumiki.kube.admission.Names;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.registry.Deletes;
import io.kumiki.kube.registry.Reads;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;
import io.kumiki.kube.schema.Decoding;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The verbs on a kind's main resource.
final class Verbs {
    private static final int PAGE_LIMIT = 100_000;
    /// Their deletion answers with the object, every other one with a Status.
    private static final Set<String> SHOWN_WHEN_GONE = Set.of(
            "pods",
            "podtemplates",
            "persistentvolumeclaims",
            "persistentvolumes",
            "resourcequotas",
            "services",
            "serviceaccounts",
            "storageclasses.storage.k8s.io");

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
        Wishes.Age age = Wishes.age(request, false);
        String token = request.query("continue") == null ? "" : String.valueOf(request.query("continue"));
        if (!token.isEmpty() && age.revision() > 0) {
            throw ApiFault.badRequest("specifying resource version is not allowed when using continue");
        }
        Reads.ListedPage page = parts.reads()
                .list(
                        kind,
                        target.namespace(),
                        selection(request),
                        limit == null || limit < 0 ? 0 : (int) Math.min(limit, PAGE_LIMIT),
                        token,
                        age.revision(),
                        age.exactly());
        parts.registry().awaitDurable();
        return shape.list(page);
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
        Wishes.Age age = Wishes.age(request, true);
        Shape shape = shape(kind, request);
        // As the real server does: without a wish a watch lives 30 to 60 minutes, so that clients spread out.
        Long seconds = Bodies.number(request, "timeoutSeconds");
        long millis = seconds != null && seconds > 0
                ? seconds * 1000
                : 1_800_000L + 60_000L * parts.settings().letters().apply(1)[0];
        var order = new Registry.WatchOrder(
                kind, target.namespace(), selection, age.revision(), age.initial(), age.silent());
        boolean bookmarks = request.flag("allowWatchBookmarks");
        return new ApiAnswer.Watch(
                new Watches.Feed(parts.registry(), order, bookmarks, millis, shape.plain(), shape::event), Map.of());
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
        WriteOptions options = Wishes.write(request, "CreateOptions", false, warnings);
        Bodies.Read body = Bodies.read(request, kind);
        twice(request, kind, body, options);
        StoredObject made = parts.writes().create(kind, target.namespace(), body.object(), options);
        return shape.one(201, made, headers(warnings));
    }

    private ApiAnswer update(ApiRequest request, RequestPath target, Kind kind) {
        return update(request, target, kind, "");
    }

    ApiAnswer update(ApiRequest request, RequestPath target, Kind kind, String part) {
        named(target);
        Shape shape = shape(kind, request);
        List<String> warnings = new ArrayList<>();
        WriteOptions options = Wishes.write(request, "UpdateOptions", false, warnings);
        Bodies.Read body = Bodies.read(request, kind);
        twice(request, kind, body, options);
        ObjectNode object = body.object();
        String name = object.path("metadata").path("name").asText("");
        if (name.isEmpty()) {
            throw ApiFault.badRequest("the name of the object (" + target.name()
                    + " based on URL) was undeterminable: name must be provided");
        }
        var update = new Writes.Update(kind, target.namespace(), target.name(), part, old -> {
            knowing(kind, object);
            return object.deepCopy();
        });
        StoredObject made = parts.writes().update(update, options);
        return shape.one(200, made, headers(warnings));
    }

    private static void knowing(Kind kind, ObjectNode object) {
        JsonNode metadata = object.path("metadata");
        String revision = metadata.path("resourceVersion").asText("");
        if (kind.replacedKnowingly() && (revision.isEmpty() || revision.equals("0"))) {
            throw ApiFault.invalid(
                    kind.type().group(),
                    kind.type().plural(),
                    metadata.path("name").asText(),
                    List.of(new Violation(
                            "metadata.resourceVersion",
                            "FieldValueInvalid",
                            "Invalid value: 0: must be specified for an update")));
        }
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
        List<String> warnings = new ArrayList<>();
        WriteOptions options = Wishes.write(request, "PatchOptions", how == PatchType.APPLY, warnings);
        JsonNode patch = Bodies.json(request);
        if (how == PatchType.JSON && !patch.isArray()) {
            throw ApiFault.badRequest("error decoding patch: a JSON patch is a list of operations");
        }
        if ((how == PatchType.MERGE || how == PatchType.STRATEGIC) && !patch.isObject()) {
            throw ApiFault.badRequest("error decoding patch: such a patch is an object");
        }
        twiceInPatch(request, how, patch, options);
        Writes.Written made = parts.patches().patch(kind, target.namespace(), target.name(), part, how, patch, options);
        return shape.one(made.created() ? 201 : 200, made.stored(), headers(warnings));
    }

    private ApiAnswer delete(ApiRequest request, RequestPath target, Kind kind) {
        Shape shape = shape(kind, request);
        Deletion how = Bodies.deletion(request);
        List<String> warnings = new ArrayList<>();
        WriteOptions options = WriteOptions.by("").as(request.caller()).hearing(how.dryRun(), warnings::add);
        parts.writes().reviewing().deletion(kind, target.namespace(), target.name(), options);
        Deletes.Deleted deleted = parts.deletes().delete(kind, target.namespace(), target.name(), how);
        if (!deleted.finished() || SHOWN_WHEN_GONE.contains(kind.storage())) {
            return shape.one(200, deleted.object(), headers(warnings));
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
        List<String> warnings = new ArrayList<>();
        WriteOptions options = WriteOptions.by("").as(request.caller()).hearing(how.dryRun(), warnings::add);
        var page = parts.reads().list(kind, target.namespace(), selection(request), 0, "", 0, false);
        for (StoredObject object : page.objects()) {
            try {
                parts.writes()
                        .reviewing()
                        .deletion(kind, object.key().namespace(), object.key().name(), options);
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

    /// A member that is given twice is refused or warned of.
    private static void twice(ApiRequest request, Kind kind, Bodies.Read body, WriteOptions options) {
        if (!body.twice() || options.fieldValidation().equals("Ignore")) {
            return;
        }
        List<Duplicates.Found> twice = Duplicates.in(request.body());
        if (twice.isEmpty()) {
            return;
        }
        if (!options.fieldValidation().equals("Strict")) {
            twice.forEach(each -> options.warnings().accept(each.message()));
            return;
        }
        // Of built-in kinds everything that is wrong is told in the order of the document, what is unknown too.
        List<Duplicates.Found> all = new ArrayList<>(twice);
        ObjectNode object = Bodies.object(request, kind);
        Map<String, Integer> places = Duplicates.places(request.body());
        for (String path : Decoding.prune(object, kind.schema().get())) {
            all.add(new Duplicates.Found("unknown field \"" + path + "\"", places.getOrDefault(path, 0)));
        }
        if (kind.builtIn()) {
            all.sort(Comparator.comparingInt(Duplicates.Found::at));
        }
        throw ApiFault.badRequest(
                kind.kind() + " in version \"" + kind.type().version() + "\" cannot be handled as a " + kind.kind()
                        + ": strict decoding error: "
                        + all.stream().map(Duplicates.Found::message).collect(Collectors.joining(", ")));
    }

    /// A merge patch is an object too: what it says twice is warned of or refused with the object that it would make.
    private static void twiceInPatch(ApiRequest request, PatchType how, JsonNode made, WriteOptions options) {
        if (options.fieldValidation().equals("Ignore") || how == PatchType.JSON || how == PatchType.APPLY) {
            return;
        }
        List<Duplicates.Found> twice = Duplicates.in(request.body());
        if (twice.isEmpty()) {
            return;
        }
        if (options.fieldValidation().equals("Strict")) {
            String all = twice.stream().map(Duplicates.Found::message).collect(Collectors.joining(", "));
            throw ApiFault.invalid(
                    "", "", "", List.of(Names.invalid("patch", Json.write(made), "strict decoding error: " + all)));
        }
        twice.forEach(each -> options.warnings().accept(each.message()));
    }

    private static void named(RequestPath target) {
        if (target.name().isEmpty()) {
            throw ApiFault.methodNotAllowed();
        }
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
