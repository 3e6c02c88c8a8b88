package io.kumiki.kube;

import java.util.function.Consumer;

/// A watch that is admitted but not yet running.
public interface WatchFeed {
    /// How long the client wants it, in milliseconds.
    long timeoutMillis();

    String contentType();

    /// Starts it. Frames arrive in order, from one thread at a time, each a JSON document without line end; the sink must not block.
    AutoCloseable open(Consumer<byte[]> sink);

    /// A bookmark at the revision up to which this watch has seen everything; empty when the client did not ask for bookmarks.
    byte[] bookmark();
}
