package io.kumiki.localcluster.node.engine;

import io.kumiki.runtime.http.PulledStream;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.time.Duration;

/// An answer's body as it comes.
final class EngineStream extends PulledStream {
    private static final int AHEAD = 8;

    private final Runnable closing;

    /// On the event loop, before anything was delivered.
    ///
    /// @param closing ends the request
    /// @param silence the longest pause between two parts; zero for any
    EngineStream(ReadStream<Buffer> from, Context context, Runnable closing, Duration silence) {
        super(from, context, silence, AHEAD);
        this.closing = closing;
    }

    @Override
    protected IOException silent(Duration silence) {
        return new IOException("nothing came from the engine for " + silence.toSeconds() + " s");
    }

    @Override
    protected IOException broken(Throwable cause) {
        return new IOException("the engine broke off: " + cause.getMessage());
    }

    @Override
    public void close() {
        closing.run();
        end();
    }
}
