package io.kumiki.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The type of a value: of a built-in kind or of a CustomResourceDefinition. Filled once by its reader, then never
/// changed; may contain itself.
public final class Schema {
    /// What JSON value is wanted.
    public enum Type {
        OBJECT,
        ARRAY,
        STRING,
        INTEGER,
        NUMBER,
        BOOLEAN,
        INT_OR_STRING,
        ANY
    }

    /// How a list or a map is merged.
    public enum Merge {
        ATOMIC,
        SET,
        MAP,
        GRANULAR
    }

    /// What every kind consists of.
    static final Set<String> PARTS = Set.of("metadata", "spec", "status");

    final Type type;
    String name = "";
    String description = "";
    String format = "";
    final Map<String, Schema> properties = new LinkedHashMap<>();

    @Nullable
    Schema items;

    @Nullable
    Schema additional;

    boolean preserveUnknown;
    boolean embedded;
    boolean nullable;
    List<String> required = List.of();
    Set<String> always = Set.of();

    @Nullable
    JsonNode defaultValue;

    /// Whether an empty list or map is the same as none.
    boolean terse;

    /// Whether two items with equal keys are refused. Built-in kinds have rules of their own for that.
    boolean unique = true;

    Merge merge;
    List<String> mergeKeys = List.of();
    String patchStrategy = "";
    String patchMergeKey = "";
    Limits limits = Limits.NONE;
    List<Schema> allOf = List.of();
    List<Schema> anyOf = List.of();
    List<Schema> oneOf = List.of();

    @Nullable
    Schema not;

    /// What a definition demands of the metadata of a whole object, whose type it does not choose.
    @Nullable
    Schema metadata;

    /// `x-kubernetes-validations` as written.
    @Nullable
    JsonNode rules;

    public Schema(Type type) {
        this.type = type;
        this.merge = type == Type.ARRAY ? Merge.ATOMIC : Merge.GRANULAR;
    }

    public static Schema any() {
        return new Schema(Type.ANY);
    }

    public Type type() {
        return type;
    }

    public String name() {
        return name;
    }

    public Map<String, Schema> properties() {
        return properties;
    }

    public @Nullable Schema items() {
        return items;
    }

    public @Nullable Schema additional() {
        return additional;
    }

    /// Whether the member is there, empty, even when nobody wrote it: then nobody owns its being there.
    public boolean always(String field) {
        return always.contains(field);
    }

    public Merge merge() {
        return merge;
    }

    public List<String> mergeKeys() {
        return mergeKeys;
    }

    public String patchStrategy() {
        return patchStrategy;
    }

    public String patchMergeKey() {
        return patchMergeKey;
    }

    public @Nullable JsonNode defaultValue() {
        return defaultValue;
    }

    public String format() {
        return format;
    }

    public boolean nullable() {
        return nullable;
    }

    public boolean embedded() {
        return embedded;
    }

    public boolean preservesUnknown() {
        return preserveUnknown;
    }

    public List<String> required() {
        return required;
    }

    public List<Schema> allOf() {
        return allOf;
    }

    public Limits limits() {
        return limits;
    }

    /// `x-kubernetes-validations` as written; `null` for none.
    public @Nullable JsonNode rules() {
        return rules;
    }

    /// Whether it or a type inside it has rules.
    public boolean hasRules() {
        return rules != null
                || (items != null && items.hasRules())
                || (additional != null && additional.hasRules())
                || (name.isEmpty() && properties.values().stream().anyMatch(Schema::hasRules));
    }

    /// The type of a member of an object; `null` when the object may not have it.
    public @Nullable Schema member(String field) {
        Schema known = properties.get(field);
        return known != null ? known : additional;
    }
}
