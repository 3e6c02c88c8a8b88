package io.kumiki.runtime.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.model.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/// Turns composed YAML nodes into a tree. Aliases are written out, and the total is bounded: that is what stops a
/// bomb.
final class TreeBuilder {
    private static final int MOST_NODES = 2_000_000;

    private final Yaml.Limits limits;
    private int nodes;

    TreeBuilder(Yaml.Limits limits) {
        this.limits = limits;
    }

    JsonNode tree(Node node) {
        return tree(node, 0);
    }

    private JsonNode tree(Node node, int depth) {
        if (depth > limits.depth()) {
            throw at(node, "nested deeper than " + limits.depth() + " levels");
        }
        if (++nodes > MOST_NODES) {
            throw at(node, "the document has more than " + MOST_NODES + " values once its aliases are written out");
        }
        return switch (node) {
            case MappingNode mapping -> mapping(mapping, depth);
            case SequenceNode sequence -> {
                ArrayNode array = Json.array();
                sequence.getValue().forEach(item -> array.add(tree(item, depth + 1)));
                yield array;
            }
            case ScalarNode scalar -> scalar(scalar);
            default -> throw at(node, "this kind of YAML node is not read here");
        };
    }

    private ObjectNode mapping(MappingNode mapping, int depth) {
        ObjectNode object = Json.object();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw at(tuple.getKeyNode(), "a key must be plain text");
            }
            if (key.getTag().equals(Tag.MERGE)) {
                throw at(key, "merge keys (<<) are not read; write the fields out");
            }
            if (object.has(key.getValue())) {
                throw at(key, "the key \"" + key.getValue() + "\" stands twice in one mapping");
            }
            object.set(key.getValue(), tree(tuple.getValueNode(), depth + 1));
        }
        return object;
    }

    private static JsonNode scalar(ScalarNode node) {
        String text = node.getValue();
        Tag tag = node.getTag();
        if (tag.equals(Tag.STR) || tag.equals(Tag.TIMESTAMP)) {
            return TextNode.valueOf(text);
        }
        if (tag.equals(Tag.NULL)) {
            return NullNode.instance;
        }
        if (tag.equals(Tag.BOOL)) {
            String word = text.toLowerCase(Locale.ROOT);
            // YAML 1.2 and Go's yaml take only true and false; the old words stay text, as KFP's and Kubernetes'
            // own readers have it.
            return switch (word) {
                case "true" -> BooleanNode.TRUE;
                case "false" -> BooleanNode.FALSE;
                default -> TextNode.valueOf(text);
            };
        }
        if (tag.equals(Tag.INT)) {
            return integer(text);
        }
        if (tag.equals(Tag.FLOAT)) {
            return floating(text);
        }
        throw at(node, "the tag " + tag.getValue() + " is not read; use plain values");
    }

    private static JsonNode integer(String text) {
        String plain = text.replace("_", "");
        try {
            boolean negative = plain.startsWith("-");
            String digits = plain.startsWith("-") || plain.startsWith("+") ? plain.substring(1) : plain;
            if (digits.indexOf(':') >= 0) {
                return TextNode.valueOf(text); // sexagesimal: a time or a port mapping, never a number nowadays
            }
            BigInteger value;
            if (digits.startsWith("0x")) {
                value = new BigInteger(digits.substring(2), 16);
            } else if (digits.startsWith("0b")) {
                value = new BigInteger(digits.substring(2), 2);
            } else if (digits.length() > 1 && digits.startsWith("0")) {
                value = new BigInteger(digits.substring(1), 8);
            } else {
                value = new BigInteger(digits);
            }
            return number(negative ? value.negate() : value);
        } catch (NumberFormatException e) {
            return TextNode.valueOf(text);
        }
    }

    private static JsonNode number(BigInteger value) {
        if (value.bitLength() < 32) {
            return IntNode.valueOf(value.intValue());
        }
        return value.bitLength() < 64 ? LongNode.valueOf(value.longValue()) : BigIntegerNode.valueOf(value);
    }

    private static JsonNode floating(String text) {
        String plain = text.replace("_", "").toLowerCase(Locale.ROOT);
        if (plain.indexOf(':') >= 0) {
            return TextNode.valueOf(text);
        }
        return switch (plain) {
            case ".inf", "+.inf" -> DoubleNode.valueOf(Double.POSITIVE_INFINITY);
            case "-.inf" -> DoubleNode.valueOf(Double.NEGATIVE_INFINITY);
            case ".nan" -> DoubleNode.valueOf(Double.NaN);
            default -> {
                try {
                    yield DecimalNode.valueOf(new BigDecimal(plain));
                } catch (NumberFormatException e) {
                    yield TextNode.valueOf(text);
                }
            }
        };
    }

    private static Yaml.Malformed at(Node node, String problem) {
        Mark mark = node.getStartMark();
        return new Yaml.Malformed(
                "at line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": " + problem);
    }
}
