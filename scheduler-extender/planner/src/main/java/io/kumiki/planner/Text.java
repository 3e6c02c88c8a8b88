package io.kumiki.planner;

/// One sentence in both languages.
public record Text(String en, String ja) {}
