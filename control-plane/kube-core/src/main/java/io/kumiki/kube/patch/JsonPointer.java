package io.kumiki.kube.patch;

import java.util.ArrayList;
import java.util.List;

/// RFC 6901.
record JsonPointer(List<String> tokens) {
    private static final int DEEPEST = 200;

    static JsonPointer parse(String text) {
        if (text.isEmpty()) {
            return new JsonPointer(List.of());
        }
        if (text.charAt(0) != '/') {
            throw new PatchFault("\"" + text + "\" is no JSON pointer: it has to begin with /");
        }
        if (text.chars().filter(c -> c == '/').count() > DEEPEST) {
            throw new PatchFault("a JSON pointer may name at most " + DEEPEST + " levels");
        }
        List<String> tokens = new ArrayList<>();
        for (String token : text.substring(1).split("/", -1)) {
            tokens.add(token.replace("~1", "/").replace("~0", "~"));
        }
        return new JsonPointer(tokens);
    }

    boolean whole() {
        return tokens.isEmpty();
    }

    String last() {
        return tokens.getLast();
    }

    List<String> parents() {
        return tokens.subList(0, tokens.size() - 1);
    }

    boolean contains(JsonPointer other) {
        return other.tokens.size() > tokens.size()
                && other.tokens.subList(0, tokens.size()).equals(tokens);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        tokens.forEach(token -> text.append('/').append(token.replace("~", "~0").replace("/", "~1")));
        return text.toString();
    }
}
