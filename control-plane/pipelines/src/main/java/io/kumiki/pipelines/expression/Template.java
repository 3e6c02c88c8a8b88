package io.kumiki.pipelines.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Text with placeholders, cut into pieces once. Values are put in as they are and never looked at again, so that a
/// value which
/// itself looks like a placeholder stays what it is. What is no placeholder of KFP's stays literal.
public final class Template {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\$(?:\\.([^{}]*))?\\}\\}");
    private static final Pattern NAMED = Pattern.compile(
            "(inputs|outputs)\\.(parameters|artifacts)\\[(?:'([^']*)'|\"([^\"]*)\")\\](?:\\.(\\w+)(?:\\[(?:'([^']*)'|\"([^\"]*)\")\\])?)?");
    private static final Pattern WORD = Pattern.compile("[a-z_][a-z0-9_]*");

    private sealed interface Piece {
        record Literal(String text) implements Piece {}

        record Everything() implements Piece {}

        record Variable(String word, String raw) implements Piece {}

        record OutputFile() implements Piece {}

        /// @param field `uri`, `path`, `metadata`, `output_file`, `value` or null
        record Named(
                boolean input,
                boolean parameter,
                String name,
                @Nullable String field,
                @Nullable String key,
                String raw) implements Piece {}
    }

    private final List<Piece> pieces;

    private Template(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    public static Template compile(String text) {
        var pieces = new ArrayList<Piece>();
        Matcher m = PLACEHOLDER.matcher(text);
        int from = 0;
        while (m.find()) {
            Piece piece = piece(m.group(1), m.group());
            if (piece != null) {
                if (m.start() > from) {
                    pieces.add(new Piece.Literal(text.substring(from, m.start())));
                }
                pieces.add(piece);
                from = m.end();
            }
        }
        if (from < text.length() || pieces.isEmpty()) {
            pieces.add(new Piece.Literal(text.substring(from)));
        }
        return new Template(pieces);
    }

    private static @Nullable Piece piece(@Nullable String inside, String raw) {
        if (inside == null) {
            return new Piece.Everything();
        }
        if (inside.equals("outputs.output_file")) {
            return new Piece.OutputFile();
        }
        Matcher named = NAMED.matcher(inside);
        if (named.matches()) {
            return new Piece.Named(
                    named.group(1).equals("inputs"),
                    named.group(2).equals("parameters"),
                    named.group(3) != null ? named.group(3) : named.group(4),
                    named.group(5),
                    named.group(6) != null ? named.group(6) : named.group(7),
                    raw);
        }
        return WORD.matcher(inside).matches() ? new Piece.Variable(inside, raw) : null;
    }

    /// True when there is nothing to fill in.
    public boolean literal() {
        return pieces.stream().allMatch(p -> p instanceof Piece.Literal);
    }

    /// The input parameters it mentions.
    public Set<String> parameters() {
        var names = new TreeSet<String>();
        for (Piece p : pieces) {
            if (p instanceof Piece.Named n && n.input && n.parameter) {
                names.add(n.name);
            }
        }
        return names;
    }

    public String fill(Scope scope) {
        if (pieces.size() == 1) {
            return text(pieces.getFirst(), scope);
        }
        var out = new StringBuilder();
        pieces.forEach(p -> out.append(text(p, scope)));
        return out.toString();
    }

    /// Like fill, but a placeholder that is the whole text gives the value itself: a number stays a number.
    public JsonNode value(Scope scope) {
        if (pieces.size() == 1
                && pieces.getFirst() instanceof Piece.Named n
                && n.input
                && n.parameter
                && scope.parameter(n.name) instanceof JsonNode value) {
            return value;
        }
        return TextNode.valueOf(fill(scope));
    }

    private static String text(Piece piece, Scope scope) {
        return switch (piece) {
            case Piece.Literal l -> l.text;
            case Piece.Everything e -> scope.everything() instanceof ObjectNode all ? Json.write(all) : "{{$}}";
            case Piece.Variable v -> scope.variable(v.word) instanceof String value ? value : v.raw;
            case Piece.OutputFile f ->
                scope.executorOutput() instanceof String file ? file : "{{$.outputs.output_file}}";
            case Piece.Named n when n.parameter -> parameter(n, scope);
            case Piece.Named n -> artifact(n, scope);
        };
    }

    private static String parameter(Piece.Named n, Scope scope) {
        if (n.input) {
            JsonNode value = scope.parameter(n.name);
            return value == null ? "" : Values.text(value);
        }
        String file = scope.outputFile(n.name);
        return file == null ? n.raw : file;
    }

    private static String artifact(Piece.Named n, Scope scope) {
        JsonNode list = n.input ? scope.inputArtifacts(n.name) : scope.outputArtifacts(n.name);
        if (list == null) {
            return n.input ? "" : n.raw;
        }
        if (n.field == null) {
            return Json.write(list);
        }
        JsonNode first = list.path(0);
        return switch (n.field) {
            case "uri" -> first.path("uri").asText();
            case "path" -> first.isMissingNode() ? "" : scope.path(first);
            case "name" -> first.path("name").asText();
            case "metadata" ->
                Values.text(
                        n.key == null
                                ? first.path("metadata")
                                : first.path("metadata").path(n.key));
            default -> n.raw;
        };
    }

    /// Fills every text inside a JSON value, keys too.
    public static JsonNode fill(JsonNode value, Scope scope) {
        return switch (value) {
            case TextNode t -> compile(t.textValue()).value(scope);
            case ObjectNode o -> {
                ObjectNode copy = Json.object();
                o.properties().forEach(e -> copy.set(compile(e.getKey()).fill(scope), fill(e.getValue(), scope)));
                yield copy;
            }
            case ArrayNode a -> {
                ArrayNode copy = Json.array();
                a.forEach(e -> copy.add(fill(e, scope)));
                yield copy;
            }
            default -> value;
        };
    }

    /// True when any text inside holds a placeholder.
    public static boolean occursIn(JsonNode value) {
        return switch (value) {
            case TextNode t ->
                t.textValue().contains("{{$") && !compile(t.textValue()).literal();
            case ObjectNode o ->
                o.properties().stream().anyMatch(e -> occursIn(e.getValue()) || occursIn(TextNode.valueOf(e.getKey())));
            case ArrayNode a -> a.valueStream().anyMatch(Template::occursIn);
            default -> false;
        };
    }
}
