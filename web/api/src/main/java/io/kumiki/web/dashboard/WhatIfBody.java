package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.WhatIf;
import io.kumiki.planner.fact.Shape;
import io.kumiki.runtime.http.HttpFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The body of a what-if, every mistake collected.
final class WhatIfBody {
    private static final int MOST_NODES = 10_000;

    private final List<Violation> violations = new ArrayList<>();

    private WhatIfBody() {}

    /// @param namespace of a ghost that names none
    static WhatIf.Question read(JsonNode body, String namespace) {
        var reading = new WhatIfBody();
        WhatIf.Question question = reading.question(body, namespace);
        if (!reading.violations.isEmpty()) {
            throw HttpFault.invalid(reading.violations);
        }
        return question;
    }

    private WhatIf.Question question(JsonNode body, String namespace) {
        Bodies.onlyFields(body, List.of("addNodes", "quotas", "gang", "cordon"), violations);
        if (body.isEmpty()) {
            violations.add(new Violation("", "Missing", "at least one change is wanted"));
        }
        List<WhatIf.Nodes> nodes = new ArrayList<>();
        list(body, "addNodes", 16).forEach(one -> nodes.add(nodes(one, "addNodes[" + nodes.size() + "]")));
        if (nodes.stream().mapToLong(WhatIf.Nodes::count).sum() > MOST_NODES) {
            wrong("addNodes", "TooMany", "at most " + MOST_NODES + " nodes are wanted in all");
        }
        List<WhatIf.Quota> quotas = new ArrayList<>();
        list(body, "quotas", 100).forEach(one -> quotas.add(quota(one, "quotas[" + quotas.size() + "]")));
        return new WhatIf.Question(
                nodes,
                quotas,
                body.has("gang") ? ghost(body.get("gang"), namespace) : null,
                body.has("cordon") ? cordon(body.get("cordon")) : null);
    }

    private void wrong(String path, String reason, String message) {
        violations.add(new Violation(path, reason, message));
    }

    private List<JsonNode> list(JsonNode body, String field, int most) {
        JsonNode list = body.path(field);
        if (!list.isMissingNode() && !list.isArray()) {
            wrong(field, "WrongType", "a list is wanted");
        }
        if (list.size() > most) {
            wrong(field, "TooMany", "at most " + most + " are wanted, found " + list.size());
            return List.of();
        }
        return list.isArray() ? list.valueStream().toList() : List.of();
    }

    private int number(JsonNode body, String field, String at, int least, int most) {
        JsonNode value = body.path(field);
        if (!value.isIntegralNumber() || value.asLong() < least || value.asLong() > most) {
            wrong(at + "." + field, "WrongNumber", "a whole number from " + least + " to " + most + " is wanted");
            return least;
        }
        return value.asInt();
    }

    private @Nullable Long quantity(JsonNode body, String field, String resource, String at) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        try {
            return Shape.amount(resource, value.asText());
        } catch (IllegalArgumentException e) {
            wrong(at + "." + field, "WrongQuantity", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private WhatIf.Nodes nodes(JsonNode body, String at) {
        Bodies.onlyFields(body, List.of("count", "type", "gpus", "cpu", "memory", "place"), violations);
        List<String> place = null;
        if (body.path("place").isArray()) {
            place = body.path("place").valueStream().map(JsonNode::asText).toList();
        }
        return new WhatIf.Nodes(
                number(body, "count", at, 1, MOST_NODES),
                Bodies.text(body, "type", 63, false, violations),
                number(body, "gpus", at, 0, 64),
                quantity(body, "cpu", "cpu", at),
                quantity(body, "memory", "memory", at),
                place);
    }

    private WhatIf.Quota quota(JsonNode body, String at) {
        Bodies.onlyFields(body, List.of("tenant", "limit", "guaranteed"), violations);
        return new WhatIf.Quota(
                Bodies.text(body, "tenant", 253, true, violations),
                amounts(body, "limit", at),
                amounts(body, "guaranteed", at));
    }

    private @Nullable Map<String, Long> amounts(JsonNode body, String field, String at) {
        JsonNode object = body.path(field);
        if (!object.isObject()) {
            return null;
        }
        Map<String, String> texts = new TreeMap<>();
        object.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        try {
            return Shape.amounts(texts);
        } catch (IllegalArgumentException e) {
            wrong(at + "." + field, "WrongQuantity", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private WhatIf.@Nullable Ghost ghost(JsonNode body, String namespace) {
        if (!body.isObject()) {
            wrong("gang", "WrongType", "the spec of a Gang is wanted");
            return null;
        }
        String given = Bodies.text(body, "namespace", 63, false, violations);
        ObjectNode spec = ((ObjectNode) body).deepCopy();
        spec.remove("namespace");
        if (!spec.path("classes").isArray() || spec.path("classes").isEmpty()) {
            wrong("gang.classes", "Missing", "at least one class is wanted");
            return null;
        }
        for (JsonNode members : spec.path("classes")) {
            if (!members.path("name").isTextual() || !members.path("requests").isObject()) {
                wrong("gang.classes", "Missing", "each class has a name and requests");
                return null;
            }
        }
        try {
            return new WhatIf.Ghost(
                    given.isEmpty() ? namespace : given, Json.mapper().convertValue(spec, Gang.Spec.class));
        } catch (IllegalArgumentException e) {
            wrong(
                    "gang",
                    "Invalid",
                    "it is no spec of a Gang: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            return null;
        }
    }

    private WhatIf.Cordon cordon(JsonNode body) {
        Bodies.onlyFields(body, List.of("level", "value", "nodes"), violations);
        boolean named = body.path("nodes").isArray();
        if (named == body.has("level")) {
            wrong("cordon", "Either", "either a level with its value or a list of nodes is wanted");
        }
        return new WhatIf.Cordon(
                named ? null : Bodies.text(body, "level", 63, true, violations),
                named ? "" : Bodies.text(body, "value", 253, true, violations),
                list(body, "nodes", MOST_NODES).stream().map(JsonNode::asText).toList());
    }
}
