package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.schema.ModelSchemas;
import io.kumiki.kube.schema.Schema;
import io.kumiki.kube.store.ObjectKey;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.kube.table.Column;
import io.kumiki.model.Json;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Everything the server knows of one kind at one version.
///
/// @param stored false for kinds that are only asked, such as reviews
/// @param selectable fields that a field selector may name, beside name and namespace
/// @param generation whether a changed spec raises metadata.generation
/// @param shown its columns, made when a table is first asked for
/// @param scale where its replicas stand, when it has the scale subresource
/// @param form how its objects differ from what is stored, for a kind that another one keeps
public record Kind(
        ResourceType type,
        String kind,
        String singular,
        boolean namespaced,
        List<String> shortNames,
        List<String> categories,
        boolean stored,
        boolean status,
        boolean generation,
        List<String> selectable,
        Supplier<Schema> schema,
        Supplier<List<Column>> shown,
        KindRules rules,
        @Nullable ScalePaths scale,
        @Nullable Form form) {

    /// Custom kinds and these are replaced only by who says which revision.
    private static final Set<String> REPLACED_KNOWINGLY = Set.of(
            "customresourcedefinitions",
            "leases",
            "mutatingwebhookconfigurations",
            "poddisruptionbudgets",
            "runtimeclasses",
            "validatingwebhookconfigurations");

    public static Kind of(ResourceType type, String kind, boolean namespaced, Supplier<Schema> schema) {
        return new Kind(
                type,
                kind,
                kind.toLowerCase(java.util.Locale.ROOT),
                namespaced,
                List.of(),
                List.of(),
                true,
                false,
                false,
                List.of(),
                schema,
                () -> Column.NAME_AND_AGE,
                KindRules.NONE,
                null,
                null);
    }

    /// A built-in kind whose fields a class of the Kubernetes model knows.
    ///
    /// @param model the class below the model's root package, such as `Pod` or `coordination.v1.Lease`
    public static Kind modelled(ResourceType type, String kind, boolean namespaced, String model) {
        return of(type, kind, namespaced, () -> ModelSchemas.of(model));
    }

    public Kind singularName(String name) {
        Draft draft = new Draft(this);
        draft.singular = name;
        return draft.kind();
    }

    public Kind shortNames(String... names) {
        Draft draft = new Draft(this);
        draft.shortNames = List.of(names);
        return draft.kind();
    }

    public Kind categories(String... names) {
        Draft draft = new Draft(this);
        draft.categories = List.of(names);
        return draft.kind();
    }

    public Kind notStored() {
        Draft draft = new Draft(this);
        draft.stored = false;
        return draft.kind();
    }

    public Kind withStatus() {
        Draft draft = new Draft(this);
        draft.status = true;
        return draft.kind();
    }

    public Kind withGeneration() {
        Draft draft = new Draft(this);
        draft.generation = true;
        return draft.kind();
    }

    public Kind selectable(String... fields) {
        Draft draft = new Draft(this);
        draft.selectable = List.of(fields);
        return draft.kind();
    }

    public Kind columns(Supplier<List<Column>> shown) {
        Draft draft = new Draft(this);
        draft.shown = shown;
        return draft.kind();
    }

    public Kind rules(KindRules kept) {
        Draft draft = new Draft(this);
        draft.rules = kept;
        return draft.kind();
    }

    public Kind scale(ScalePaths paths) {
        Draft draft = new Draft(this);
        draft.scale = paths;
        return draft.kind();
    }

    /// What is stored is another kind's; it is only said in other words here.
    public Kind form(Form said) {
        Draft draft = new Draft(this);
        draft.form = said;
        return draft.kind();
    }

    /// What may still be said of a kind after its name, its type and its scope.
    private static final class Draft {
        private final Kind of;
        String singular;
        List<String> shortNames;
        List<String> categories;
        boolean stored;
        boolean status;
        boolean generation;
        List<String> selectable;
        Supplier<List<Column>> shown;
        KindRules rules;

        @Nullable
        ScalePaths scale;

        @Nullable
        Form form;

        Draft(Kind kind) {
            of = kind;
            singular = kind.singular;
            shortNames = kind.shortNames;
            categories = kind.categories;
            stored = kind.stored;
            status = kind.status;
            generation = kind.generation;
            selectable = kind.selectable;
            shown = kind.shown;
            rules = kind.rules;
            scale = kind.scale;
            form = kind.form;
        }

        Kind kind() {
            return new Kind(
                    of.type,
                    of.kind,
                    singular,
                    of.namespaced,
                    shortNames,
                    categories,
                    stored,
                    status,
                    generation,
                    selectable,
                    of.schema,
                    shown,
                    rules,
                    scale,
                    form);
        }
    }

    /// What `kubectl get` shows.
    public List<Column> columns() {
        return shown.get();
    }

    /// Whether it is there without a definition.
    public boolean builtIn() {
        return !(rules instanceof CustomRules);
    }

    /// Whether a replacement has to name the revision that it replaces.
    public boolean replacedKnowingly() {
        return !builtIn() || REPLACED_KNOWINGLY.contains(type.plural());
    }

    public String storage() {
        return keeper().type.storage();
    }

    /// The kind in whose form its objects are stored: mostly itself.
    public Kind keeper() {
        return form == null ? this : form.stored();
    }

    public ObjectKey key(String namespace, String name) {
        return new ObjectKey(storage(), namespaced ? namespace : "", name);
    }

    public StoredObject store(ObjectKey key, long revision, ObjectNode object) {
        Kind keeper = keeper();
        ObjectNode kept = form == null ? object : form.kept(object);
        return StoredObject.of(key, revision, kept, keeper.fieldsOf(kept));
    }

    /// A fresh tree as clients of this kind see it.
    public ObjectNode tree(StoredObject object) {
        return tree(object, object.revision());
    }

    public ObjectNode tree(StoredObject object, long revision) {
        ObjectNode tree = object.tree(type.apiVersion(), kind, revision);
        return form == null ? tree : form.said(tree);
    }

    public byte[] wire(StoredObject object, long revision) {
        return form == null ? object.wire(type.apiVersion(), kind, revision) : Json.bytes(tree(object, revision));
    }

    /// As an item of a list: those of built-in kinds do not repeat what the list says.
    public byte[] item(StoredObject object) {
        if (!builtIn() || form == null) {
            return builtIn() ? object.item() : wire(object, object.revision());
        }
        ObjectNode tree = tree(object);
        tree.remove(List.of("kind", "apiVersion"));
        return Json.bytes(tree);
    }

    /// Values of the selectable fields, in their order.
    public String[] fieldsOf(JsonNode object) {
        String[] values = new String[selectable.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Fields.text(object, selectable.get(i)).intern();
        }
        return values;
    }

    /// The value that a field selector compares.
    public String field(StoredObject object, String field) {
        return switch (field) {
            case "metadata.name" -> object.key().name();
            case "metadata.namespace" -> object.key().namespace();
            default -> object.field(keeper().selectable.indexOf(form == null ? field : form.field(field)));
        };
    }

    public boolean knowsField(String field) {
        return field.equals("metadata.name")
                || (field.equals("metadata.namespace") && namespaced)
                || selectable.contains(field);
    }
}
