package io.kumiki.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.StateChange;
import io.kumiki.store.sql.Cursor;
import io.kumiki.store.sql.Micros;
import io.kumiki.store.sql.SqlFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How JSON columns are written and read.
final class Texts {
    private Texts() {}

    static ObjectNode object(String text) {
        if (text.equals("{}")) {
            return Json.object();
        }
        if (parse(text) instanceof ObjectNode object) {
            return object;
        }
        throw new SqlFault("a column that holds JSON objects holds something else");
    }

    /// What we stored ourselves is read back without the limits that guard what users send.
    static JsonNode parse(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new SqlFault("a column holds damaged JSON: " + e.getOriginalMessage());
        }
    }

    static String history(List<StateChange> history) {
        ArrayNode all = Json.array();
        for (StateChange change : history) {
            all.addArray().add(Micros.of(change.at())).add(change.state());
        }
        return Json.write(all);
    }

    static List<StateChange> history(String text) {
        var all = new ArrayList<StateChange>();
        if (!text.equals("[]")) {
            for (JsonNode change : parse(text)) {
                all.add(new StateChange(
                        Micros.toInstant(change.get(0).asLong()), change.get(1).asText()));
            }
        }
        return all;
    }

    static String tags(Map<String, String> tags) {
        ObjectNode all = Json.object();
        tags.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(tag -> all.put(tag.getKey(), tag.getValue()));
        return Json.write(all);
    }

    static Map<String, String> tags(String text) {
        var all = new LinkedHashMap<String, String>();
        object(text)
                .properties()
                .forEach(tag -> all.put(tag.getKey(), tag.getValue().asText()));
        return all;
    }

    static @Nullable RunFault fault(Cursor row, int reason) {
        String code = row.textOrNull(reason);
        return code == null ? null : new RunFault(code, row.text(reason + 1));
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
