package io.kumiki.planner;

/// How things stood at a time that has passed, as far as the log tells.
///
/// @param scene its time is that of the last event at or before the one asked for
/// @param lost the log left out events around that time: what is shown may be older than it says
public record Past(Scene scene, boolean lost) {}
