package io.kumiki.kube;

/// A watch that is admitted but not yet running.
public interface WatchFeed {
    /// One JSON document without line end, made when it is written, so that a slow reader's queue holds no copies.
    interface Frame {
        byte[] bytes();

        /// How many bytes it keeps in memory that would otherwise be free; 0 for objects that were there when the
        /// watch began.
        int weight();
    }

    /// Where frames go, in order, from one thread at a time. Must not block.
    interface Sink {
        void frame(Frame frame);

        /// Nothing will follow.
        void end();
    }

    /// A running watch.
    interface Running extends AutoCloseable {
        /// Puts a bookmark behind everything that was sent; does nothing when the client did not ask for bookmarks.
        void bookmark();

        @Override
        void close();
    }

    /// How long the client wants it, in milliseconds.
    long timeoutMillis();

    String contentType();

    Running open(Sink sink);
}
