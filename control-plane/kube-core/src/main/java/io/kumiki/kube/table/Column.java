package io.kumiki.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.time.Instant;
import java.util.List;

/// One column of `kubectl get`.
///
/// @param priority 0 is always shown, 1 only with `-o wide`
public record Column(String name, String type, String format, String description, int priority, Cell cell) {
    /// Computes what stands in the column.
    @FunctionalInterface
    public interface Cell {
        JsonNode of(JsonNode object, Instant now);
    }

    public static final Column NAME = new Column(
            "Name",
            "string",
            "name",
            "Name must be unique within a namespace.",
            0,
            (object, now) -> object.path("metadata").path("name"));
    public static final Column AGE = new Column(
            "Age",
            "string",
            "",
            "CreationTimestamp is when this object was created.",
            0,
            (object, now) -> Json.MAPPER
                    .getNodeFactory()
                    .textNode(Age.since(
                            object.path("metadata").path("creationTimestamp").asText(), now)));
    public static final List<Column> NAME_AND_AGE = List.of(NAME, AGE);
}
