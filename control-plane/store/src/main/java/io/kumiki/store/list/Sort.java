package io.kumiki.store.list;

public record Sort(String key, boolean descending) {
    public static final Sort NEWEST_FIRST = new Sort("created_at", true);
    /// KFP's default.
    public static final Sort OLDEST_FIRST = new Sort("created_at", false);
}
