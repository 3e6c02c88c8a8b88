package io.kumiki.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Trees from tokens and back, without an ObjectMapper: making one loads a quarter of all the classes of a start, and
/// most of what is started needs trees only. The mapper of {@link Json} reads and writes the same (`JsonTest`).
final class Trees {
    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(200)
            .maxStringLength(32 * 1024 * 1024)
            .maxNumberLength(400)
            .build();

    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(LIMITS)
            // Requests run on virtual threads: buffers kept by thread would be made anew for each of them.
            .recyclerPool(JsonRecyclerPools.sharedBoundedPool())
            .build();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonParser parser;
    private final boolean unambiguous;

    private Trees(JsonParser parser, boolean unambiguous) {
        this.parser = parser;
        this.unambiguous = unambiguous;
    }

    /// The whole text; missing when there is nothing in it.
    ///
    /// @param unambiguous whether an object that names a member twice is refused; else the last one counts
    static JsonNode read(JsonParser parser, boolean unambiguous) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            return MissingNode.getInstance();
        }
        JsonNode tree = new Trees(parser, unambiguous).value(first);
        JsonToken more = parser.nextToken();
        if (more != null) {
            throw new JsonParseException(parser, "more follows the value, it begins with " + more);
        }
        return tree;
    }

    static JsonNode value(JsonParser parser) throws IOException {
        return new Trees(parser, false).value(parser.currentToken());
    }

    private JsonNode value(@Nullable JsonToken token) throws IOException {
        if (token == null) {
            throw new JsonParseException(parser, "no value where one was expected");
        }
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> throw new JsonParseException(parser, "no value where one was expected");
        };
    }

    private ObjectNode object() throws IOException {
        ObjectNode made = NODES.objectNode();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonNode before = made.replace(name, value(parser.nextToken()));
            if (before != null && unambiguous) {
                throw new JsonParseException(parser, "a member is named twice");
            }
        }
        return made;
    }

    private ArrayNode array() throws IOException {
        ArrayNode made = NODES.arrayNode();
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            made.add(value(next));
        }
        return made;
    }

    private JsonNode integer() throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    static void write(JsonGenerator out, JsonNode node) throws IOException {
        switch (node.getNodeType()) {
            case OBJECT -> {
                out.writeStartObject();
                for (Map.Entry<String, JsonNode> member : node.properties()) {
                    out.writeFieldName(member.getKey());
                    write(out, member.getValue());
                }
                out.writeEndObject();
            }
            case ARRAY -> {
                out.writeStartArray();
                for (JsonNode element : node) {
                    write(out, element);
                }
                out.writeEndArray();
            }
            case STRING -> out.writeString(node.textValue());
            case NUMBER -> number(out, node);
            case BOOLEAN -> out.writeBoolean(node.booleanValue());
            case BINARY -> out.writeBinary(node.binaryValue());
            case NULL, MISSING -> out.writeNull();
            case POJO -> throw new IOException("a tree holds a value that is no JSON: " + node.getClass());
        }
    }

    private static void number(JsonGenerator out, JsonNode node) throws IOException {
        switch (node.numberType()) {
            case INT -> out.writeNumber(node.intValue());
            case LONG -> out.writeNumber(node.longValue());
            case BIG_INTEGER -> out.writeNumber(node.bigIntegerValue());
            case FLOAT -> out.writeNumber(node.floatValue());
            case DOUBLE -> out.writeNumber(node.doubleValue());
            case BIG_DECIMAL -> out.writeNumber(node.decimalValue());
        }
    }
}
