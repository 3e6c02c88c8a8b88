package io.kumiki.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// As much of JSONPath as printer columns use: `.a.b`, `['a']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`, with `\.`
/// inside names.
final class JsonPath {
    private static final Pattern FILTER = Pattern.compile(
            "\\?\\(\\s*@((?:\\.[\\w\\-]+)+)\\s*(==|!=)\\s*(?:\"([^\"]*)\"|'([^']*)'|([\\w.\\-]+))\\s*\\)");

    private sealed interface Step {}

    private record Member(String name) implements Step {}

    private record Item(int index) implements Step {}

    private record Every() implements Step {}

    private record Matching(String path, boolean equal, String value) implements Step {}

    private final List<Step> steps = new ArrayList<>();

    private JsonPath() {}

    /// A path that is not understood finds nothing.
    static JsonPath parse(String text) {
        JsonPath path = new JsonPath();
        int at = text.startsWith("$") ? 1 : 0;
        while (at < text.length()) {
            int next = text.charAt(at) == '[' ? path.bracket(text, at) : path.name(text, at);
            if (next < 0) {
                path.steps.clear();
                path.steps.add(new Member("\0"));
                return path;
            }
            at = next;
        }
        return path;
    }

    private int name(String text, int from) {
        int at = text.charAt(from) == '.' ? from + 1 : from;
        StringBuilder name = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '.' && text.charAt(at) != '[') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            name.append(text.charAt(at++));
        }
        if (name.isEmpty()) {
            return -1;
        }
        steps.add(name.toString().equals("*") ? new Every() : new Member(name.toString()));
        return at;
    }

    private int bracket(String text, int from) {
        int end = text.indexOf(']', from);
        if (end < 0) {
            return -1;
        }
        String inside = text.substring(from + 1, end).strip();
        Step step = step(inside);
        if (step == null) {
            return -1;
        }
        steps.add(step);
        return end + 1;
    }

    private static @Nullable Step step(String inside) {
        if (inside.equals("*")) {
            return new Every();
        }
        if (inside.matches("-?\\d{1,9}")) {
            return new Item(Integer.parseInt(inside));
        }
        if (inside.length() > 1 && (inside.startsWith("'") || inside.startsWith("\""))) {
            return new Member(inside.substring(1, inside.length() - 1));
        }
        Matcher filter = FILTER.matcher(inside);
        if (!filter.matches()) {
            return null;
        }
        String value =
                filter.group(3) != null ? filter.group(3) : filter.group(4) != null ? filter.group(4) : filter.group(5);
        return new Matching(filter.group(1).substring(1), filter.group(2).equals("=="), value);
    }

    List<JsonNode> find(JsonNode object) {
        List<JsonNode> found = List.of(object);
        for (Step step : steps) {
            List<JsonNode> next = new ArrayList<>();
            for (JsonNode node : found) {
                follow(node, step, next);
            }
            found = next;
        }
        return found.stream()
                .filter(node -> !node.isMissingNode() && !node.isNull())
                .toList();
    }

    private static void follow(JsonNode node, Step step, List<JsonNode> next) {
        switch (step) {
            case Member member -> next.add(node.path(member.name()));
            case Item item -> next.add(node.path(item.index() < 0 ? node.size() + item.index() : item.index()));
            case Every every -> node.forEach(next::add);
            case Matching matching ->
                node.forEach(item -> {
                    JsonNode value = item;
                    for (String name : matching.path().split("\\.")) {
                        value = value.path(name);
                    }
                    if (value.asText().equals(matching.value()) == matching.equal()) {
                        next.add(item);
                    }
                });
        }
    }
}
