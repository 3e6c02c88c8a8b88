package io.kumiki.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/// A definition's additionalPrinterColumns behind the name.
public final class CustomColumns {
    private CustomColumns() {}

    public static List<Column> of(JsonNode given) {
        List<Column> columns = new ArrayList<>();
        columns.add(Column.NAME);
        for (JsonNode each : given) {
            String type = each.path("type").asText();
            JsonPath path = JsonPath.parse(each.path("jsonPath").asText());
            columns.add(new Column(
                    each.path("name").asText(),
                    type,
                    each.path("format").asText(""),
                    each.path("description")
                            .asText("Custom resource definition column (in JSONPath format): "
                                    + each.path("jsonPath").asText()),
                    each.path("priority").asInt(0),
                    (object, now) -> {
                        List<JsonNode> found = path.find(object);
                        if (found.isEmpty()) {
                            return NullNode.getInstance();
                        }
                        if (type.equals("date")) {
                            return TextNode.valueOf(Age.since(found.getFirst().asText(), now));
                        }
                        if (type.equals("string")) {
                            return TextNode.valueOf(text(found));
                        }
                        return found.getFirst();
                    }));
        }
        return columns;
    }

    private static String text(List<JsonNode> found) {
        StringBuilder text = new StringBuilder();
        for (JsonNode each : found) {
            text.append(text.isEmpty() ? "" : ",").append(each.isValueNode() ? each.asText() : each.toString());
        }
        return text.toString();
    }
}
