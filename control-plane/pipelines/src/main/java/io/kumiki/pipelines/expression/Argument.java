package io.kumiki.pipelines.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One entry of `command` or `args`: text with placeholders, or a whole JSON text `{"IfPresent":..}` or
/// `{"Concat":..}`.
public sealed interface Argument {
    int DEEPEST = 20;

    record Text(Template template) implements Argument {}

    record IfPresent(String input, List<Argument> then, List<Argument> otherwise) implements Argument {
        public IfPresent {
            then = List.copyOf(then);
            otherwise = List.copyOf(otherwise);
        }
    }

    record Concat(List<Argument> parts) implements Argument {
        public Concat {
            parts = List.copyOf(parts);
        }
    }

    static Argument compile(String text) {
        String trimmed = text.strip();
        if (trimmed.startsWith("{\"IfPresent\"") || trimmed.startsWith("{\"Concat\"") || trimmed.startsWith("{ ")) {
            try {
                if (Json.parse(trimmed) instanceof ObjectNode o && structured(o)) {
                    return compile(o, 0);
                }
            } catch (Json.Malformed e) {
                // an argument that only looks like one: taken as it stands
                return new Text(Template.compile(text));
            }
        }
        return new Text(Template.compile(text));
    }

    private static boolean structured(ObjectNode o) {
        return o.size() == 1 && (o.has("IfPresent") || o.has("Concat"));
    }

    private static Argument compile(JsonNode node, int depth) {
        if (depth > DEEPEST) {
            throw new Malformed("IfPresent and Concat may nest " + DEEPEST + " deep at most");
        }
        if (node.isTextual()) {
            return new Text(Template.compile(node.textValue()));
        }
        if (!(node instanceof ObjectNode o) || !structured(o)) {
            throw new Malformed("a text, IfPresent or Concat was expected, found " + node.getNodeType());
        }
        if (o.get("Concat") instanceof JsonNode parts) {
            return new Concat(list(parts, depth));
        }
        JsonNode branch = o.get("IfPresent");
        if (!branch.path("InputName").isTextual() || !branch.has("Then")) {
            throw new Malformed("IfPresent needs InputName (a text) and Then");
        }
        return new IfPresent(
                branch.path("InputName").textValue(), list(branch.get("Then"), depth), list(branch.get("Else"), depth));
    }

    private static List<Argument> list(@Nullable JsonNode node, int depth) {
        var all = new ArrayList<Argument>();
        if (node != null && node.isArray()) {
            node.forEach(e -> all.add(compile(e, depth + 1)));
        } else if (node != null && !node.isNull()) {
            all.add(compile(node, depth + 1));
        }
        return all;
    }

    /// The final arguments: a list branch of IfPresent splices in several, or none.
    default void fill(Scope scope, List<String> out) {
        switch (this) {
            case Text t -> out.add(t.template.fill(scope));
            case IfPresent p -> (present(p.input, scope) ? p.then : p.otherwise).forEach(a -> a.fill(scope, out));
            case Concat c -> {
                var parts = new ArrayList<String>();
                c.parts.forEach(a -> a.fill(scope, parts));
                out.add(String.join("", parts));
            }
        }
    }

    private static boolean present(String input, Scope scope) {
        if (!Values.absent(scope.parameter(input))) {
            return true;
        }
        JsonNode artifacts = scope.inputArtifacts(input);
        return artifacts != null && !artifacts.isEmpty();
    }

    static List<String> fill(List<Argument> arguments, Scope scope) {
        var out = new ArrayList<String>(arguments.size());
        arguments.forEach(a -> a.fill(scope, out));
        return out;
    }
}
