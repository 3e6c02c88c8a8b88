package io.kumiki.kube.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.schema.Decoding;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.ObjectStore;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Everything that an object passes between the request and the store.
public final class Admission {
    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private final IntFunction<int[]> digits;
    private final List<Step> steps;
    private final List<Step> last;

    /// A rule that needs other objects. Mistakes are added; what is forbidden is thrown.
    @FunctionalInterface
    public interface Step {
        void admit(AdmissionRequest request, ObjectStore store, List<Violation> violations);
    }

    /// @param digits gives that many random numbers from 0 to 26
    /// @param steps run before the kind's own rules and may change the object
    /// @param last run when nothing is wrong with the object and only refuse
    public Admission(IntFunction<int[]> digits, List<Step> steps, List<Step> last) {
        this.digits = digits;
        this.steps = steps;
        this.last = last;
    }

    /// The name a new object gets: its own, or one made from generateName.
    public String name(Kind kind, String namespace, ObjectNode object) {
        var metadata = object.path("metadata");
        String given = metadata.path("namespace").asText("");
        if (!given.isEmpty() && !given.equals(namespace)) {
            throw ApiFault.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        String name = metadata.path("name").asText("");
        String prefix = metadata.path("generateName").asText("");
        if (name.isEmpty() && !prefix.isEmpty()) {
            name = (prefix.length() > 58 ? prefix.substring(0, 58) : prefix) + suffix(digits);
        }
        List<Violation> violations = new ArrayList<>();
        if (name.isEmpty()) {
            violations.add(new Violation(
                    "metadata.name", "FieldValueRequired", "Required value: name or generateName is required"));
        } else if (metadata.path("name").asText("").isEmpty()) {
            Names.check(kind, "", prefix, name, violations);
        }
        refuse(kind, name, violations);
        return name;
    }

    /// Five letters that make a name one of many.
    static String suffix(IntFunction<int[]> digits) {
        StringBuilder made = new StringBuilder();
        for (int digit : digits.apply(5)) {
            made.append(SUFFIX_LETTERS.charAt(digit));
        }
        return made.toString();
    }

    /// Reads an object by its kind's type: unknown fields are dropped, wrong ones refused.
    public void decode(Kind kind, ObjectNode object, WriteOptions options) {
        object.put("apiVersion", kind.type().apiVersion()).put("kind", kind.kind());
        Decoding.Decoded decoded = Decoding.decode(object, kind.schema().get());
        if (!decoded.unknown().isEmpty()) {
            unknown(kind, decoded.unknown(), options);
        }
        if (kind.builtIn()
                && decoded.violations().stream().anyMatch(v -> v.reason().equals("FieldValueTypeInvalid"))) {
            StringBuilder all = new StringBuilder();
            decoded.violations()
                    .forEach(v -> all.append(all.isEmpty() ? "" : ", ").append(v));
            throw ApiFault.badRequest(kind.kind() + " in version \""
                    + kind.type().version() + "\" cannot be handled as a " + kind.kind() + ": " + all);
        }
        refuse(kind, object.path("metadata").path("name").asText(), decoded.violations());
    }

    /// Only drops what the kind does not know: for what one manager wants of an object, which need not be whole.
    public void prune(Kind kind, ObjectNode part, WriteOptions options) {
        List<String> unknown = Decoding.prune(part, kind.schema().get());
        if (!unknown.isEmpty()) {
            unknown(kind, unknown, options);
        }
    }

    private static void unknown(Kind kind, List<String> paths, WriteOptions options) {
        List<String> messages =
                paths.stream().map(path -> "unknown field \"" + path + "\"").toList();
        switch (options.fieldValidation()) {
            case "Strict" ->
                throw ApiFault.badRequest(
                        kind.kind() + " in version \"" + kind.type().version() + "\" cannot be handled as a "
                                + kind.kind() + ": strict decoding error: " + String.join(", ", messages));
            case "Warn" -> messages.forEach(options.warnings());
            default -> {}
        }
    }

    /// Whether a new object's namespace takes it.
    public void mayEnter(Kind kind, String namespace, String name, ObjectStore store) {
        if (!kind.namespaced()) {
            return;
        }
        StoredObject found = store.get(new ObjectKey("namespaces", "", namespace));
        if (found == null) {
            throw ApiFault.notFound("namespaces", namespace);
        }
        if (found.deleting()) {
            throw ApiFault.ending(kind.type().storage(), name, namespace);
        }
    }

    /// Fills in what the user left out. What is there now is what the writer wrote and owns.
    public void defaults(Kind kind, ObjectNode object, @Nullable ObjectNode old) {
        kind.rules().complete(object, old);
    }

    /// What happens to an object before webhooks are asked: it is made whole, but not yet judged.
    public void mutate(AdmissionRequest request, ObjectStore store) {
        defaults(request.kind(), request.object(), request.old());
        add(request, store, new ArrayList<>());
    }

    private void add(AdmissionRequest request, ObjectStore store, List<Violation> violations) {
        if (request.old() == null) {
            request.kind().rules().admitted(request.object());
        }
        for (Step step : steps) {
            step.admit(request, store, violations);
        }
    }

    /// What others add to it, which nobody owns; then refuses what is wrong.
    public void complete(AdmissionRequest request, ObjectStore store) {
        Kind kind = request.kind();
        ObjectNode object = request.object();
        List<Violation> violations = new ArrayList<>();
        add(request, store, violations);
        if (request.old() == null) {
            // A name that was given is judged with all the rest, so that everything is told at once.
            Names.check(kind, request.name(), "", request.name(), violations);
        }
        Names.metadata(object, violations);
        Finalizers.check(kind, object, request.old(), violations);
        kind.rules().validate(object, request.old(), violations);
        refuse(kind, request.name(), violations);
        for (Step step : last) {
            step.admit(request, store, violations);
        }
        refuse(kind, request.name(), violations);
    }

    private static void refuse(Kind kind, String name, List<Violation> violations) {
        if (!violations.isEmpty()) {
            throw ApiFault.invalid(kind.keeper().type().group(), kind.kind(), name, violations);
        }
    }
}
