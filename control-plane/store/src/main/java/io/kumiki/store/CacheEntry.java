package io.kumiki.store;

import java.time.Instant;

/// A finished task whose outputs may be taken again.
public record CacheEntry(String taskId, Instant at) {}
