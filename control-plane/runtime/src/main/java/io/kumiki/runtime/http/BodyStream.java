package io.kumiki.runtime.http;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;

/// A request's body as a blocking stream: one buffer is asked for at a time.
final class BodyStream extends PulledStream {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final long limit;
    private long seen;

    /// On the event loop, before anything of the body was delivered.
    BodyStream(HttpServerRequest http, Context context, long limit) {
        super(http, context, PATIENCE, 0);
        this.limit = limit;
    }

    @Override
    protected void came(int bytes) {
        seen += bytes;
        if (seen > limit) {
            throw tooLarge(limit);
        }
    }

    @Override
    protected IOException silent(Duration silence) {
        throw new HttpFault(408, "BodyTimeout", "no byte of the body came for " + silence.toSeconds() + " seconds");
    }

    @Override
    protected IOException broken(Throwable cause) {
        return new IOException("the sender went away in the middle of the body", cause);
    }

    static HttpFault tooLarge(long limit) {
        return HttpFault.tooLarge("the body may have at most " + limit + " bytes; this one is larger");
    }
}
