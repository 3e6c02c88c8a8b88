package io.kumiki.runtime.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds the route of a path: literal segments before `{name}:verb`, before `{name}`, before a `{name*}` tail.
public final class RouteTable {
    sealed interface Match {
        record Found(Route route, Map<String, String> params) implements Match {}

        record WrongMethod(Route other, String allow) implements Match {}

        record Nothing(ErrorRenderer errors) implements Match {}
    }

    private static final class Node {
        final Map<String, Node> literals = new LinkedHashMap<>();
        final Map<String, Node> suffixes = new LinkedHashMap<>();

        @Nullable
        Node any;

        @Nullable
        Node tail;

        final Map<String, Route> routes = new TreeMap<>();
    }

    private final Node top = new Node();
    private final List<Routes> surfaces;
    private final List<Route> all = new ArrayList<>();

    /// Throws with every problem at once: a table that is wrong must not be served.
    public RouteTable(List<Routes> surfaces) {
        this.surfaces = surfaces.stream()
                .sorted(Comparator.comparingInt((Routes s) -> s.root().length()).reversed())
                .toList();
        List<String> problems = new ArrayList<>();
        for (Routes surface : surfaces) {
            for (Route route : surface.all()) {
                add(route, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalStateException("routes cannot be served:\n  " + String.join("\n  ", problems));
        }
    }

    public List<Route> all() {
        return List.copyOf(all);
    }

    @SuppressWarnings("ConstantValue") // callers outside the null checker may still pass null
    private void add(Route route, List<String> problems) {
        if (route.permission() == null || !route.permission().declared()) {
            problems.add(route + " declares no permission: say who may call it");
            return;
        }
        Node node = top;
        for (String segment : segments(route.path())) {
            if (segment.endsWith("*}")) {
                node = node.tail = node.tail == null ? new Node() : node.tail;
            } else if (segment.startsWith("{") && segment.endsWith("}")) {
                node = node.any = node.any == null ? new Node() : node.any;
            } else if (segment.startsWith("{")) {
                node = node.suffixes.computeIfAbsent(segment.substring(segment.indexOf('}') + 1), s -> new Node());
            } else {
                node = node.literals.computeIfAbsent(segment, s -> new Node());
            }
        }
        Route twin = node.routes.putIfAbsent(route.method(), route);
        if (twin != null) {
            problems.add(route + " is declared twice (also as " + twin + ")");
        }
        all.add(route);
    }

    Match find(String method, String rawPath) {
        List<String> path = new ArrayList<>();
        for (String segment : segments(rawPath)) {
            String decoded = QueryStringDecoder.decodeComponent(segment.replace("+", "%2B"));
            if (decoded.equals("..") || decoded.equals(".") || decoded.indexOf('\0') >= 0) {
                return new Match.Nothing(errors(rawPath));
            }
            path.add(decoded);
        }
        Node node = walk(top, path, 0, method);
        if (node == null) {
            node = walk(top, path, 0, null);
        }
        if (node == null) {
            return new Match.Nothing(errors(rawPath));
        }
        Route route = node.routes.get(method);
        if (route == null && method.equals("HEAD")) {
            route = node.routes.get("GET");
        }
        if (route == null) {
            Route other = node.routes.values().iterator().next();
            return new Match.WrongMethod(other, String.join(", ", new TreeSet<>(node.routes.keySet())));
        }
        if (route.path().endsWith("*}") && claimed(rawPath, route)) {
            return new Match.Nothing(errors(rawPath));
        }
        return new Match.Found(route, params(route, path));
    }

    /// Whether another surface's root reaches further into the path than this tail route's: a missing call is never
    /// answered with a page.
    private boolean claimed(String rawPath, Route tail) {
        int reach = tail.path().indexOf('{');
        return surfaces.stream()
                .anyMatch(s -> s.root().length() >= reach
                        && under(rawPath, s.root())
                        && !s.all().contains(tail));
    }

    private static boolean under(String path, String root) {
        return path.startsWith(root)
                && (path.length() == root.length() || path.charAt(root.length()) == '/')
                && !root.isEmpty();
    }

    /// @param method wanted at the end; `null` finds a node that serves any method
    private static @Nullable Node walk(Node node, List<String> path, int at, @Nullable String method) {
        if (at == path.size()) {
            boolean serves = method == null
                    ? !node.routes.isEmpty()
                    : node.routes.containsKey(method.equals("HEAD") ? "GET" : method);
            if (serves) {
                return node;
            }
            return node.tail != null && !node.tail.routes.isEmpty() ? node.tail : null;
        }
        String segment = path.get(at);
        Node literal = node.literals.get(segment);
        Node found = literal == null ? null : walk(literal, path, at + 1, method);
        for (var suffix : node.suffixes.entrySet()) {
            if (found == null
                    && segment.endsWith(suffix.getKey())
                    && segment.length() > suffix.getKey().length()) {
                found = walk(suffix.getValue(), path, at + 1, method);
            }
        }
        if (found == null && node.any != null && !segment.isEmpty()) {
            found = walk(node.any, path, at + 1, method);
        }
        return found == null && node.tail != null && !node.tail.routes.isEmpty() ? node.tail : found;
    }

    private static Map<String, String> params(Route route, List<String> path) {
        Map<String, String> params = new LinkedHashMap<>();
        List<String> template = segments(route.path());
        for (int i = 0; i < template.size(); i++) {
            String segment = template.get(i);
            if (segment.endsWith("*}")) {
                params.put(
                        segment.substring(1, segment.length() - 2),
                        String.join("/", path.subList(Math.min(i, path.size()), path.size())));
            } else if (segment.startsWith("{")) {
                int close = segment.indexOf('}');
                String suffix = segment.substring(close + 1);
                String value = path.get(i);
                params.put(segment.substring(1, close), value.substring(0, value.length() - suffix.length()));
            }
        }
        return params;
    }

    private ErrorRenderer errors(String path) {
        for (Routes surface : surfaces) {
            if (path.startsWith(surface.root())) {
                return surface.errors();
            }
        }
        return new ProblemRenderer();
    }

    /// A trailing slash says nothing.
    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>(
                List.of(path.substring(path.startsWith("/") ? 1 : 0).split("/", -1)));
        if (segments.getLast().isEmpty()) {
            segments.removeLast();
        }
        return segments;
    }
}
