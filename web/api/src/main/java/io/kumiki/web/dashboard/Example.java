package io.kumiki.web.dashboard;

import com.fasterxml.jackson.databind.JsonNode;

/// A pipeline that ships with the product: titles in both languages, the script, and what the SDK made of it.
public record Example(String id, Words title, Words description, String source, JsonNode spec) {
    public record Words(String en, String ja) {}
}
