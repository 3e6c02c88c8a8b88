package io.kumiki.pipelines.expression;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// `parseJson(string_value)["key"]`: picks a part of a JSON value; several brackets go deeper.
public final class Selector {
    private static final Pattern WHOLE = Pattern.compile(
            "\\s*parseJson\\(\\s*(?:string_value|struct_value|list_value)\\s*\\)((?:\\[(?:\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|\\d{1,9})\\])*)\\s*");
    private static final Pattern PART =
            Pattern.compile("\\[(?:\"((?:[^\"\\\\]|\\\\.)*)\"|'((?:[^'\\\\]|\\\\.)*)'|(\\d{1,9}))\\]");

    private static final int LONGEST = 1000;

    private final String text;
    private final List<Object> path;

    private Selector(String text, List<Object> path) {
        this.text = text;
        this.path = List.copyOf(path);
    }

    public static Selector compile(String text) {
        if (text.length() > LONGEST) {
            throw new Malformed("a selector may have " + LONGEST + " characters, found " + text.length());
        }
        var whole = WHOLE.matcher(text);
        if (!whole.matches()) {
            throw new Malformed("only the form parseJson(string_value)[\"key\"] is understood, found: " + text);
        }
        var path = new ArrayList<Object>();
        var part = PART.matcher(whole.group(1));
        while (part.find()) {
            if (part.group(3) != null) {
                path.add(Integer.valueOf(part.group(3)));
            } else {
                String key = part.group(1) != null ? part.group(1) : part.group(2);
                path.add(key.replaceAll("\\\\(.)", "$1"));
            }
        }
        return new Selector(text, path);
    }

    public JsonNode select(JsonNode value) {
        JsonNode at = value;
        if (at.isTextual()) {
            try {
                at = Json.parse(at.textValue());
            } catch (Json.Malformed e) {
                throw new Unresolvable(
                        text + " needs a JSON value, found the text \"" + shorten(value.textValue()) + "\"");
            }
        }
        for (Object step : path) {
            JsonNode next = step instanceof Integer i ? at.get(i) : at.get((String) step);
            if (next == null) {
                throw new Unresolvable(
                        text + ": there is no " + JsonPointer.SEPARATOR + step + " in " + shorten(Json.write(at)));
            }
            at = next;
        }
        return Values.canonical(at);
    }

    private static String shorten(String s) {
        return s.length() <= 80 ? s : s.substring(0, 80) + "…";
    }
}
