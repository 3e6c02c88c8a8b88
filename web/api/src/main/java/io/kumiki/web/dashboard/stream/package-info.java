/// Live data over one WebSocket per tab: a snapshot, then what changed since.
/// Knows no shape of a row: feeds make the JSON.
/// A commit wakes the feeds it touches; each computes one delta per position its readers stand at.
@NullMarked
package io.kumiki.web.dashboard.stream;

import org.jspecify.annotations.NullMarked;
