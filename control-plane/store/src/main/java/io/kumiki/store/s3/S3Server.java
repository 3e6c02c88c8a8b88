package io.kumiki.store.s3;

import io.kumiki.store.objects.ObjectStorage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/// The listener.
public final class S3Server {
    private S3Server() {}

    /// Port 0 takes a free one.
    public static Future<S3Server> start(
            Vertx vertx, ObjectStorage storage, S3Credentials credentials, String host, int port) {
        throw new UnsupportedOperationException();
    }

    public int actualPort() {
        throw new UnsupportedOperationException();
    }

    /// Waits for requests in progress up to ten seconds.
    public Future<Void> close() {
        throw new UnsupportedOperationException();
    }
}
