package io.kumiki.store.objects;

import java.util.Map;

/// What is kept beside an object's bytes; names are lower-case.
public record Attributes(Map<String, String> headers, Map<String, String> metadata) {
    public static final Attributes NONE = new Attributes(Map.of(), Map.of());

    public Attributes {
        headers = Map.copyOf(headers);
        metadata = Map.copyOf(metadata);
    }

    public static Attributes contentType(String type) {
        return new Attributes(Map.of("content-type", type), Map.of());
    }
}
