package io.kumiki.store.list;

/// Where a page ended: the last row's sort value and id, and the total counted for the first page.
/// Values only; whoever hands it to a client signs it and binds it to sort and filter.
///
/// @param value the sort value as text: text as is, times as microseconds since 1970, numbers in decimal
public record PageKey(String value, String id, long total) {}
