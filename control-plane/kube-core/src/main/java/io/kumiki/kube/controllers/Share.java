package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;

/// A number or a percentage of some total: `2`, `25%`.
public final class Share {
    private Share() {}

    /// @param up whether a part of one counts as one
    public static int of(JsonNode value, int total, boolean up) {
        if (!value.isTextual()) {
            return value.asInt();
        }
        String text = value.asText();
        if (!text.endsWith("%")) {
            return 0;
        }
        long percent = Long.parseLong(text.substring(0, text.length() - 1));
        long parts = percent * total;
        return (int) Math.min(Integer.MAX_VALUE, up ? (parts + 99) / 100 : parts / 100);
    }
}
