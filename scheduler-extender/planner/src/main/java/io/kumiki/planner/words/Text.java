package io.kumiki.planner.words;

/// One sentence in both languages.
public record Text(String en, String ja) {}
