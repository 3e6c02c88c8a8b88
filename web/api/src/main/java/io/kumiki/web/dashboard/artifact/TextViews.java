package io.kumiki.web.dashboard.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Views made from text: tables where rows can be seen, the text itself otherwise.
final class TextViews {
    private static final int LONGEST_TEXT = 256 * 1024;
    private static final int MOST_COLUMNS = 200;

    private TextViews() {}

    static void add(Media media, byte[] bytes, boolean cut, int rows, ArrayNode views) {
        if (media == Media.IMAGE || media == Media.PDF) {
            return;
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        switch (media) {
            case CSV -> views.add(separated(text, ',', cut, rows));
            case TSV -> views.add(separated(text, '\t', cut, rows));
            case JSON_LINES -> addRecords(lines(text, cut), cut, rows, views);
            case JSON -> {
                if (!cut && parsed(text) instanceof ArrayNode array) {
                    addRecords(List.copyOf(array.valueStream().toList()), false, rows, views);
                }
            }
            default -> {
                // only the text itself
            }
        }
        boolean shortened = text.length() > LONGEST_TEXT;
        views.add(Json.object()
                .put("kind", "text")
                .put("format", format(media))
                .put("text", shortened ? text.substring(0, LONGEST_TEXT) : text)
                .put("truncated", cut || shortened));
    }

    private static String format(Media media) {
        return switch (media) {
            case MARKDOWN -> "markdown";
            case JSON -> "json";
            case YAML -> "yaml";
            default -> "plain";
        };
    }

    private static @Nullable JsonNode parsed(String text) {
        try {
            return Json.parse(text);
        } catch (Json.Malformed notJson) {
            return null;
        }
    }

    private static List<JsonNode> lines(String text, boolean cut) {
        List<JsonNode> records = new ArrayList<>();
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        for (String line : cut ? lines.subList(0, Math.max(0, lines.size() - 1)) : lines) {
            JsonNode record = parsed(line);
            if (record == null) {
                return List.of();
            }
            records.add(record);
        }
        return records;
    }

    /// A table of records: objects by their keys, arrays by position.
    private static void addRecords(List<JsonNode> records, boolean cut, int rows, ArrayNode views) {
        boolean objects = !records.isEmpty() && records.stream().allMatch(JsonNode::isObject);
        boolean arrays = !records.isEmpty() && records.stream().allMatch(JsonNode::isArray);
        if (!objects && !arrays) {
            return;
        }
        Set<String> columns = new LinkedHashSet<>();
        records.stream().limit(rows).forEach(record -> {
            if (objects) {
                record.fieldNames().forEachRemaining(columns::add);
            } else {
                for (int i = 0; i < record.size(); i++) {
                    columns.add(String.valueOf(i + 1));
                }
            }
        });
        List<String> shown = columns.stream().limit(MOST_COLUMNS).toList();
        ObjectNode table = table(shown, cut ? null : records.size(), cut || records.size() > rows);
        ArrayNode out = table.putArray("rows");
        records.stream().limit(rows).forEach(record -> {
            ArrayNode row = out.addArray();
            for (int i = 0; i < shown.size(); i++) {
                JsonNode value = objects ? record.path(shown.get(i)) : record.path(i);
                row.add(value.isMissingNode() ? null : value);
            }
        });
        views.add(table);
    }

    private static ObjectNode separated(String text, char separator, boolean cut, int rows) {
        List<List<String>> all = Separated.read(text, separator);
        if (cut && !all.isEmpty()) {
            all.removeLast();
        }
        List<String> columns = all.isEmpty()
                ? List.of()
                : all.getFirst().stream().limit(MOST_COLUMNS).toList();
        int total = Math.max(0, all.size() - 1);
        ObjectNode table = table(columns, cut ? null : total, cut || total > rows);
        ArrayNode out = table.putArray("rows");
        all.stream().skip(1).limit(rows).forEach(line -> {
            ArrayNode row = out.addArray();
            for (int i = 0; i < columns.size(); i++) {
                row.add(i < line.size() ? line.get(i) : null);
            }
        });
        return table;
    }

    private static ObjectNode table(List<String> columns, @Nullable Integer total, boolean truncated) {
        ObjectNode table = Json.object().put("kind", "table");
        ArrayNode names = table.putArray("columns");
        columns.forEach(names::add);
        return table.put("totalRows", total).put("truncated", truncated);
    }
}
