package io.kumiki.kube.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import io.kumiki.kube.schema.Schema;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A definition's types in the language, so that expressions are checked when they are written. What has no type there
/// (fields whose content is not known) cannot be named in expressions. Filled while rules are compiled, then only read.
@SuppressWarnings("Immutable")
final class Types implements CelTypeProvider {
    private final Map<String, CelType> structs = new HashMap<>();
    private final Map<Schema, Optional<CelType>> known = new IdentityHashMap<>();

    @Override
    public ImmutableCollection<CelType> types() {
        return ImmutableList.copyOf(structs.values());
    }

    @Override
    public Optional<CelType> findType(String name) {
        return Optional.ofNullable(structs.get(name));
    }

    /// `null` for what cannot be named.
    @Nullable
    CelType of(Schema schema, boolean root) {
        Optional<CelType> type = known.get(schema);
        if (type == null) {
            type = Optional.ofNullable(made(schema, root));
            known.put(schema, type);
        }
        return type.orElse(null);
    }

    private @Nullable CelType made(Schema schema, boolean root) {
        return switch (schema.type()) {
            case INT_OR_STRING -> SimpleType.DYN;
            case BOOLEAN -> SimpleType.BOOL;
            case INTEGER -> SimpleType.INT;
            case NUMBER -> SimpleType.DOUBLE;
            case STRING ->
                switch (schema.format()) {
                    case "byte" -> SimpleType.BYTES;
                    case "duration" -> SimpleType.DURATION;
                    case "date", "date-time" -> SimpleType.TIMESTAMP;
                    default -> SimpleType.STRING;
                };
            case ARRAY -> {
                CelType items = schema.items() == null ? null : of(schema.items(), false);
                yield items == null ? null : ListType.create(items);
            }
            case OBJECT -> object(schema, root);
            case ANY -> null;
        };
    }

    private @Nullable CelType object(Schema schema, boolean root) {
        if (schema.additional() != null) {
            CelType values = of(schema.additional(), false);
            return values == null ? null : MapType.create(SimpleType.STRING, values);
        }
        Map<String, CelType> fields = new LinkedHashMap<>();
        for (Map.Entry<String, Schema> each : schema.properties().entrySet()) {
            String name = Values.escaped(each.getKey());
            boolean metadata = each.getKey().equals("metadata") && (root || schema.embedded());
            CelType type = metadata ? metadata() : of(each.getValue(), false);
            if (type != null && !name.isEmpty()) {
                fields.put(name, type);
                // A word of the language may still be selected as what it is.
                if (Values.reserved(each.getKey())) {
                    fields.put(each.getKey(), type);
                }
            }
        }
        return struct(fields);
    }

    /// Of metadata only the names are open to rules.
    private CelType metadata() {
        return struct(Map.of("name", SimpleType.STRING, "generateName", SimpleType.STRING));
    }

    private CelType struct(Map<String, CelType> fields) {
        String name = "object" + (structs.isEmpty() ? "" : structs.size());
        StructType type = StructType.create(
                name, ImmutableSet.copyOf(fields.keySet()), field -> Optional.ofNullable(fields.get(field)));
        structs.put(name, type);
        return type;
    }
}
