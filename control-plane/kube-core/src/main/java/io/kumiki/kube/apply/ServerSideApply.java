package io.kumiki.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Server-side apply: a manager says which fields it wants and how; what it wanted before and no longer wants goes,
/// unless others own it; what
/// others own and it wants otherwise is a conflict, unless forced.
public final class ServerSideApply {
    /// Who owns what was there while nobody's fields were kept.
    private static final String BEFORE = "before-first-apply";

    private final Kind kind;
    private final String manager;
    private final String part;
    private final boolean force;
    private final Instant now;

    /// @param part empty for the object, `status` for its status
    public ServerSideApply(Kind kind, String manager, String part, boolean force, Instant now) {
        this.kind = kind;
        this.manager = manager;
        this.part = part;
        this.force = force;
        this.now = now;
    }

    /// The object that results when there was none.
    public ObjectNode create(ObjectNode wanted) {
        ObjectNode object = wanted.deepCopy();
        Managers managers = new Managers();
        managers.add(new Managers.Entry(
                manager, Managers.APPLY, kind.type().apiVersion(), part, Ownership.time(now), owned(wanted)));
        Ownership.write(object, managers);
        return object;
    }

    private FieldSet owned(ObjectNode wanted) {
        ObjectNode ownable = Fields.ownable(scoped(wanted));
        return ownable.isEmpty()
                ? new FieldSet()
                : Fields.of(ownable, kind.schema().get());
    }

    /// The main resource does not own status, the status subresource owns nothing else.
    private ObjectNode scoped(ObjectNode wanted) {
        ObjectNode copy = Json.object();
        copy.setAll(wanted);
        if (part.equals("status")) {
            copy.retain("status");
        } else if (kind.status()) {
            copy.remove("status");
        }
        return copy;
    }

    /// The live object with what is wanted merged in, and with its owners.
    public ObjectNode merge(ObjectNode live, ObjectNode wanted) {
        Schema schema = kind.schema().get();
        ObjectNode config = scoped(wanted);
        FieldSet mine = owned(wanted);
        Managers managers = Managers.parse(live.path("metadata").path("managedFields"));
        if (managers.entries().isEmpty()) {
            managers.add(new Managers.Entry(
                    BEFORE,
                    Managers.UPDATE,
                    kind.type().apiVersion(),
                    "",
                    Ownership.time(now),
                    Ownership.whole(kind, live)));
        }
        Managers.Entry before = managers.applier(manager, part);
        ObjectNode ownable = Fields.ownable(config);
        ObjectNode merged = (ObjectNode) merged(live, ownable, schema);
        if (before != null) {
            FieldSet gone = before.fields.copy();
            gone.removeAll(mine);
            for (Managers.Entry other : managers.entries()) {
                if (other != before) {
                    gone.removeAll(other.fields);
                }
            }
            remove(merged, gone, schema);
        }
        conflicts(managers, before, live, merged, schema);
        boolean untouched = Fields.ownable(live).equals(Fields.ownable(merged));
        boolean same = before != null && before.fields.equals(mine) && untouched;
        // As Kubernetes: an apply that changes nothing but who owns it has no time.
        String time = untouched ? "" : Ownership.time(now);
        if (before == null) {
            managers.add(new Managers.Entry(manager, Managers.APPLY, kind.type().apiVersion(), part, time, mine));
        } else if (!same) {
            before.fields = mine;
            before.time = time;
        }
        Ownership.write(merged, managers);
        String revision = wanted.path("metadata").path("resourceVersion").asText("");
        if (!revision.isEmpty()) {
            ((ObjectNode) merged.get("metadata")).put("resourceVersion", revision);
        }
        return merged;
    }

    private void conflicts(
            Managers managers, Managers.@Nullable Entry before, ObjectNode live, ObjectNode merged, Schema schema) {
        FieldSet changed = Fields.between(Fields.ownable(live), Fields.ownable(merged), schema)
                .changed();
        Map<Managers.Entry, FieldSet> found = new LinkedHashMap<>();
        for (Managers.Entry other : managers.entries()) {
            FieldSet both = other == before ? new FieldSet() : other.fields.intersection(changed);
            if (!both.isEmpty()) {
                found.put(other, both);
            }
        }
        if (found.isEmpty()) {
            return;
        }
        if (force) {
            found.forEach((other, both) -> other.fields.removeAll(both));
            return;
        }
        List<Violation> causes = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        found.forEach((other, both) -> {
            String by = "\"" + other.manager + "\""
                    + (other.part.isEmpty() ? "" : " with subresource \"" + other.part + "\"")
                    + (other.operation.equals(Managers.UPDATE) ? " using " + other.apiVersion : "");
            List<String> paths = new ArrayList<>();
            both.each("", (path, set) -> paths.add(path));
            paths.forEach(path -> causes.add(new Violation(path, "FieldManagerConflict", "conflict with " + by)));
            text.append(text.isEmpty() ? "" : "\n")
                    .append(paths.size() == 1 ? "conflict with " : "conflicts with ")
                    .append(by)
                    .append(':');
            paths.forEach(path -> text.append(paths.size() == 1 ? " " : "\n- ").append(path));
        });
        String head = "Apply failed with " + causes.size() + (causes.size() == 1 ? " conflict: " : " conflicts: ");
        throw ApiFault.applyConflict(head + text, causes);
    }

    private static JsonNode merged(@Nullable JsonNode live, JsonNode wanted, @Nullable Schema schema) {
        if (live instanceof ObjectNode old
                && wanted instanceof ObjectNode fields
                && (schema == null || schema.merge() != Schema.Merge.ATOMIC)) {
            ObjectNode result = old.deepCopy();
            for (Map.Entry<String, JsonNode> each : fields.properties()) {
                Schema member = schema == null ? null : schema.member(each.getKey());
                result.set(each.getKey(), merged(old.get(each.getKey()), each.getValue(), member));
            }
            return result;
        }
        if (live instanceof ArrayNode old
                && wanted instanceof ArrayNode
                && Fields.keyed(old, schema)
                && Fields.keyed(wanted, schema)) {
            Map<String, JsonNode> items = Fields.items(old, schema);
            Fields.items(wanted, schema)
                    .forEach((step, item) ->
                            items.put(step, merged(items.get(step), item, schema == null ? null : schema.items())));
            ArrayNode result = Json.array();
            items.values().forEach(result::add);
            return result;
        }
        return wanted.deepCopy();
    }

    /// Takes fields out; an object that only held them goes with them.
    private static void remove(ObjectNode object, FieldSet gone, @Nullable Schema schema) {
        gone.below().forEach((step, below) -> {
            String name = step.substring(2);
            JsonNode value = object.get(name);
            if (!step.startsWith("f:") || value == null) {
                return;
            }
            Schema member = schema == null ? null : schema.member(name);
            if (value instanceof ObjectNode inner && !below.below().isEmpty()) {
                remove(inner, below, member);
                if (inner.isEmpty()) {
                    object.remove(name);
                }
            } else if (value instanceof ArrayNode array && !below.below().isEmpty()) {
                ArrayNode left = items(array, below, member);
                if (left.isEmpty()) {
                    object.remove(name);
                } else {
                    object.set(name, left);
                }
            } else if (below.self()) {
                object.remove(name);
            }
        });
    }

    private static ArrayNode items(ArrayNode array, FieldSet gone, @Nullable Schema schema) {
        ArrayNode left = Json.array();
        Fields.items(array, schema).forEach((step, item) -> {
            FieldSet below = gone.below().get(step);
            if (below != null && below.self()) {
                return;
            }
            if (below != null && item instanceof ObjectNode inner) {
                remove(inner, below, schema == null ? null : schema.items());
            }
            left.add(item);
        });
        return left;
    }
}
