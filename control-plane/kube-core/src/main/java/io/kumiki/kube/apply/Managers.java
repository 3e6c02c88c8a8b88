package io.kumiki.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The entries of metadata.managedFields.
final class Managers {
    static final String APPLY = "Apply";
    static final String UPDATE = "Update";

    /// One manager's fields.
    static final class Entry {
        final String manager;
        final String operation;
        final String apiVersion;
        final String part;
        String time;
        FieldSet fields;

        Entry(String manager, String operation, String apiVersion, String part, String time, FieldSet fields) {
            this.manager = manager;
            this.operation = operation;
            this.apiVersion = apiVersion;
            this.part = part;
            this.time = time;
            this.fields = fields;
        }

        boolean is(String name, String how, String where) {
            return manager.equals(name) && operation.equals(how) && part.equals(where);
        }

        /// Whether it is what this manager wrote by updates of that version.
        boolean updates(String name, String where, String version) {
            return is(name, UPDATE, where) && apiVersion.equals(version);
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    static Managers parse(JsonNode managedFields) {
        Managers managers = new Managers();
        for (JsonNode each : managedFields) {
            if (each.path("fieldsV1").isObject()) {
                managers.entries.add(new Entry(
                        each.path("manager").asText(),
                        each.path("operation").asText(),
                        each.path("apiVersion").asText(),
                        each.path("subresource").asText(""),
                        each.path("time").asText(""),
                        FieldSet.parse(each.path("fieldsV1"))));
            }
        }
        return managers;
    }

    List<Entry> entries() {
        return entries;
    }

    @Nullable
    Entry applier(String manager, String part) {
        return entries.stream()
                .filter(e -> e.is(manager, APPLY, part))
                .findFirst()
                .orElse(null);
    }

    @Nullable
    Entry updater(String manager, String part, String apiVersion) {
        return entries.stream()
                .filter(e -> e.updates(manager, part, apiVersion))
                .findFirst()
                .orElse(null);
    }

    void add(Entry entry) {
        entries.add(entry);
    }

    /// Entries that own nothing are left out; appliers come first, then the older ones.
    ArrayNode json() {
        ArrayNode json = Json.array();
        entries.stream()
                .filter(entry -> !entry.fields.isEmpty())
                .sorted(Comparator.comparing((Entry e) -> e.operation)
                        .thenComparing(e -> e.time)
                        .thenComparing(e -> e.manager))
                .forEach(entry -> {
                    ObjectNode one = json.addObject();
                    one.put("manager", entry.manager)
                            .put("operation", entry.operation)
                            .put("apiVersion", entry.apiVersion)
                            .put("fieldsType", "FieldsV1")
                            .set("fieldsV1", entry.fields.json());
                    if (!entry.time.isEmpty()) {
                        one.put("time", entry.time);
                    }
                    if (!entry.part.isEmpty()) {
                        one.put("subresource", entry.part);
                    }
                });
        return json;
    }
}
