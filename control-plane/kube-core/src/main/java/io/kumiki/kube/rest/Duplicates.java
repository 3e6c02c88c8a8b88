package io.kumiki.kube.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.kumiki.model.Json;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Members that a JSON object names twice: the last one counts, and its writer should hear of it.
final class Duplicates {
    private Duplicates() {}

    /// An open object or list.
    private static final class Level {
        final String path;
        final Set<String> names = new HashSet<>();
        final boolean list;
        String member = "";
        int item = -1;

        Level(String path, boolean list) {
            this.path = path;
            this.list = list;
        }

        String here() {
            return list ? path + "[" + item + "]" : path.isEmpty() ? member : path + "." + member;
        }
    }

    /// @param at which member of the document it is, counted from its beginning
    record Found(String message, int at) {}

    /// The second mentions; none when the text is no JSON, which its reader says better.
    static List<Found> in(byte[] json) {
        List<Found> found = new ArrayList<>();
        visit(json, (path, at, again) -> {
            if (again) {
                found.add(new Found("duplicate field \"" + path + "\"", at));
            }
        });
        return found;
    }

    /// Where each path is mentioned first.
    static Map<String, Integer> places(byte[] json) {
        Map<String, Integer> places = new HashMap<>();
        visit(json, (path, at, again) -> places.putIfAbsent(path, at));
        return places;
    }

    private interface Member {
        void met(String path, int at, boolean again);
    }

    private static void visit(byte[] json, Member seen) {
        int at = 0;
        Deque<Level> open = new ArrayDeque<>();
        try (JsonParser parser = Json.tokens().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    Level level = open.element();
                    level.member = parser.currentName();
                    seen.met(level.here(), at++, !level.names.add(level.member));
                } else if (token.isStructEnd()) {
                    open.pop();
                } else {
                    value(token, open);
                }
            }
        } catch (IOException e) {
            // What was read so far is all there is to tell.
            assert at >= 0;
        }
    }

    private static void value(JsonToken token, Deque<Level> open) {
        Level around = open.peek();
        if (around != null && around.list) {
            around.item++;
        }
        if (token.isStructStart()) {
            open.push(new Level(around == null ? "" : around.here(), token == JsonToken.START_ARRAY));
        }
    }
}
