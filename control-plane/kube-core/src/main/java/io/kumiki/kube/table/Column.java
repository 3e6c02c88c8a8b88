package io.kumiki.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

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
            (object, now) -> TextNode.valueOf(
                    Age.since(object.path("metadata").path("creationTimestamp").asText(), now)));
    public static final List<Column> NAME_AND_AGE = List.of(NAME, AGE);

    public static Column text(String name, int priority, Function<JsonNode, String> cell) {
        return new Column(name, "string", "", "", priority, (object, now) -> TextNode.valueOf(cell.apply(object)));
    }

    public static Column timed(String name, int priority, BiFunction<JsonNode, Instant, String> cell) {
        return new Column(name, "string", "", "", priority, (object, now) -> TextNode.valueOf(cell.apply(object, now)));
    }

    public static Column plain(String name, int priority, String path) {
        return text(name, priority, object -> at(object, path).asText(""));
    }

    public static Column field(String name, int priority, String path) {
        return text(name, priority, object -> {
            String value = at(object, path).asText("");
            return value.isEmpty() ? "<none>" : value;
        });
    }

    public static Column number(String name, Function<JsonNode, Integer> cell) {
        return number(name, 0, cell);
    }

    public static Column number(String name, int priority, Function<JsonNode, Integer> cell) {
        return new Column(name, "integer", "", "", priority, (object, now) -> IntNode.valueOf(cell.apply(object)));
    }

    /// A number that kubectl's columns call text.
    public static Column count(String name, Function<JsonNode, Integer> cell) {
        return count(name, 0, cell);
    }

    public static Column count(String name, int priority, Function<JsonNode, Integer> cell) {
        return new Column(name, "string", "", "", priority, (object, now) -> IntNode.valueOf(cell.apply(object)));
    }

    private static JsonNode at(JsonNode object, String path) {
        JsonNode node = object;
        for (String name : path.split("\\.")) {
            node = node.path(name);
        }
        return node;
    }
}
