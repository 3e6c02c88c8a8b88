package io.kumiki.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.Admission;
import io.kumiki.kube.apply.ServerSideApply;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.patch.JsonPatch;
import io.kumiki.kube.patch.MergePatch;
import io.kumiki.kube.patch.PatchFault;
import io.kumiki.kube.patch.StrategicMergePatch;
import io.kumiki.kube.schema.Decoding;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/// The four kinds of patch as updates.
public final class Patches {
    private final Writes writes;
    private final Admission admission;
    private final Supplier<Instant> now;

    public Patches(Writes writes, Admission admission, Supplier<Instant> now) {
        this.writes = writes;
        this.admission = admission;
        this.now = now;
    }

    public Writes.Written patch(
            Kind kind,
            String namespace,
            String name,
            String part,
            PatchType how,
            JsonNode patch,
            WriteOptions options) {
        if (how == PatchType.APPLY) {
            return apply(kind, namespace, name, part, patch, options);
        }
        return new Writes.Written(
                writes.update(
                        new Writes.Update(kind, namespace, name, part, old -> patched(kind, old, how, patch)), options),
                false);
    }

    private Writes.Written apply(
            Kind kind, String namespace, String name, String part, JsonNode patch, WriteOptions options) {
        if (!(patch instanceof ObjectNode wanted)) {
            throw ApiFault.badRequest("an apply patch is an object");
        }
        String apiVersion = wanted.path("apiVersion").asText("");
        String word = wanted.path("kind").asText("");
        if (!apiVersion.equals(kind.type().apiVersion()) || !word.equals(kind.kind())) {
            String group = apiVersion.indexOf('/') < 0 ? "/" + apiVersion : apiVersion;
            throw ApiFault.badRequest("invalid object type: " + group + ", Kind=" + word);
        }
        if (!wanted.path("metadata").path("managedFields").isEmpty()) {
            throw ApiFault.badRequest("metadata.managedFields must be nil");
        }
        ObjectNode pruned = wanted.deepCopy();
        if (kind.builtIn()) {
            known(kind, name, pruned);
        } else {
            admission.prune(kind, pruned, options);
        }
        ObjectNode metadata = pruned.withObject("/metadata");
        if (!metadata.path("name").asText(name).equals(name)) {
            throw ApiFault.badRequest("the name of the object ("
                    + metadata.path("name").asText() + ") does not match the name on the URL (" + name + ")");
        }
        metadata.put("name", name);
        var apply = new ServerSideApply(kind, options.manager(), part, options.force(), now.get());
        Writes.Update update = new Writes.Update(kind, namespace, name, part, old -> apply.merge(old, pruned), true);
        return writes.updateOrCreate(update, options, () -> {
            metadata.remove("uid");
            metadata.remove("resourceVersion");
            return apply.create(pruned);
        });
    }

    /// Whoever applies may own known fields only.
    private static void known(Kind kind, String name, ObjectNode wanted) {
        List<String> unknown = Decoding.prune(wanted, kind.schema().get());
        if (unknown.isEmpty()) {
            return;
        }
        String what = wanted.path("metadata").path("namespace").asText("") + "/" + name + "; "
                + (kind.type().group().isEmpty() ? "/v1" : kind.type().apiVersion()) + ", Kind=" + kind.kind();
        List<String> errors = unknown.stream()
                .map(path -> "." + path + ": field not declared in schema")
                .toList();
        throw ApiFault.unexplained("failed to create typed patch object (" + what + "): "
                + (errors.size() == 1 ? errors.getFirst() : "errors:\n  " + String.join("\n  ", errors)));
    }

    private static ObjectNode patched(Kind kind, ObjectNode old, PatchType how, JsonNode patch) {
        JsonNode result;
        try {
            result = switch (how) {
                case JSON -> JsonPatch.apply(old, patch);
                case MERGE -> MergePatch.apply(old, patch);
                case STRATEGIC -> strategic(kind, old, patch);
                case APPLY -> throw ApiFault.noSuchPath();
            };
        } catch (PatchFault e) {
            throw ApiFault.unprocessable(String.valueOf(e.getMessage()));
        }
        if (result instanceof ObjectNode object) {
            object.put("apiVersion", kind.type().apiVersion()).put("kind", kind.kind());
            return object;
        }
        throw ApiFault.badRequest("the patch leaves no object");
    }

    private static JsonNode strategic(Kind kind, ObjectNode old, JsonNode patch) {
        if (!kind.builtIn()) {
            throw ApiFault.unsupportedMedia(
                    "the body of the request was in an unknown format - accepted media types include:"
                            + " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        }
        return StrategicMergePatch.apply(old, patch, kind.schema().get());
    }
}
