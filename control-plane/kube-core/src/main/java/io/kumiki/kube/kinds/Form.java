package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;

/// Objects of one kind that are stored as another kind's: the same object with some top-level members called otherwise.
///
/// @param stored the kind that keeps them
/// @param names what the members are called here, by what they are called there
/// @param fields what the selectable fields are called there, by what they are called here
public record Form(Kind stored, Map<String, String> names, Map<String, String> fields) {
    public Form {
        names = Map.copyOf(names);
        fields = Map.copyOf(fields);
    }

    ObjectNode said(ObjectNode object) {
        return renamed(object, names);
    }

    ObjectNode kept(ObjectNode object) {
        Map<String, String> back = new HashMap<>();
        names.forEach((there, here) -> back.put(here, there));
        return renamed(object, back);
    }

    String field(String here) {
        return fields.getOrDefault(here, here);
    }

    private static ObjectNode renamed(ObjectNode object, Map<String, String> names) {
        ObjectNode result = object.objectNode();
        object.properties()
                .forEach(each -> result.set(names.getOrDefault(each.getKey(), each.getKey()), each.getValue()));
        return result;
    }
}
