package io.kumiki.runtime.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.emitter.Emitter;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;
import org.yaml.snakeyaml.serializer.Serializer;

/// Turns a tree into YAML nodes and those into text.
final class TreeWriter {
    private TreeWriter() {}

    static String write(JsonNode tree) {
        DumperOptions options = new DumperOptions();
        options.setWidth(160);
        options.setSplitLines(false);
        StringWriter out = new StringWriter();
        try {
            Serializer serializer = new Serializer(new Emitter(out, options), new Resolver(), options, null);
            serializer.open();
            serializer.serialize(node(tree));
            serializer.close();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toString();
    }

    private static Node node(JsonNode tree) {
        return switch (tree.getNodeType()) {
            case OBJECT -> {
                List<NodeTuple> tuples = new ArrayList<>();
                tree.properties().forEach(p -> tuples.add(new NodeTuple(text(p.getKey()), node(p.getValue()))));
                yield new MappingNode(
                        Tag.MAP, true, tuples, null, null, tuples.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
            }
            case ARRAY -> {
                List<Node> items = new ArrayList<>();
                tree.forEach(item -> items.add(node(item)));
                yield new SequenceNode(
                        Tag.SEQ, true, items, null, null, items.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
            }
            case BOOLEAN -> plain(Tag.BOOL, tree.asText());
            case NUMBER -> plain(tree.isIntegralNumber() ? Tag.INT : Tag.FLOAT, number(tree));
            case STRING -> text(tree.asText());
            default -> plain(Tag.NULL, "null");
        };
    }

    /// YAML 1.1 wants a point and a sign in an exponent; both are harmless elsewhere.
    private static String number(JsonNode tree) {
        String text = tree.asText();
        boolean exponent = text.indexOf('E') >= 0 || text.indexOf('e') >= 0;
        if (!exponent || text.indexOf('.') >= 0) {
            return text;
        }
        return text.replaceFirst("([0-9]+)[eE]", "$1.0E");
    }

    private static Node plain(Tag tag, String text) {
        return new ScalarNode(tag, true, text, null, null, ScalarStyle.PLAIN);
    }

    private static Node text(String text) {
        boolean literal = text.indexOf('\n') >= 0
                && text.codePoints().noneMatch(c -> c == '\t' || c == '\r' || Character.isISOControl(c) && c != '\n')
                && !text.startsWith(" ")
                && !text.startsWith("\n")
                && text.lines().noneMatch(line -> line.endsWith(" "));
        boolean plain = !literal
                && new Resolver()
                        .resolve(org.yaml.snakeyaml.nodes.NodeId.scalar, text, true)
                        .equals(Tag.STR);
        return new ScalarNode(
                Tag.STR,
                text,
                null,
                null,
                literal ? ScalarStyle.LITERAL : plain ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED);
    }
}
